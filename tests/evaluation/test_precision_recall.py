"""Average precision by hand, by scikit-learn, and resampled."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.precision_recall import (
    average_precision,
    average_precision_interval,
    weighted_precision,
)

TRUTH = np.array([True, False, True, True, False, False, True, False])
SCORE = np.array([0.9, 0.8, 0.8, 0.6, 0.5, 0.3, 0.3, 0.1])


def test_it_equals_a_count_by_hand() -> None:
    # at 0.9: 1/1 of a half; at 0.5: 2/3 of the other half
    assert average_precision([1, 0, 1, 0], [0.9, 0.7, 0.5, 0.1]) == pytest.approx(5 / 6)


def test_a_constant_score_has_the_no_skill_value() -> None:
    assert average_precision(TRUTH[:5], np.full(5, 0.3)) == pytest.approx(3 / 5)


def test_weighted_patients_count_as_in_scikit_learn() -> None:
    weights = np.random.default_rng(0).multinomial(8, np.full(8, 1 / 8), size=20).astype(float)
    expected = [average_precision_score(TRUTH, SCORE, sample_weight=row) for row in weights]
    assert weighted_precision(TRUTH, SCORE, weights) == pytest.approx(expected)


def test_the_interval_holds_the_value_and_keeps_the_class_share() -> None:
    found = average_precision_interval(TRUTH, SCORE, samples=300, rng=np.random.default_rng(0))
    assert found.value == average_precision(TRUTH, SCORE)
    assert found.no_skill == 0.5
    assert 0 < found.lower < found.value < found.upper <= 1


def test_separated_classes_have_no_interval() -> None:
    found = average_precision_interval(
        [1, 1, 0, 0], [4, 3, 2, 1], samples=50, rng=np.random.default_rng(0)
    )
    assert found.value == 1.0
    assert math.isnan(found.lower)
    assert math.isnan(found.upper)


def test_what_cannot_be_asked_for_raises() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(UndefinedMetricError, match="at least one of each class"):
        average_precision([1, 1], [0.2, 0.4])
    with pytest.raises(UndefinedMetricError, match=r"0 samples, level 0\.95"):
        average_precision_interval(TRUTH, SCORE, samples=0, rng=rng)
