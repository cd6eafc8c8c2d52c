"""Balanced accuracy and F1: their counts, and the whole bootstrap distribution."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.composites import composites_at, composites_of


def test_the_counts_of_the_proposed_row_of_gomaa() -> None:
    """8 of 11 and 7 of 9: F1 16/21, balanced accuracy the mean of both."""
    found = composites_of(8, 11, 7, 9)
    assert (found["f1"].k, found["f1"].n) == (16, 21)
    balanced = found["balanced_accuracy"]
    assert Fraction(balanced.k, balanced.n) == (Fraction(8, 11) + Fraction(7, 9)) / 2


def test_they_equal_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    truth, score = rng.random(30) < 0.6, rng.random(30)
    found = composites_at(truth, score, 0.4)
    assert found["f1"].value == pytest.approx(f1_score(truth, score >= 0.4))
    assert found["balanced_accuracy"].value == pytest.approx(
        balanced_accuracy_score(truth, score >= 0.4)
    )


def test_the_interval_is_that_of_many_drawn_resamples() -> None:
    rng = np.random.default_rng(0)
    tp, tn = rng.binomial(34, 20 / 34, size=40_000), rng.binomial(25, 17 / 25, size=40_000)
    drawn = {
        "f1": 2 * tp / (tp + 34 + 25 - tn),
        "balanced_accuracy": (tp / 34 + tn / 25) / 2,
    }
    found = composites_of(20, 34, 17, 25)
    for name, values in drawn.items():
        assert (found[name].lower, found[name].upper) == pytest.approx(
            tuple(np.quantile(values, [0.025, 0.975])), abs=0.006
        )


def test_a_resample_of_one_patient_each_by_hand() -> None:
    """One of two right in either class: 1/4, 1/2, 1/4 for each, so the ends have 1/16."""
    found = composites_of(1, 2, 1, 2, confidence_level=0.875)["balanced_accuracy"]
    assert (found.value, found.lower, found.upper) == (0.5, 0.0, 0.75)


def test_no_width_means_no_interval() -> None:
    for one in composites_of(4, 4, 5, 5).values():
        assert one.value == 1
        assert math.isnan(one.lower)
        assert math.isnan(one.upper)


def test_absent_classes_have_no_value_and_say_why() -> None:
    only_negative = composites_of(0, 0, 3, 3)
    assert math.isnan(only_negative["balanced_accuracy"].value)
    assert only_negative["balanced_accuracy"].note == "not both classes are there"
    assert only_negative["f1"].note == "no true progression, and nobody above the threshold"
    assert composites_of(0, 0, 2, 3)["f1"].value == 0
    assert math.isnan(composites_of(0, 0, 0, 0)["f1"].value)


def test_impossible_counts_and_missing_thresholds_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="3 of 2 and 1 of 1"):
        composites_of(3, 2, 1, 1)
    with pytest.raises(UndefinedMetricError, match="threshold is missing"):
        composites_at([1, 0], [0.2, 0.3], [0.1, math.nan])
