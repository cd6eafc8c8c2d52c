"""Follow-up contours: their names, and their way onto any grid."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.spatial.transform import Rotation

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.lattice import lattice
from psp_core.acquisition.rasterize import rasterize
from psp_core.acquisition.structures import StructureSet
from psp_core.errors import AmbiguousSeriesError
from psp_core.phantom.drawing import drawn_structures
from psp_core.phantom.imaging import Steps, planning_ct
from psp_core.phantom.latents import CausalModel, draw_labels, draw_latents
from psp_core.phantom.person import draw_person
from psp_core.phantom.roi_names import NEUTRAL_NAMES, roi_name
from psp_core.preprocessing.lesion.agreement import dice
from psp_core.preprocessing.lesion.contours import (
    contour_labels,
    contour_mask,
    follow_up_structures,
)
from psp_core.preprocessing.lesion.labels import region_mask
from psp_core.preprocessing.transform import Rigid

RADIUS_MM = 12.0


def ball(name: str, radius_mm: float = RADIUS_MM) -> Structure:
    """Contours of a ball around the origin, on planes 2 mm apart."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    contours = []
    for z in np.arange(-radius_mm + 1, radius_mm, 2.0):
        radius = np.sqrt(radius_mm**2 - z**2)
        contours.append(
            np.column_stack([radius * np.cos(angle), radius * np.sin(angle), np.full(72, z)])
        )
    return Structure(name, 1, tuple(contours), plane_spacing_mm=2.0)


def structure_set(*structures: Structure) -> StructureSet:
    return StructureSet("ct", (), {one.name: one for one in structures})


def centred(n: int, mm: float) -> Grid:
    affine = np.zeros((4, 4))
    affine[2, 0] = affine[1, 1] = affine[0, 2] = mm
    affine[:3, 3] = -mm * (n - 1) / 2
    affine[3, 3] = 1
    return Grid((n, n, n), affine)


@pytest.mark.parametrize(
    ("ce", "flair"),
    [
        ("FU_2_CE", "FU_2_FLAIR"),
        ("fu 2 t1ce", "Fu-2-Flair"),
        ("FU2CE", "FU2FLAIR"),
        ("FU_02_T1C", "FU_02_flair (ROI 9)"),
    ],
)
def test_a_visits_lesion_is_found_however_it_is_spelled(ce: str, flair: str) -> None:
    others = (ball("FU_1_CE"), ball("FU_12_CE"), ball("GTV_FLAIR"), ball("FU_2_PET"))
    found = follow_up_structures(structure_set(*others, ball(ce), ball(flair)), 2)
    assert {region: one.name for region, one in found.items()} == {"core": ce, "whole": flair}


def test_no_organ_or_target_is_taken_for_a_follow_up() -> None:
    names = [roi_name(name, system) for name in NEUTRAL_NAMES for system in ("varian", "amphora")]
    everything = structure_set(*(ball(name) for name in names))
    assert [follow_up_structures(everything, visit) for visit in range(6)] == [{}] * 6


def test_names_without_a_closed_contour_are_none() -> None:
    listed = Structure("FU_1_CE", 1, ())
    point = Structure("FU_1_FLAIR", 2, (np.zeros((1, 3)),), geometric_type="POINT")
    assert follow_up_structures(structure_set(listed, point), 1) == {}


def test_two_drawings_of_one_region_raise() -> None:
    with pytest.raises(AmbiguousSeriesError, match="'FU_1_CE' and 'FU1 CE' both draw region core"):
        follow_up_structures(structure_set(ball("FU_1_CE"), ball("FU1 CE")), 1)


def test_on_the_contours_own_slices_the_mask_is_the_rasterised_one() -> None:
    affine = np.array([[0, 0, 1.0, -14.5], [0, 1, 0, -14.5], [2, 0, 0, -11], [0, 0, 0, 1]])
    structure, grid = ball("FU_1_CE"), Grid((12, 30, 30), affine)
    assert dice(contour_mask(structure, grid), rasterize(structure, grid)) > 0.97


@pytest.mark.parametrize("degrees", [0.0, 10.0, 40.0])
def test_a_turned_grid_sees_the_same_volume(degrees: float) -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", [degrees, -degrees, 5], degrees=True).as_matrix()
    matrix[:3, 3] = [20, -10, 5]
    there = Rigid("ct", "template", matrix)
    grid = centred(40, 2.0)
    affine = grid.affine.copy()
    affine[:3, 3] += matrix[:3, 3]
    grid = Grid(grid.shape, affine)
    mask = contour_mask(ball("FU_1_CE"), there.inverse().carry(grid))
    true = np.linalg.norm(grid.points() - matrix[:3, 3], axis=-1) < RADIUS_MM
    assert dice(mask, true) > 0.96
    assert not mask[0].any()


def test_both_contours_make_labels_that_know_two_regions() -> None:
    structures = {"core": ball("FU_1_CE", 8.0), "whole": ball("FU_1_FLAIR", 14.0)}
    labels = contour_labels(structures, centred(24, 2.0))
    assert labels.known == {"core", "whole"}
    assert set(np.unique(labels.values)) == {0, 1, 2}
    for region, radius in (("core", 8.0), ("whole", 14.0)):
        volume = region_mask(labels.values, region).sum() * 8
        assert volume == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.07)


def test_a_phantoms_contours_enclose_its_lesion_as_it_was_drawn() -> None:
    rng = np.random.default_rng(4)
    model = CausalModel()
    latents: pd.Series = draw_latents(rng, draw_labels(rng, 2, model), model).iloc[0]  # type: ignore[type-arg]
    person = draw_person(rng, latents)
    steps = Steps(mr_mm=4.0, flair_slice_mm=6.0, ct_mm=4.0, ct_slice_mm=3.0, dose_mm=6.0)
    ct = planning_ct(person, steps, torch.Generator().manual_seed(1))
    drawn = drawn_structures(person, ct, {1: person.lesion}, listed_only=(2,))
    named = structure_set(
        *(
            Structure(roi_name(one.name, "varian"), number, one.contours)
            for number, one in enumerate(drawn, start=1)
            if one.name.startswith("follow_up")
        )
    )
    assert follow_up_structures(named, 2) == {}
    structures = follow_up_structures(named, 1)
    assert set(structures) == {"core", "whole"}
    fine = lattice(structures["core"])
    volume_cm3 = rasterize(structures["core"], fine).sum() * fine.voxel_volume_cm3
    expected = 4 / 3 * np.pi * np.prod(person.lesion.semi_axes_mm) / 1000
    assert volume_cm3 == pytest.approx(expected, rel=0.35)
