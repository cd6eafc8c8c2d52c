"""Youden's threshold and its conventions."""

from __future__ import annotations

import numpy as np

from psp_core.evaluation.thresholds import youden_threshold


def test_no_other_threshold_is_better() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        y_true = rng.permutation([True] * 8 + [False] * 7)
        y_score = np.round(rng.uniform(size=15) + 0.3 * y_true, 1) / 2
        chosen = youden_threshold(y_true, y_score)

        def index(cut: float) -> float:
            called = y_score >= cut  # noqa: B023
            return called[y_true].mean() - called[~y_true].mean()  # noqa: B023

        assert index(chosen) >= max(index(cut) for cut in np.linspace(0, 1, 201)) - 1e-12


def test_it_lies_halfway_between_neighbours() -> None:
    assert youden_threshold([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.9]) == 0.4


def test_of_equally_good_ones_it_takes_the_one_nearest_a_half() -> None:
    """0.15 and 0.65 have the same index."""
    assert youden_threshold([0, 1, 0, 1], [0.1, 0.2, 0.5, 0.8]) == 0.65


def test_without_any_use_it_is_a_half() -> None:
    assert youden_threshold([0, 1], [0.3, 0.3]) == 0.5
    assert youden_threshold([1, 0], [0.1, 0.9]) == 0.5
