"""Brain-like voxels: of the right brightness, thick, and where the seed is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import BrainExtractionError
from psp_core.preprocessing.brain.tissue import brain_like, find_head, in_middle

GRID = Grid((40, 40, 40), np.diag([2.0, 2.0, 2.0, 1.0]))
RADIUS = np.linalg.norm(GRID.points() - 40.0, axis=-1)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_guess_lies_in_the_brain_and_knows_its_brightness(
    head: Callable[[int, float], Any], seed: int
) -> None:
    t1ce, brain = head(seed, 4.0)
    guess = find_head(t1ce)
    points = t1ce.grid.points()[brain]
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    assert np.linalg.norm(guess.centre_mm - middle) < 30
    assert guess.brightness == pytest.approx(np.median(t1ce.values[brain]), rel=0.15)


def test_a_thin_bright_shell_is_no_brain() -> None:
    relative = np.where(RADIUS < 25, 1.0, 0.1)
    relative[(RADIUS > 30) & (RADIUS < 35)] = 1.0
    found = brain_like(relative, GRID, RADIUS < 10)
    assert (found == (RADIUS < 25)).mean() > 0.995


def test_fluid_and_fat_are_left_out() -> None:
    relative = np.where(RADIUS < 30, 1.0, 0.1)
    relative[RADIUS < 4] = 0.3
    relative[RADIUS > 24] = 2.0
    found = brain_like(relative, GRID, RADIUS < 10)
    assert not found[(RADIUS < 4) | (RADIUS > 24)].any()
    assert found[(RADIUS > 10) & (RADIUS < 20)].all()


def test_of_two_parts_the_one_with_the_seed_is_taken() -> None:
    relative = np.full(GRID.shape, 0.1)
    relative[:10], relative[15:] = 1.0, 1.0
    assert not brain_like(relative, GRID, in_middle(GRID, np.full(3, 10.0)))[15:].any()
    assert not brain_like(relative, GRID, GRID.points()[..., 0] < 8)[15:].any()


def test_nothing_thick_gives_an_empty_mask() -> None:
    assert not brain_like(np.zeros(GRID.shape), GRID, RADIUS < 10).any()


def test_a_constant_image_raises() -> None:
    with pytest.raises(BrainExtractionError, match="constant, expected a head"):
        find_head(Volume(np.zeros(GRID.shape), GRID))


def test_scattered_points_raise() -> None:
    values = np.zeros(GRID.shape)
    values[::4, ::4, ::4] = 100.0
    fine = Grid(GRID.shape, np.diag([10.0, 10.0, 10.0, 1.0]))
    with pytest.raises(BrainExtractionError, match="no connected bright region"):
        find_head(Volume(values, fine))


def test_a_hollow_head_raises() -> None:
    grid = Grid((30, 30, 30), np.diag([10.0, 10.0, 10.0, 1.0]))
    radius = np.linalg.norm(grid.points() - 145.0, axis=-1)
    with pytest.raises(BrainExtractionError, match="middle of the head is dark"):
        find_head(Volume(np.where((radius > 110) & (radius < 140), 100.0, 0.0), grid))
