"""Percentiles of grey values in the brain, the lesion and its surroundings."""

import numpy as np
import pytest

from psp_core.explain.grey_values import (
    PERCENTILES,
    SHELLS_MM,
    brain_percentiles,
    lesion_percentiles,
)

SHAPE = (24, 24, 24)


@pytest.fixture
def volume() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((2, *SHAPE)).astype(np.float16)


@pytest.fixture
def lesion() -> np.ndarray:
    mask = np.zeros(SHAPE, dtype=bool)
    mask[3:8, 10:14, 18:22] = True
    return mask


def test_the_brain_is_that_of_numpy(volume: np.ndarray) -> None:
    brain = volume[0] > 0
    expected = [np.percentile(c[brain].astype(float), PERCENTILES) for c in volume]
    assert np.allclose(brain_percentiles(volume, brain), np.concatenate(expected))


def test_the_box_around_the_lesion_changes_nothing(volume: np.ndarray, lesion: np.ndarray) -> None:
    brain = np.ones(SHAPE, dtype=bool)
    points = np.argwhere(lesion)
    grid = np.indices(SHAPE).reshape(3, -1).T
    nearest = np.concatenate(
        [np.sqrt(((g[:, None] - points) ** 2).sum(-1)).min(1) for g in np.array_split(grid, 16)]
    )
    distance_mm = 2.5 * nearest.reshape(SHAPE)
    masks = [lesion, *((distance_mm > low) & (distance_mm <= high) for low, high in SHELLS_MM)]
    slow = [np.percentile(c[m].astype(float), PERCENTILES) for m in masks for c in volume]
    assert np.allclose(lesion_percentiles(volume, brain, lesion, 2.5), np.concatenate(slow))


def test_without_a_lesion_the_brain_stands_in(volume: np.ndarray) -> None:
    brain, none = volume[0] > 0, np.zeros(SHAPE, dtype=bool)
    expected = np.tile(brain_percentiles(volume, brain), 3)
    assert np.array_equal(lesion_percentiles(volume, brain, none, 2.5), expected)


def test_an_empty_brain_gives_zeros(volume: np.ndarray, lesion: np.ndarray) -> None:
    none = np.zeros(SHAPE, dtype=bool)
    assert not brain_percentiles(volume, none).any()
    outside = lesion_percentiles(volume, none, lesion, 2.5)
    assert not outside[2 * len(PERCENTILES) :].any()
