"""The standard volume: where it lies, what it keeps, what it counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.spatial.transform import Rotation

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume, read_volume
from psp_core.errors import CutLesionError, EmptyMaskError
from psp_core.preprocessing.brain.extraction import extract_brain
from psp_core.preprocessing.intensity import percentiles, z_score
from psp_core.preprocessing.standard import (
    Placed,
    centre_shift,
    on_grid,
    on_grid_mask,
    standard_grid,
    standard_volume,
    voxels_cut,
)
from psp_core.preprocessing.template import TEMPLATE, template_mask
from psp_core.preprocessing.transform import Rigid

SHAPE = (30, 34, 26)
GRID = Grid(SHAPE, np.array([[0, 0, 1.0, 40], [0, 1, 0, -60], [1, 0, 0, 15], [0, 0, 0, 1.0]]))
MIDDLE = GRID.to_world((15, 17, 13))
REACH = np.linalg.norm((GRID.points() - MIDDLE) / (9, 12, 10), axis=-1)  # x, y, z
SMOOTH = gaussian_filter(np.random.default_rng(0).normal(0, 1, SHAPE), 3.0) * 300 + 100
SAME = Rigid.identity(TEMPLATE, "t1ce")
BRAIN = Placed(Volume((REACH < 1).astype(np.float32), GRID), SAME)
IMAGE = Placed(Volume(SMOOTH.astype(np.float32), GRID), SAME)


def turned() -> Rigid:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("zyx", [14, -9, 11], degrees=True).as_matrix()
    matrix[:3, 3] = (-30, 12, 44)
    return Rigid(TEMPLATE, "t1ce", matrix)


def test_the_cube_lies_along_the_axes_around_the_middle_of_the_brain() -> None:
    grid = standard_grid(BRAIN, side=20, spacing_mm=2.0)
    assert grid.shape == (20, 20, 20)
    assert np.array(grid.affine[:3, :3]) == pytest.approx(2.0 * np.eye(3)[::-1])
    assert grid.to_world((9.5, 9.5, 9.5)) == pytest.approx(MIDDLE, abs=1.0)
    assert np.array(grid.affine[:3, 3]) % 2.0 == pytest.approx(0)


def test_the_cube_follows_the_map() -> None:
    grid = standard_grid(Placed(BRAIN.volume, turned()), side=20, spacing_mm=2.0)
    middle = turned().apply(grid.to_world((9.5, 9.5, 9.5)))
    assert np.linalg.norm(middle - MIDDLE) < 2.5


def test_on_voxels_of_its_own_size_an_image_keeps_its_values() -> None:
    found = standard_volume({"t1ce": IMAGE}, BRAIN, GRID)
    assert np.array_equal(found.brain, REACH < 1)
    assert found.channels[0] == pytest.approx(np.where(REACH < 1, SMOOTH, 0), rel=1e-5)
    assert (found.brain_voxels_cut, found.unseen_voxels) == (0, (0,))


def test_a_turned_image_shows_the_same_points() -> None:
    way = turned()
    grid = standard_grid(Placed(BRAIN.volume, way), side=30, spacing_mm=1.0)
    brain = on_grid_mask(Placed(BRAIN.volume, way), grid)
    values = on_grid(Placed(IMAGE.volume, way), grid)[brain]
    inside = (REACH < 1) & (REACH > 0)
    assert brain.sum() == pytest.approx(inside.sum(), rel=0.03)
    assert values.mean() == pytest.approx(SMOOTH[inside].mean(), rel=0.01)
    assert values.std() == pytest.approx(SMOOTH[inside].std(), rel=0.1)


def test_coarse_voxels_are_means_not_samples() -> None:
    """Noise of standard deviation 1 must shrink as it does in a mean over the voxel."""
    fine = Grid((60, 60, 60), np.eye(4))
    noise = np.random.default_rng(1).normal(0, 1, fine.shape).astype(np.float32)
    coarse = Grid((10, 10, 10), np.diag([4.0, 4.0, 4.0, 1.0]) + np.eye(4, k=3) * 8)
    seen = on_grid(Placed(Volume(noise, fine), Rigid.identity(TEMPLATE, "x")), coarse)
    assert seen.std() < 0.25


def test_a_mask_keeps_its_volume_on_coarse_voxels() -> None:
    coarse = standard_grid(BRAIN, side=12, spacing_mm=3.0)
    volume_mm3 = on_grid_mask(BRAIN, coarse).sum() * 27
    assert volume_mm3 == pytest.approx((REACH < 1).sum(), rel=0.05)


def test_brain_beyond_the_cube_is_counted() -> None:
    grid = standard_grid(BRAIN, side=20, spacing_mm=1.0)
    found = standard_volume({"t1ce": IMAGE}, BRAIN, grid)
    points = GRID.points()[REACH < 1]
    index = grid.to_index(points)
    beyond = ((index < -0.5) | (index > 19.5)).any(axis=1).sum()
    assert beyond > 0
    assert found.brain_voxels_cut == beyond
    assert found.brain_share_cut == pytest.approx(beyond / len(points))


def test_brain_outside_a_channels_field_is_zero_and_counted() -> None:
    flair = Volume(IMAGE.volume.values[:20], Grid((20, *SHAPE[1:]), GRID.affine))
    found = standard_volume({"t1ce": IMAGE, "flair": Placed(flair, SAME)}, BRAIN, GRID)
    unseen = (REACH[20:] < 1).sum()
    assert found.unseen_voxels == (0, unseen)
    assert not found.channels[1][20:].any()
    assert np.isfinite(found.channels).all()


def test_a_lesion_in_the_cube_is_kept() -> None:
    lesion = np.linalg.norm(GRID.points() - MIDDLE - 2, axis=-1) < 4
    placed = Placed(Volume(lesion.astype(np.float32), GRID), SAME)
    found = standard_volume({"t1ce": IMAGE}, BRAIN, GRID, lesion=placed)
    assert np.array_equal(found.lesion, lesion)


def test_a_cut_lesion_raises() -> None:
    lesion = np.zeros(SHAPE, dtype=np.float32)
    lesion[15, 17 - 12 : 17, 13] = 1
    grid = standard_grid(BRAIN, side=20, spacing_mm=1.0)
    with pytest.raises(CutLesionError, match="cuts 3 of 12 voxels of the lesion"):
        standard_volume({"t1ce": IMAGE}, BRAIN, grid, lesion=Placed(Volume(lesion, GRID), SAME))


def test_masks_without_voxels_raise() -> None:
    empty = Placed(Volume(np.zeros(SHAPE), GRID), SAME)
    with pytest.raises(EmptyMaskError, match="the brain mask has no voxel"):
        standard_grid(empty, side=20, spacing_mm=1.0)
    with pytest.raises(EmptyMaskError, match="the lesion mask has no voxel"):
        standard_volume({"t1ce": IMAGE}, BRAIN, GRID, lesion=empty)
    with pytest.raises(EmptyMaskError, match="the given mask has no voxel"):
        voxels_cut(empty, GRID)


def test_a_map_that_leads_elsewhere_raises() -> None:
    away = Placed(BRAIN.volume, Rigid.shift(TEMPLATE, "t1ce", (500, 0, 0)))
    with pytest.raises(EmptyMaskError, match="do not fit together"):
        standard_volume({"t1ce": IMAGE}, away, GRID)


def test_centre_shift_lays_middle_on_middle() -> None:
    way = centre_shift(BRAIN.volume, template_mask(2), source="atlas")
    assert (way.source, way.target) == ("atlas", TEMPLATE)
    points = template_mask(2).grid.points()[template_mask(2).values > 0]
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    assert way.apply(MIDDLE) == pytest.approx(middle, abs=0.5)


def test_an_atlas_of_the_same_voxels_is_copied_not_interpolated() -> None:
    places = GRID.affine.copy()
    places[:3, 3] += (0.3, -0.4, 0.2)
    atlas = Grid(SHAPE, places)
    brain = Volume(BRAIN.volume.values, atlas)
    way = centre_shift(brain, template_mask(2), source="atlas").inverse()
    grid = standard_grid(Placed(brain, way), side=40, spacing_mm=1.0)
    image = Placed(Volume(IMAGE.volume.values, atlas), way)
    found = standard_volume({"t1ce": image}, Placed(brain, way), grid)
    assert found.brain.sum() == (REACH < 1).sum()
    expected = np.sort(IMAGE.volume.values[REACH < 1])
    assert np.sort(found.channels[0][found.brain]) == pytest.approx(expected, rel=1e-5)


def test_voxels_beyond_a_grid_are_counted() -> None:
    grid = standard_grid(BRAIN, side=20, spacing_mm=1.0)
    found = standard_volume({"t1ce": IMAGE}, BRAIN, grid)
    assert voxels_cut(BRAIN, grid) == found.brain_voxels_cut
    assert voxels_cut(BRAIN, GRID) == 0


def test_a_real_glioma_goes_whole_to_a_standard_volume(reference_dir: Path) -> None:
    folder = reference_dir / "mri_tcga_du7294"
    t1c, flair = (read_volume(folder / f"sri24_bet_{name}.nii.gz") for name in ("t1c", "fla"))
    lesion = read_volume(folder / "seg_simple.nii.gz")
    found = extract_brain(t1c)
    assert found.method == "already_stripped"
    brain = Volume(found.mask.astype(np.float32), t1c.grid)
    way = centre_shift(brain, template_mask(2), source="sri24").inverse()
    grid = standard_grid(Placed(brain, way), side=160, spacing_mm=1.0)
    case = standard_volume(
        {"t1ce": Placed(t1c, way), "flair": Placed(flair, way)},
        Placed(brain, way),
        grid,
        lesion=Placed(lesion, way),
    )
    assert case.channels.shape == (2, 160, 160, 160)
    # This brain is 162 mm long: no cube of 160 mm holds all of its slices, this one all but two.
    length = found.mask.sum(axis=(0, 2))
    ends = length[length > 0]
    assert len(ends) == 162
    assert case.brain_voxels_cut in (ends[0] + ends[-1], ends[:2].sum(), ends[-2:].sum())
    assert case.brain_share_cut < 0.0005
    assert case.unseen_voxels == (0, 0)
    assert case.lesion is not None
    assert case.brain.sum() == found.mask.sum() - case.brain_voxels_cut
    assert case.lesion.sum() == (lesion.values > 0).sum()
    assert not case.channels[:, ~case.brain].any()
    for channel, image in zip(case.channels, (t1c, flair), strict=True):
        before, after = percentiles(image.values, found.mask), percentiles(channel, case.brain)
        assert after == pytest.approx(before, rel=0.001, abs=0.1)
        scored = z_score(channel, case.brain)
        assert scored[case.brain].mean() == pytest.approx(0, abs=1e-4)
        assert scored[case.brain].std() == pytest.approx(1, abs=1e-4)
