"""Grids: indices, millimetres and volumes."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.errors import GeometryError


def oblique_grid() -> Grid:
    rotation, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    affine = np.eye(4)
    affine[:3, :3] = rotation * [3.0, 0.5, 0.75]
    affine[:3, 3] = [-80, 12.5, 40]
    return Grid((4, 5, 6), affine)


def test_spacing_and_volume_follow_from_the_affine() -> None:
    grid = oblique_grid()
    assert grid.spacing_mm == pytest.approx((3.0, 0.5, 0.75))
    assert grid.voxel_volume_cm3 == pytest.approx(3.0 * 0.5 * 0.75 / 1000)


def test_world_and_index_are_inverse() -> None:
    grid = oblique_grid()
    index = np.random.default_rng(2).uniform(-3, 9, size=(20, 3))
    np.testing.assert_allclose(grid.to_index(grid.to_world(index)), index, atol=1e-10)


def test_points_are_the_voxel_centres() -> None:
    grid = oblique_grid()
    points = grid.points()
    assert points.shape == (4, 5, 6, 3)
    np.testing.assert_allclose(points[3, 1, 2], grid.to_world([3, 1, 2]))
    np.testing.assert_allclose(grid.corners()[-1], points[-1, -1, -1])


def test_a_refined_grid_fills_the_same_box() -> None:
    grid = oblique_grid()
    fine = grid.refined((2, 1, 5))
    assert fine.shape == (8, 5, 30)
    assert fine.voxel_volume_cm3 * 10 == pytest.approx(grid.voxel_volume_cm3)
    blocks = fine.points().reshape(4, 2, 5, 1, 6, 5, 3).mean(axis=(1, 3, 5))
    np.testing.assert_allclose(blocks, grid.points(), atol=1e-9)


def test_a_padded_grid_keeps_its_voxels_where_they_were() -> None:
    grid = oblique_grid()
    padded = grid.padded(2)
    assert padded.shape == (8, 9, 10)
    np.testing.assert_allclose(padded.points()[2:-2, 2:-2, 2:-2], grid.points(), atol=1e-10)


def test_same_grid_allows_rounding_and_nothing_else() -> None:
    grid = oblique_grid()
    moved = grid.affine.copy()
    moved[0, 3] += 1e-4
    assert grid.same_grid(Grid(grid.shape, moved))
    moved[0, 3] += 0.01
    assert not grid.same_grid(Grid(grid.shape, moved))
    assert not grid.same_grid(Grid((4, 5, 7), grid.affine))


def test_single_voxels_with_other_sides_are_other_grids() -> None:
    assert not Grid((1, 1, 1), np.eye(4)).same_grid(Grid((1, 1, 1), np.diag([2.0, 1, 1, 1])))


def test_the_affine_of_a_grid_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        oblique_grid().affine[0, 0] = 1


@pytest.mark.parametrize(
    ("shape", "affine", "message"),
    [
        ((1, 2), np.eye(4), "three positive lengths"),
        ((1, 2, 0), np.eye(4), "three positive lengths"),
        ((1, 2, 3), np.full((4, 4), np.nan), "finite 4 x 4"),
        ((1, 2, 3), np.ones((4, 4)), "last row"),
        ((1, 2, 3), np.diag([1.0, 1, 0, 1]), "do not span space"),
    ],
)
def test_impossible_grids_are_refused(
    shape: tuple[int, int, int], affine: np.ndarray, message: str
) -> None:
    with pytest.raises(GeometryError, match=message):
        Grid(shape, affine)


def test_refinement_needs_positive_factors() -> None:
    with pytest.raises(GeometryError, match="refinement factors"):
        oblique_grid().refined((1, 0, 1))
