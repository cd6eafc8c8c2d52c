"""Levels, masks and points of a volume as the engines see it."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import EmptyMaskError, GridMismatchError, RegistrationError
from psp_core.preprocessing.registration.pyramid import (
    average,
    build_pyramid,
    level_sides,
    to_image,
)

SHAPE = (24, 28, 32)


def ball(shape: tuple[int, int, int] = SHAPE, side_mm: float = 3.0) -> Volume:
    """A bright ball on an oblique grid, with a little noise."""
    affine = np.eye(4)
    affine[:3, :3] = np.array([[0, 0.6, 0.8], [0, -0.8, 0.6], [1, 0, 0]]) * side_mm
    affine[:3, 3] = (10.0, -20.0, 30.0)
    grid = Grid(shape, affine)
    middle = grid.to_world((np.array(shape) - 1) / 2)
    inside = np.linalg.norm(grid.points() - middle, axis=-1) < 30
    noise = np.random.default_rng(0).normal(0, 0.05, shape)
    return Volume((inside + noise).astype(np.float32), grid)


def test_an_image_lies_where_its_volume_lies() -> None:
    volume = ball()
    image = to_image(volume.values, volume.grid)
    for d, h, w in ((0, 0, 0), (3, 5, 7), (23, 27, 31)):
        assert image[w, h, d] == volume.values[d, h, w]
        place = image.TransformIndexToPhysicalPoint((w, h, d))
        assert place == pytest.approx(tuple(volume.grid.to_world((d, h, w))))


def test_averaging_keeps_the_mean_and_the_middle() -> None:
    volume = ball()
    coarse = average(to_image(volume.values, volume.grid), 6.0)
    assert coarse.GetSize() == (16, 14, 12)
    middle = coarse.TransformContinuousIndexToPhysicalPoint((7.5, 6.5, 5.5))
    assert middle == pytest.approx(tuple(volume.grid.to_world((11.5, 13.5, 15.5))))
    total = sum(coarse[i, j, k] for i in range(16) for j in range(14) for k in range(12))
    assert total / (16 * 14 * 12) == pytest.approx(float(volume.values.mean()), rel=1e-4)


@pytest.mark.parametrize("working_mm", [0.5, 1.0, 2.0, 2.5, 4.0, 7.9, 8.0, 12.0])
def test_levels_fall_in_steps_that_keep_the_optimum_in_reach(working_mm: float) -> None:
    sides = level_sides(working_mm)
    assert sides[-1] == working_mm
    ratios = np.array(sides[:-1]) / np.array(sides[1:])
    assert ((ratios > 1) & (ratios < 3.21)).all()


def test_a_voxel_side_of_nothing_raises() -> None:
    with pytest.raises(RegistrationError, match="working_mm is 0, expected a positive"):
        level_sides(0)


def test_points_are_the_heads_or_the_masks() -> None:
    volume = ball()
    middle = volume.grid.to_world((np.array(SHAPE) - 1) / 2)
    assert (
        np.linalg.norm(build_pyramid(volume, "t", 3.0, None).points_mm - middle, axis=1).max() < 36
    )
    mask = np.zeros(SHAPE, dtype=bool)
    mask[2:8, 2:8, 2:8] = True
    points = volume.grid.to_index(build_pyramid(volume, "t", 3.0, mask).points_mm)
    assert points.min() > 1
    assert points.max() < 9


def test_what_was_not_measured_is_not_looked_at() -> None:
    volume = ball()
    values = volume.values.copy()
    values[:, :, :12] = np.nan
    holes = build_pyramid(Volume(values, volume.grid), "t", 3.0, None)
    assert holes.known is not None
    assert holes.looked_at is not None
    assert holes.known[2, 10, 10] == 0
    assert holes.known[20, 10, 10] == 1
    whole = build_pyramid(volume, "t", 3.0, None)
    assert whole.known is None
    assert whole.looked_at is None


def test_a_mask_is_looked_at_with_its_surroundings() -> None:
    volume = ball()
    mask = np.zeros(SHAPE, dtype=bool)
    mask[8:16, 8:16, 8:16] = True
    looked_at = build_pyramid(volume, "t", 3.0, mask).looked_at
    assert looked_at is not None
    assert looked_at[12, 12, 12] == looked_at[12, 12, 6] == 1
    assert looked_at[12, 12, 2] == 0


def test_a_constant_image_raises() -> None:
    grid = ball().grid
    with pytest.raises(RegistrationError, match=r"flair: 100% .* expected an image with contrast"):
        build_pyramid(Volume(np.ones(SHAPE, dtype=np.float32), grid), "flair", 3.0, None)


def test_an_image_without_numbers_raises() -> None:
    nothing = Volume(np.full(SHAPE, np.nan, dtype=np.float32), ball().grid)
    with pytest.raises(RegistrationError, match="0% of the voxels are known"):
        build_pyramid(nothing, "ct", 3.0, None)


def test_an_image_too_small_to_show_a_rotation_raises() -> None:
    with pytest.raises(RegistrationError, match="expected at least 6 along each axis"):
        build_pyramid(ball((4, 28, 32)), "t1ce", 3.0, None)
    with pytest.raises(RegistrationError, match="Lower working_mm"):
        build_pyramid(ball(), "t1ce", 30.0, None)


def test_an_image_smaller_than_the_pyramid_has_fewer_levels() -> None:
    assert len(build_pyramid(ball((12, 12, 12)), "t1ce", 3.0, None).levels) == 1
    assert len(build_pyramid(ball(), "t1ce", 3.0, None).levels) == 2


def test_masks_that_do_not_fit_raise() -> None:
    volume = ball()
    with pytest.raises(GridMismatchError, match="ct: the mask has shape"):
        build_pyramid(volume, "ct", 3.0, np.ones((2, 2, 2), dtype=bool))
    with pytest.raises(EmptyMaskError, match="hardly a voxel"):
        build_pyramid(volume, "ct", 3.0, np.zeros(SHAPE, dtype=bool))
