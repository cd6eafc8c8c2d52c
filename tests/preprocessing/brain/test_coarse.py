"""Coarse images keep places, brightness and shapes."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.preprocessing.brain.coarse import coarsened, dilated, eroded, local_mean

AFFINE = np.array([[0.1, 0.0, 1.0, 5], [0.0, -1.0, 0.0, 7], [2.9, 0.0, -0.03, 9], [0, 0, 0, 1]])
GRID = Grid((20, 40, 50), AFFINE)


def test_a_ramp_keeps_its_values_at_its_places() -> None:
    slope = np.array([0.3, -0.2, 0.5])
    small = coarsened(Volume((GRID.points() @ slope).astype(np.float32), GRID), 3.0)
    assert small.grid.spacing_mm == pytest.approx((GRID.spacing_mm[0], 3.0, GRID.spacing_mm[2] * 3))
    inner = (slice(2, -2),) * 3
    assert small.values[inner] == pytest.approx((small.grid.points() @ slope)[inner], abs=0.02)


def test_coarse_axes_stay_as_they_are() -> None:
    volume = Volume(np.ones(GRID.shape, dtype=np.float32), GRID)
    assert coarsened(volume, 1.2) is volume


def test_local_mean_follows_the_values_in_the_mask_only() -> None:
    points = GRID.points()
    values = 100 + points[..., 0]
    mask = np.zeros(GRID.shape, dtype=bool)
    mask[2:-2, 5:-5, 5:-5] = True
    values[~mask] = 1e4
    mean = local_mean(Volume(values, GRID), mask, width_mm=4.0, spacing_mm=3.0)
    inner = (slice(8, 12), slice(15, 25), slice(20, 30))
    assert mean[inner] == pytest.approx(100 + points[inner][..., 0], abs=1.5)


def test_far_from_the_mask_the_mean_is_that_of_the_whole() -> None:
    mask = np.zeros(GRID.shape, dtype=bool)
    mask[:3, :6, :6] = True
    mean = local_mean(Volume(np.full(GRID.shape, 7.0), GRID), mask, width_mm=2.0, spacing_mm=3.0)
    assert mean[-1, -1, -1] == pytest.approx(7.0)


def test_erosion_and_dilation_are_those_of_a_ball_in_mm() -> None:
    points = GRID.points()
    radius = np.linalg.norm(points - GRID.to_world((10, 20, 25)), axis=-1)
    assert (eroded(radius < 15, GRID, 5.0) <= (radius < 10.5)).all()
    assert (eroded(radius < 15, GRID, 5.0) >= (radius < 7)).all()
    assert (dilated(radius < 5, GRID, 5.0) <= (radius < 10.1)).all()


def test_the_edge_of_the_field_is_no_surface() -> None:
    assert eroded(np.ones(GRID.shape, dtype=bool), GRID, 5.0)[0, 20, 25]
