"""A volume on another grid."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.resample import resample, sample
from psp_core.acquisition.volume import Volume
from psp_core.errors import FrameOfReferenceError


def random_grid(shape: tuple[int, int, int], seed: int, scale: float = 2.0) -> Grid:
    rng = np.random.default_rng(seed)
    affine = np.eye(4)
    affine[:3, :3] = np.linalg.qr(rng.normal(size=(3, 3)))[0] * scale
    affine[:3, 3] = rng.uniform(-2, 2, size=3) - affine[:3, :3] @ (np.array(shape) / 2)
    return Grid(shape, affine)


def linear(grid: Grid) -> Volume:
    return Volume(grid.points() @ [0.5, -1.0, 2.0] + 7.0, grid, "1.2")


def test_the_own_grid_gives_the_same_values() -> None:
    volume = Volume(np.random.default_rng(0).normal(size=(3, 4, 5)), random_grid((3, 4, 5), 1))
    np.testing.assert_allclose(resample(volume, volume.grid), volume.values, atol=1e-9)


def test_a_linear_field_is_reproduced_exactly_and_nan_outside() -> None:
    volume = linear(random_grid((12, 13, 14), 2))
    target = random_grid((12, 12, 12), 3, scale=1.5)
    sampled = resample(volume, target)
    index = volume.grid.to_index(target.points())
    outside = ((index < -1e-3) | (index > np.array(volume.grid.shape) - 1 + 1e-3)).any(axis=-1)
    assert outside.any()
    assert not outside.all()
    np.testing.assert_array_equal(np.isnan(sampled), outside)
    expected = linear(target).values
    np.testing.assert_allclose(sampled[~outside], expected[~outside], atol=1e-8)


def test_the_outermost_voxels_survive_rounding() -> None:
    grid = Grid((3, 4, 5), np.diag([0.1, 0.3, 0.7, 1.0]))
    moved = grid.affine.copy()
    moved[:3, 3] -= 1e-6
    assert not np.isnan(resample(linear(grid), Grid(grid.shape, moved))).any()
    moved[:3, 3] -= 0.05
    assert np.isnan(resample(linear(grid), Grid(grid.shape, moved))).any()


def test_one_slice_is_constant_over_its_thickness() -> None:
    volume = Volume(np.full((1, 2, 2), 3.0), Grid((1, 2, 2), np.diag([6.0, 1, 1, 1])))
    target = Grid((9, 2, 2), np.eye(4) + np.pad([[-4.0]], ((0, 3), (3, 0))))
    np.testing.assert_array_equal(resample(volume, target)[:, 0, 0], [np.nan, *[3.0] * 7, np.nan])


def test_the_type_of_the_values_is_kept() -> None:
    grid = random_grid((2, 2, 2), 0)
    assert resample(Volume(np.zeros((2, 2, 2), np.float32), grid), grid).dtype == np.float32


def test_another_frame_of_reference_is_refused_if_both_are_known() -> None:
    volume = linear(random_grid((2, 2, 2), 0))
    with pytest.raises(FrameOfReferenceError, match=r"frame of reference 1.2, the grid in 1.3"):
        resample(volume, volume.grid, frame_uid="1.3")
    assert not np.isnan(resample(volume, volume.grid, frame_uid="1.2")).any()


def test_points_and_a_grid_are_sampled_alike() -> None:
    volume = linear(random_grid((12, 13, 14), 2))
    target = random_grid((6, 7, 8), 3, scale=3.0)
    sampled = sample(volume, target.points())
    np.testing.assert_allclose(sampled, resample(volume, target), atol=1e-9)
    assert np.isnan(sampled).any()
    assert sample(volume, np.empty((0, 3))).shape == (0,)


def test_voxels_of_a_turned_grid_are_copied_as_interpolation_would_give_them() -> None:
    rng = np.random.default_rng(4)
    volume = Volume(rng.normal(size=(4, 5, 6)).astype(np.float32), random_grid((4, 5, 6), 5))
    for axes, signs in (((0, 1, 2), (1, 1, 1)), ((2, 0, 1), (-1, 1, -1)), ((1, 0, 2), (1, -1, 1))):
        index_map = np.zeros((4, 4))
        index_map[axes, range(3)] = signs
        index_map[:3, 3] = [-1 if sign > 0 else 4 for sign in index_map[:3, :3].sum(axis=1)]
        index_map[3, 3] = 1
        target = Grid((5, 6, 4), volume.grid.affine @ index_map)
        copied = resample(volume, target)
        np.testing.assert_array_equal(np.isnan(copied), np.isnan(sample(volume, target.points())))
        assert np.isfinite(copied).sum() > 20
        np.testing.assert_allclose(copied, sample(volume, target.points()), atol=1e-3)
        assert set(copied[np.isfinite(copied)]) <= set(volume.values.ravel())
