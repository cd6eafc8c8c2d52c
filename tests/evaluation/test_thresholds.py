"""Thresholds and their conventions."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.thresholds import (
    balanced_threshold,
    sensitivity_threshold,
    youden_threshold,
)


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


def test_the_threshold_of_the_published_code_makes_both_rates_nearly_equal() -> None:
    y_true = [0, 0, 0, 0, 1, 1]
    y_score = [0.1, 0.2, 0.3, 0.7, 0.6, 0.9]
    # at 0.7: sensitivity 1/2, specificity 3/4; at 0.6: 1 and 3/4; at 0.9: 1/2 and 1
    assert balanced_threshold(y_true, y_score) == 0.7
    assert balanced_threshold([0, 1], [0.2, 0.4]) == 0.4
    with pytest.raises(UndefinedMetricError, match="needs at least one of each class"):
        balanced_threshold([1, 1], [0.2, 0.4])


def test_the_sensitivity_threshold_finds_just_as_many_as_are_wanted() -> None:
    y_true = [1] * 10 + [0] * 3
    y_score = [*[n / 10 for n in range(1, 11)], 0.05, 0.15, 0.35]
    # nine of ten lie at or above 0.2, below it comes 0.15
    assert sensitivity_threshold(y_true, y_score, target=0.9) == pytest.approx(0.175)
    assert sensitivity_threshold(y_true, y_score, target=0.91) == pytest.approx(0.075)
    assert sensitivity_threshold(y_true, y_score, target=0.1) == pytest.approx(0.95)


def test_where_nobody_lies_below_the_last_score_it_is_that_score() -> None:
    assert sensitivity_threshold([1, 1, 0], [0.2, 0.4, 0.9], target=1.0) == 0.2
    assert sensitivity_threshold([1, 0], [0.3, 0.3]) == 0.3


def test_a_target_that_is_no_sensitivity_raises() -> None:
    for target in (0.0, 1.1):
        with pytest.raises(UndefinedMetricError, match=f"target is {target}"):
            sensitivity_threshold([1, 0], [0.2, 0.1], target=target)
    with pytest.raises(UndefinedMetricError, match="at least one of each class"):
        sensitivity_threshold([1, 1], [0.2, 0.1])
