"""Contours to voxels: geometry that can be computed by hand, and a real tumour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.rasterize import rasterize
from psp_core.acquisition.structures import read_structures
from psp_core.acquisition.volume import read_volume
from psp_core.errors import FrameOfReferenceError, GeometryError, NoMaskError

Points = npt.NDArray[np.float64]


def grid(shape: tuple[int, int, int], spacing: tuple[float, float, float] = (1, 1, 1)) -> Grid:
    """Axial grid whose first voxel centre is the origin."""
    affine = np.eye(4)
    affine[:3, :3] = np.diag(spacing)[::-1]
    return Grid(shape, affine)


def box(x: tuple[float, float], y: tuple[float, float], z: float) -> Points:
    return np.array([[x[0], y[0], z], [x[1], y[0], z], [x[1], y[1], z], [x[0], y[1], z]])


def structure(*contours: Points, **changes: object) -> Structure:
    return Structure("GTV", 1, contours, **changes)  # type: ignore[arg-type]


def circle(radius: float, z: float, n: int = 400) -> Points:
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.c_[30 + radius * np.cos(angle), 30 + radius * np.sin(angle), np.full(n, z)]


def test_voxel_centres_inside_are_in() -> None:
    mask = rasterize(structure(box((0.6, 3.4), (1.5, 2.5), 1)), grid((3, 5, 6)))
    assert mask.dtype == np.bool_
    assert np.argwhere(mask).tolist() == [[1, 2, 1], [1, 2, 2], [1, 2, 3]]


def test_the_rule_agrees_with_a_slow_reference() -> None:
    rng = np.random.default_rng(5)
    points = np.c_[rng.uniform(-2, 22, size=(12, 2)), np.zeros(12)]
    mask = rasterize(structure(points), grid((1, 20, 20)))

    def inside(x: float, y: float) -> bool:
        """Even-odd rule by counting the edges to the left, one point at a time."""
        count = 0
        for (xa, ya, _), (xb, yb, _) in zip(points, np.roll(points, -1, axis=0), strict=True):
            if (ya <= y) != (yb <= y):
                count += xa + (y - ya) / (yb - ya) * (xb - xa) <= x
        return count % 2 == 1

    expected = [[inside(x, y) for x in range(20)] for y in range(20)]
    np.testing.assert_array_equal(mask[0], expected)


def test_neighbours_sharing_an_edge_share_no_voxel_and_leave_no_gap() -> None:
    left = rasterize(structure(box((0, 3), (0, 4), 0)), grid((1, 6, 8)))
    right = rasterize(structure(box((3, 6), (0, 4), 0)), grid((1, 6, 8)))
    both = rasterize(structure(box((0, 6), (0, 4), 0)), grid((1, 6, 8)))
    assert not (left & right).any()
    np.testing.assert_array_equal(left | right, both)
    assert both.sum() == 6 * 4


def test_the_direction_of_drawing_does_not_matter() -> None:
    points = circle(11.3, 0)
    forwards = rasterize(structure(points), grid((1, 60, 60)))
    np.testing.assert_array_equal(forwards, rasterize(structure(points[::-1]), grid((1, 60, 60))))
    closed = np.vstack([points, points[:1]])  # the first point repeated at the end
    np.testing.assert_array_equal(forwards, rasterize(structure(closed), grid((1, 60, 60))))


def test_an_inner_contour_is_a_hole() -> None:
    outer, inner = box((0.5, 8.5), (0.5, 8.5), 0), box((2.5, 5.5), (2.5, 5.5), 0)
    mask = rasterize(structure(outer, inner), grid((1, 10, 10)))
    assert mask.sum() == 64 - 9
    assert not mask[0, 4, 4]


def test_a_keyhole_contour_is_the_same_hole() -> None:
    outer, inner = box((0.5, 8.5), (0.5, 8.5), 0), box((2.5, 5.5), (2.5, 5.5), 0)
    keyhole = np.vstack([outer, outer[:1], inner[[0, 3, 2, 1]], inner[:1]])
    expected = rasterize(structure(outer, inner), grid((1, 10, 10)))
    np.testing.assert_array_equal(rasterize(structure(keyhole), grid((1, 10, 10))), expected)
    occupancy = rasterize(structure(keyhole), grid((1, 10, 10)), supersample=7)
    holes = rasterize(structure(outer, inner), grid((1, 10, 10)), supersample=7)
    np.testing.assert_array_equal(occupancy, holes)


@pytest.mark.parametrize("offset", [-0.5, -0.4, 0.0, 0.3, 0.49])
def test_contours_up_to_half_a_slice_off_find_their_slice(offset: float) -> None:
    drawn = structure(*[box((0.5, 3.5), (0.5, 3.5), 3.0 * (z + offset)) for z in (1, 2, 3)])
    mask = rasterize(drawn, grid((6, 5, 5), (3, 1, 1)))
    found = np.flatnonzero(mask.any(axis=(1, 2)))
    assert len(found) == 3
    assert found.tolist() == ([0, 1, 2] if offset == -0.5 else [1, 2, 3])
    assert mask.sum() == 27


def test_contours_that_jitter_about_their_slices_lose_none() -> None:
    heights = [1.0, 2.3, 2.8, 4.2, 5.0]
    drawn = structure(*[box((0.5, 3.5), (0.5, 3.5), z) for z in heights])
    mask = rasterize(drawn, grid((8, 5, 5)))
    assert np.flatnonzero(mask.any(axis=(1, 2))).tolist() == [1, 2, 3, 4, 5]


def test_two_outlines_of_one_plane_stay_together_despite_rounding() -> None:
    outer, inner = box((0.5, 8.5), (0.5, 8.5), 1.0), box((2.5, 5.5), (2.5, 5.5), 1.1)
    assert rasterize(structure(outer, inner), grid((3, 10, 10))).sum() == 64 - 9


def test_thin_slices_are_filled_up_to_half_a_contour_spacing() -> None:
    drawn = structure(*[box((0.5, 3.5), (0.5, 3.5), z) for z in (2.0, 4.5, 7.0)])
    fine = rasterize(drawn, grid((100, 5, 5), (0.1, 1, 1)))
    found = np.flatnonzero(fine.any(axis=(1, 2)))
    assert (found.min(), found.max(), len(found)) == (8, 82, 75)  # 0.75 mm to 8.25 mm


def test_thick_slices_sample_the_slabs() -> None:
    drawn = structure(*[box((0.5, 3.5), (0.5, 3.5), z) for z in np.arange(10.0, 31.0, 1.0)])
    mask = rasterize(drawn, grid((10, 5, 5), (5, 1, 1)))
    assert np.flatnonzero(mask.any(axis=(1, 2))).tolist() == [2, 3, 4, 5, 6]


def test_a_gap_between_two_parts_stays_empty() -> None:
    heights = [1.0, 2.0, 3.0, 7.0, 8.0]
    drawn = structure(*[box((0.5, 3.5), (0.5, 3.5), z) for z in heights])
    mask = rasterize(drawn, grid((10, 5, 5)))
    assert np.flatnonzero(mask.any(axis=(1, 2))).tolist() == [1, 2, 3, 7, 8]


def test_the_area_of_a_circle_is_found_by_occupancy() -> None:
    drawn = structure(circle(11.3, 0))
    exact = np.pi * 11.3**2
    occupancy = rasterize(drawn, grid((1, 60, 60)), supersample=8)
    assert occupancy.dtype == np.float32
    assert 0 <= occupancy.min() <= occupancy.max() == 1
    assert float(occupancy.sum()) == pytest.approx(exact, rel=2e-3)


def test_occupancy_is_the_mask_on_a_finer_grid() -> None:
    drawn = structure(circle(11.3, 0), circle(4.1, 0))
    coarse = grid((1, 60, 60))
    fine = rasterize(drawn, coarse.refined((1, 4, 4)))
    expected = fine.reshape(1, 60, 4, 60, 4).mean(axis=(2, 4))
    np.testing.assert_allclose(rasterize(drawn, coarse, supersample=4), expected)


def test_occupancy_counts_slices_that_a_slab_fills_in_part() -> None:
    drawn = structure(*[circle(11.3, z) for z in (3.0, 5.5, 8.0)])
    coarse = grid((5, 60, 60), (3.1, 1, 1))
    fine = rasterize(drawn, coarse.refined((4, 4, 4)))
    expected = fine.reshape(5, 4, 60, 4, 60, 4).mean(axis=(1, 3, 5))
    occupancy = rasterize(drawn, coarse, supersample=4)
    np.testing.assert_allclose(occupancy, expected, atol=1e-6)
    assert 0 < occupancy[3].max() < 1 == occupancy[2].max()


def test_moving_structure_and_grid_together_changes_nothing() -> None:
    shift = np.array([3.25, -7.5, 12.125])
    affine = grid((3, 60, 60)).affine.copy()
    affine[:3, 3] += shift
    points = circle(11.3, 1)
    here = rasterize(structure(points), grid((3, 60, 60)))
    np.testing.assert_array_equal(
        here, rasterize(structure(points + shift), Grid((3, 60, 60), affine))
    )


def test_an_oblique_grid_takes_contours_drawn_in_its_planes() -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))
    affine = np.eye(4)
    affine[:3, :3] = turn @ grid((3, 60, 60)).affine[:3, :3]
    points = circle(11.3, 1)
    here = rasterize(structure(points), grid((3, 60, 60)))
    there = rasterize(structure(points @ turn.T), Grid((3, 60, 60), affine))
    assert (here != there).sum() <= 2  # rounding at the edge


def test_contours_across_the_slices_are_refused() -> None:
    upright = circle(5, 0)[:, [0, 2, 1]]
    with pytest.raises(GeometryError, match=r"crosses 10.0 slices .* rasterise it on the grid of"):
        rasterize(structure(upright), grid((60, 60, 60)))


def test_parts_outside_the_grid_are_left_out() -> None:
    mask = rasterize(structure(box((-9.5, 2.5), (-9.5, 99.5), 0)), grid((1, 4, 5)))
    np.testing.assert_array_equal(mask[0], [[1, 1, 1, 0, 0]] * 4)
    assert not rasterize(structure(box((50, 60), (50, 60), 0)), grid((1, 4, 5))).any()
    assert not rasterize(structure(box((0, 3), (0, 3), 40)), grid((1, 4, 5))).any()


def test_contours_of_fewer_than_three_points_are_no_masks() -> None:
    with pytest.raises(NoMaskError, match=r"no contour of 'GTV' has three points: no volume"):
        rasterize(structure(box((0, 3), (0, 3), 0)[:2]), grid((1, 4, 5)))


def test_points_are_no_masks() -> None:
    with pytest.raises(NoMaskError, match=r"'GTV' is of type POINT"):
        rasterize(structure(np.zeros((1, 3)), geometric_type="POINT"), grid((1, 2, 2)))


def test_another_frame_of_reference_is_refused_if_both_are_known() -> None:
    drawn = structure(box((0, 3), (0, 3), 0), frame_uid="1.2")
    with pytest.raises(FrameOfReferenceError, match=r"drawn in frame of reference 1.2, the grid"):
        rasterize(drawn, grid((1, 4, 5)), frame_uid="1.3")
    assert rasterize(drawn, grid((1, 4, 5)), frame_uid="1.2").any()
    assert rasterize(drawn, grid((1, 4, 5))).any()


def test_supersample_is_positive() -> None:
    with pytest.raises(GeometryError, match=r"supersample is a positive number"):
        rasterize(structure(box((0, 3), (0, 3), 0)), grid((1, 4, 5)), supersample=0)


def test_a_real_tumour_equals_the_mask_of_other_software(reference_dir: Path) -> None:
    """Source: theibsi/data_sets, STS_002 (CC BY 3.0): 17,090 voxels."""
    folder = reference_dir / "rtstruct_mr"
    image = read_volume(folder / "image")
    drawn = read_structures(folder / "mask" / "RS.dcm").structures["GTV_Mass_MR_T1"]
    mask = rasterize(drawn, image.grid, frame_uid=image.frame_uid)
    assert mask.sum() == 17_090
    truth = read_volume(folder / "MR_T1_mask.nii.gz").values > 0
    np.testing.assert_array_equal(mask, truth)
    occupancy = rasterize(drawn, image.grid, supersample=5)
    assert float(occupancy.sum()) == pytest.approx(17_090, rel=1e-3)
