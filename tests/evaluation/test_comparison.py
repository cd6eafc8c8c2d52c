"""The paired DeLong test against a slow reference, and Holm by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.comparison import compare, delong_test, holm
from psp_core.evaluation.intervals import delong_interval

RNG = np.random.default_rng(4)
Y_TRUE = np.array([True] * 11 + [False] * 9)
FIRST = np.round(RNG.normal(size=20) + Y_TRUE, 1)
SECOND = np.round(RNG.normal(size=20) + 0.5 * Y_TRUE, 1)


def slow_covariance(one: np.ndarray, two: np.ndarray) -> tuple[float, float, float]:
    """AUCs and covariance by the definition of DeLong 1988, in loops."""

    def wins(score: np.ndarray) -> np.ndarray:
        return np.array([[(p > n) + 0.5 * (p == n) for n in score[~Y_TRUE]] for p in score[Y_TRUE]])

    first, second = wins(one), wins(two)
    total = 0.0
    for axis in (0, 1):
        v, w = first.mean(axis=1 - axis), second.mean(axis=1 - axis)
        products = [(a - first.mean()) * (b - second.mean()) for a, b in zip(v, w, strict=True)]
        total += sum(products) / (len(v) - 1) / len(v)
    return first.mean(), second.mean(), total


def test_the_test_equals_a_slow_reference() -> None:
    first, second, covariance = slow_covariance(FIRST, SECOND)
    variance = slow_covariance(FIRST, FIRST)[2] + slow_covariance(SECOND, SECOND)[2]
    z = (first - second) / math.sqrt(variance - 2 * covariance)
    found = delong_test(Y_TRUE, FIRST, SECOND)
    assert (found.first, found.second) == pytest.approx((first, second))
    assert found.z == pytest.approx(z)
    assert found.p_value == pytest.approx(2 * norm.sf(abs(z)))


def test_exchanging_the_scores_turns_the_sign_only() -> None:
    forth, back = delong_test(Y_TRUE, FIRST, SECOND), delong_test(Y_TRUE, SECOND, FIRST)
    assert (forth.z, forth.p_value) == pytest.approx((-back.z, back.p_value))
    assert (forth.lower, forth.upper) == pytest.approx((-back.upper, -back.lower))


def test_against_a_constant_score_it_is_the_interval_of_one_auc() -> None:
    found = delong_test(Y_TRUE, FIRST, np.zeros(20))
    alone = delong_interval(Y_TRUE, FIRST)
    assert found.difference == pytest.approx(alone.auc - 0.5)
    assert found.standard_error == pytest.approx(alone.standard_error)


def test_the_order_of_the_patients_does_not_matter() -> None:
    order = RNG.permutation(20)
    shuffled = delong_test(Y_TRUE[order], FIRST[order], SECOND[order])
    assert shuffled.z == pytest.approx(delong_test(Y_TRUE, FIRST, SECOND).z)


def test_one_sided_is_half_of_two_sided_on_the_right_side() -> None:
    two = delong_test(Y_TRUE, FIRST, SECOND)
    one = delong_test(Y_TRUE, FIRST, SECOND, alternative="greater")
    expected = two.p_value / 2 if two.difference > 0 else 1 - two.p_value / 2
    assert one.p_value == pytest.approx(expected)


def test_equal_orders_have_no_test() -> None:
    found = delong_test(Y_TRUE, FIRST, 3 * FIRST + 1)
    assert found.difference == 0
    assert math.isnan(found.p_value)
    assert math.isnan(found.lower)


def test_a_class_of_one_has_no_test() -> None:
    assert math.isnan(delong_test([1, 0, 0], [0.5, 0.2, 0.6], [0.1, 0.2, 0.3]).z)


def test_a_wrong_level_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="confidence_level is 95"):
        compare(0.8, 0.7, 0.1, confidence_level=95)


def test_holm_by_hand() -> None:
    """Holm 1979: 0.01 x 3, 0.02 x 2, then the larger of 0.04 and what went before."""
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])


def test_holm_does_not_count_what_could_not_be_compared() -> None:
    corrected = holm([0.01, math.nan, 0.02])
    assert corrected[[0, 2]] == pytest.approx([0.02, 0.02])
    assert math.isnan(corrected[1])
    assert np.isnan(holm([math.nan])).all()


def test_holm_refuses_what_is_no_p_value() -> None:
    with pytest.raises(UndefinedMetricError, match="between 0 and 1"):
        holm([1.2])
