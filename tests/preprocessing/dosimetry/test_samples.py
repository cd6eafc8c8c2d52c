"""Lesions as points: volumes are kept, frames are checked, contours and masks agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.transform import Rotation

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.structures import read_structures
from psp_core.acquisition.volume import read_volume
from psp_core.errors import (
    EmptyMaskError,
    FrameOfReferenceError,
    GeometryError,
    GridMismatchError,
    NoMaskError,
)
from psp_core.preprocessing.dosimetry.samples import LesionSamples, sample_mask, sample_structure
from psp_core.preprocessing.transform import Rigid


def blob(shape: tuple[int, int, int], seed: int = 0) -> npt.NDArray[np.bool_]:
    return np.random.default_rng(seed).random(shape) > 0.6


def volume_cm3(samples: LesionSamples) -> float:
    return float(samples.weights.sum()) * samples.part_volume_cm3


@pytest.mark.parametrize("supersample", [1, 2, 3, 5])
@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0, 1.0), (5.0, 1.0, 1.2), (2.5, 2.5, 2.5)])
def test_the_volume_of_a_mask_is_kept(
    spacing_mm: tuple[float, ...], supersample: int, make_grid: Any
) -> None:
    """Also of one that touches the border of its image."""
    mask = blob((5, 6, 7))
    grid = make_grid(mask.shape, spacing_mm, 3)
    samples = sample_mask(mask, grid, supersample=supersample)
    assert volume_cm3(samples) == pytest.approx(mask.sum() * grid.voxel_volume_cm3)
    assert 0 < samples.weights.min() <= samples.weights.max() <= 1
    centres = grid.points()[mask]
    np.testing.assert_allclose(samples.centroid_mm, centres.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(samples.voxels_mm, centres, atol=1e-9)


def test_parts_are_about_as_long_on_every_side_and_not_below_half_a_millimetre(
    make_grid: Any,
) -> None:
    mask = np.ones((3, 3, 3), dtype=bool)
    for spacing_mm, supersample, part_mm3 in [
        ((1.0, 1.0, 1.0), 3, 0.5**3),
        ((2.4, 2.4, 2.4), 3, 0.8**3),
        ((6.0, 1.0, 1.0), 3, 2.0),
        ((2.4, 2.4, 2.4), 1, 2.4**3),
    ]:
        samples = sample_mask(mask, make_grid(mask.shape, spacing_mm), supersample=supersample)
        assert 1000 * samples.part_volume_cm3 == pytest.approx(part_mm3)


def test_the_occupancy_falls_linearly_from_one_voxel_centre_to_the_next(make_grid: Any) -> None:
    mask = np.zeros((1, 1, 6), dtype=bool)
    mask[..., 2:4] = True
    samples = sample_mask(mask, make_grid((1, 1, 6), (0.4, 0.4, 1.5)), supersample=3)
    offset = np.abs(samples.points_mm[:, 0])  # from the middle of the two voxels
    expected = np.clip((2.25 - offset) / 1.5, 0, 1)
    np.testing.assert_allclose(samples.weights, expected)
    assert offset.max() == pytest.approx(1.75)


def test_a_ball_has_the_volume_of_a_ball(make_grid: Any) -> None:
    grid = make_grid((25, 25, 25), (2.5, 2.5, 2.5))
    mask = np.linalg.norm(grid.points(), axis=-1) < 20
    expected = 4 / 3 * np.pi * 2.0**3
    assert volume_cm3(sample_mask(mask, grid)) == pytest.approx(expected, rel=0.02)


def test_the_map_carries_points_and_voxels(make_grid: Any) -> None:
    mask, grid = blob((4, 4, 4)), make_grid((4, 4, 4), (2.0, 2.0, 2.0))
    turned = np.eye(4)
    turned[:3] = Rotation.from_rotvec([0.2, -0.1, 0.3]).as_matrix() @ np.eye(3, 4)
    to_dose = Rigid.shift("t1ce", "t1ce", [3, -4, 5]).then(Rigid("t1ce", "ct", turned))
    plain = sample_mask(mask, grid, frame_uid="1.2.3")
    carried = sample_mask(mask, grid, to_dose=to_dose, frame_uid="1.2.3")
    np.testing.assert_allclose(carried.points_mm, to_dose.apply(plain.points_mm))
    np.testing.assert_allclose(carried.voxels_mm, to_dose.apply(plain.voxels_mm))
    assert (plain.frame_uid, carried.frame_uid) == ("1.2.3", None)


def test_a_map_that_does_not_lead_to_the_dose_is_refused(make_grid: Any) -> None:
    mask, grid = blob((4, 4, 4)), make_grid((4, 4, 4), (2.0, 2.0, 2.0))
    with pytest.raises(FrameOfReferenceError, match=r"from ct to t1ce, expected one to ct"):
        sample_mask(mask, grid, to_dose=Rigid.identity("ct", "t1ce"))


def test_an_empty_mask_and_another_grid_are_refused(make_grid: Any) -> None:
    grid = make_grid((4, 4, 4), (2.0, 2.0, 2.0))
    with pytest.raises(EmptyMaskError, match=r"the lesion has no voxel"):
        sample_mask(np.zeros((4, 4, 4), dtype=bool), grid)
    with pytest.raises(GridMismatchError, match=r"the mask has shape \(4, 4, 5\)"):
        sample_mask(np.ones((4, 4, 5), dtype=bool), grid)


def cylinder(radius_mm: float, planes: int, gap_mm: float = 2.5) -> Structure:
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    circle = radius_mm * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    contours = tuple(
        np.column_stack([circle, np.full(len(circle), gap_mm * number)]) for number in range(planes)
    )
    return Structure("FU_1_CE", 4, contours, frame_uid="1.2.3")


@pytest.mark.parametrize("radius_mm", [2.0, 8.0, 20.0])
def test_a_drawn_cylinder_has_its_volume(radius_mm: float) -> None:
    samples = sample_structure(cylinder(radius_mm, 5))
    expected = np.pi * radius_mm**2 * 12.5 / 1000
    assert volume_cm3(samples) == pytest.approx(expected, rel=0.01)
    np.testing.assert_allclose(samples.centroid_mm, [0, 0, 5.0], atol=0.05)
    assert samples.frame_uid == "1.2.3"


def test_structures_without_volume_are_refused() -> None:
    with pytest.raises(NoMaskError, match=r"listed without contours"):
        sample_structure(Structure("FU_2_CE", 5, ()))
    with pytest.raises(GeometryError, match=r"does not tell how thick"):
        sample_structure(cylinder(6, 1))
    with pytest.raises(EmptyMaskError, match=r"'FU_1_CE' is thinner than 0.125 mm"):
        sample_structure(cylinder(0.01, 4))
    assert len(sample_structure(cylinder(0.1, 4)).voxels_mm)


def test_a_real_tumour_from_contours_and_from_its_mask(reference_dir: Path) -> None:
    """Source: theibsi/data_sets, STS_002 (CC BY 3.0): 17,090 voxels."""
    folder = reference_dir / "rtstruct_mr"
    drawn = read_structures(folder / "mask" / "RS.dcm").structures["GTV_Mass_MR_T1"]
    mask = read_volume(folder / "MR_T1_mask.nii.gz")
    expected = 17_090 * mask.grid.voxel_volume_cm3
    from_mask = sample_mask(mask.values > 0, mask.grid)
    from_contours = sample_structure(drawn)
    assert volume_cm3(from_mask) == pytest.approx(expected)
    assert volume_cm3(from_contours) == pytest.approx(expected, rel=0.001)
    np.testing.assert_allclose(from_mask.centroid_mm, from_contours.centroid_mm, atol=0.1)
