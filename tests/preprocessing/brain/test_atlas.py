"""The brain of heads with a skull, by nothing but the template.

Wanted: Dice 0.93 or more on every phantom. ``benchmarks/brain.py`` does the same for more
heads and prints figures.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.ndimage import binary_erosion, distance_transform_edt

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume, read_volume
from psp_core.errors import BrainExtractionError
from psp_core.preprocessing.brain.atlas import atlas_brain
from psp_core.preprocessing.template import template_mask

Mask = npt.NDArray[np.bool_]


def dice(one: Mask, other: Mask) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def surface_distance_mm(one: Mask, other: Mask, grid: Grid) -> float:
    """Mean distance between the surfaces, both ways."""
    shells = [mask & ~binary_erosion(mask) for mask in (one, other)]
    away = [distance_transform_edt(~shell, sampling=grid.spacing_mm) for shell in shells]
    return float(np.concatenate([away[1][shells[0]], away[0][shells[1]]]).mean())


@pytest.mark.parametrize(
    ("seed", "spacing_mm"),
    [*((seed, 2.5) for seed in range(6)), (0, 4.0), (7, 4.0), (8, 4.0), (9, 1.25)],
)
def test_turned_and_shifted_heads_with_lesion_and_cavity(
    head: Callable[[int, float], Any], seed: int, spacing_mm: float
) -> None:
    t1ce, brain = head(seed, spacing_mm)
    found = atlas_brain(t1ce)
    assert dice(found.mask, brain) >= 0.93
    assert surface_distance_mm(found.mask, brain, t1ce.grid) < 2.0
    assert found.mask.sum() == pytest.approx(brain.sum(), rel=0.08)
    assert found.doubts == ()


def test_the_map_sends_the_brain_onto_the_template(head: Callable[[int, float], Any]) -> None:
    t1ce, brain = head(0, 4.0)
    matrix = atlas_brain(t1ce).to_template
    points = t1ce.grid.points()[brain] @ matrix[:3, :3].T + matrix[:3, 3]
    template = template_mask(2)
    expected = template.grid.points()[template.values > 0]
    assert points.mean(axis=0) == pytest.approx(expected.mean(axis=0), abs=3.0)
    assert points.std(axis=0) == pytest.approx(expected.std(axis=0), rel=0.05)


def test_two_runs_give_the_same_bytes(head: Callable[[int, float], Any]) -> None:
    first, second = (atlas_brain(head(0, 4.0).t1ce) for _ in range(2))
    assert first.mask.tobytes() == second.mask.tobytes()
    assert first.to_template.tobytes() == second.to_template.tobytes()


def test_brightness_has_no_unit(head: Callable[[int, float], Any]) -> None:
    t1ce = head(0, 4.0).t1ce
    brighter = atlas_brain(Volume(t1ce.values * 8, t1ce.grid))
    assert dice(brighter.mask, atlas_brain(t1ce).mask) > 0.999


def test_slices_stored_from_the_top_down_give_the_same_brain(
    head: Callable[[int, float], Any],
) -> None:
    t1ce = head(0, 4.0).t1ce
    affine = np.array(t1ce.grid.affine)
    affine[:3, 3] = t1ce.grid.to_world((t1ce.grid.shape[0] - 1, 0, 0))
    affine[:3, 0] *= -1
    turned = atlas_brain(Volume(t1ce.values[::-1].copy(), Grid(t1ce.grid.shape, affine)))
    assert dice(turned.mask[::-1], atlas_brain(t1ce).mask) > 0.98


def test_a_head_cut_at_the_top_keeps_the_rest_of_its_brain(
    head: Callable[[int, float], Any],
) -> None:
    t1ce, brain = head(0, 4.0)
    kept = t1ce.values[:-7]
    cut = Volume(kept, Grid((kept.shape[0], *t1ce.grid.shape[1:]), t1ce.grid.affine))
    found = atlas_brain(cut)
    assert dice(found.mask, brain[:-7]) > 0.93
    assert found.whole_cm3 > found.mask.sum() * t1ce.grid.voxel_volume_cm3


def test_a_real_head_against_its_published_mask(reference_dir: Path) -> None:
    """Dice 0.957, volume ratio 1.04, mean surface distance 1.5 mm when this was written."""
    folder = reference_dir / "mri_raw_head"
    t1c = read_volume(folder / "raw_t1c.nii.gz")
    published = read_volume(folder / "raw_t1c_brainmask.nii.gz").values > 0
    found = atlas_brain(t1c)
    assert dice(found.mask, published) > 0.95
    assert found.mask.sum() == pytest.approx(published.sum(), rel=0.06)
    assert surface_distance_mm(found.mask, published, t1c.grid) < 2.0
    assert found.doubts == ()


def test_a_leg_is_doubted(leg: Volume) -> None:
    assert any("correlates with the template" in doubt for doubt in atlas_brain(leg).doubts)


def test_a_head_upside_down_is_doubted(head: Callable[[int, float], Any]) -> None:
    t1ce = head(0, 4.0).t1ce
    found = atlas_brain(Volume(t1ce.values[::-1].copy(), t1ce.grid))
    assert any("correlates with the template" in doubt for doubt in found.doubts)


def test_a_small_ball_is_doubted_by_its_volume() -> None:
    grid = Grid((40, 40, 40), np.diag([4.0, 4.0, 4.0, 1.0]))
    radius = np.linalg.norm(grid.points() - 80.0, axis=-1)
    found = atlas_brain(Volume(np.where(radius < 50, 100.0, 0.0), grid))
    assert any("its volume is" in doubt for doubt in found.doubts)


def test_a_long_box_is_doubted_by_its_stretch() -> None:
    grid = Grid((40, 60, 40), np.diag([5.0, 5.0, 5.0, 1.0]))
    x, y, z = np.abs(np.moveaxis(grid.points() - (100.0, 150.0, 100.0), -1, 0))
    values = np.where((x < 40) & (y < 140) & (z < 70), 100.0, 0.0)
    assert any("scaled" in doubt for doubt in atlas_brain(Volume(values, grid)).doubts)


def test_a_head_without_a_thick_part_raises() -> None:
    grid = Grid((40, 40, 40), np.diag([4.0, 4.0, 4.0, 1.0]))
    stripes = np.zeros(grid.shape)
    stripes[:, ::2] = 100.0
    stripes[0] = 100.0
    with pytest.raises(BrainExtractionError, match=r"no thick region|dark|no connected"):
        atlas_brain(Volume(stripes, grid))
