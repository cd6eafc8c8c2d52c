"""AUCs of scores that know nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.chance import chance_p_value
from psp_core.evaluation.metrics import auc


def test_the_smallest_p_value_of_four_patients_is_one_of_six() -> None:
    assert chance_p_value([1, 1, 0, 0], [4, 3, 2, 1]) == pytest.approx(1 / 6)
    assert chance_p_value([0, 0, 1, 1], [4, 3, 2, 1]) == pytest.approx(1)


def test_ties_take_the_normal_approximation_and_a_constant_has_none() -> None:
    truth = np.arange(30) < 15
    tied = chance_p_value(truth, np.repeat([2, 1, 0], 10))
    assert 0 < tied < 0.01
    assert math.isnan(chance_p_value(truth, np.zeros(30)))


def test_seventy_five_wins_of_ninety_nine() -> None:
    """Exact null at 11 and 9 patients: P(U >= 75) = 0.0281."""
    wins = [9] * 8 + [3] + [0] * 2
    score = np.array([n - 0.5 + 0.01 * i for i, n in enumerate(wins)] + list(range(9)))
    truth = np.arange(20) < 11
    assert auc(truth, score) * 99 == pytest.approx(75)
    assert chance_p_value(truth, score) == pytest.approx(0.0281, abs=5e-5)


def test_one_class_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="at least one of each class"):
        chance_p_value([1, 1], [0.1, 0.2])
