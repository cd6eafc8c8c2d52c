"""The internal AUC: mean within folds, and intervals against slow references."""

from __future__ import annotations

import math

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.internal import (
    METHODS,
    VALID,
    internal_auc,
    internal_difference,
    widening,
)
from psp_core.evaluation.intervals import delong_interval
from psp_core.evaluation.metrics import auc

RNG = np.random.default_rng(2)
Y_TRUE = np.array([True] * 34 + [False] * 25)
FOLD = np.concatenate([np.arange(34) % 5, np.arange(25) % 5])
Y_SCORE = np.round(RNG.normal(size=59) + Y_TRUE, 1)


def test_the_internal_auc_is_the_mean_of_the_folds() -> None:
    by_fold = [auc(Y_TRUE[v == FOLD], Y_SCORE[v == FOLD]) for v in range(5)]
    found = internal_auc(Y_TRUE, Y_SCORE, FOLD)
    assert found.auc == pytest.approx(np.mean(by_fold))
    assert found.sd == pytest.approx(np.std(by_fold, ddof=1))
    assert list(found.fold_aucs.values()) == pytest.approx(by_fold)
    assert set(found.bounds) == set(METHODS)


def test_scores_of_different_folds_are_never_ranked_together() -> None:
    shifted = Y_SCORE + 100 * FOLD
    one, two = (internal_auc(Y_TRUE, score, FOLD) for score in (Y_SCORE, shifted))
    assert one.auc == two.auc
    assert one.bounds == two.bounds


def slow_ledell() -> float:
    """Standard error by the influence curve of LeDell 2015, patient by patient."""
    n, n_positive = len(Y_TRUE), Y_TRUE.sum()
    by_fold = []
    for v in range(5):
        here = np.flatnonzero(v == FOLD)
        area = auc(Y_TRUE[here], Y_SCORE[here])
        curve = []
        for i in here:
            others = [j for j in here if Y_TRUE[j] != Y_TRUE[i]]
            sign = 1 if Y_TRUE[i] else -1
            share = np.mean(
                [
                    (sign * (Y_SCORE[i] - Y_SCORE[j]) > 0) + 0.5 * (Y_SCORE[i] == Y_SCORE[j])
                    for j in others
                ]
            )
            weight = n / n_positive if Y_TRUE[i] else n / (n - n_positive)
            curve.append(weight * (share - area))
        by_fold.append(np.mean(np.square(curve)))
    return math.sqrt(np.mean(by_fold) / n)


def test_ledells_interval_equals_a_slow_reference() -> None:
    found = internal_auc(Y_TRUE, Y_SCORE, FOLD)
    half = 1.959963984540054 * slow_ledell()
    expected = (found.auc - half, found.auc + half)
    assert found.bounds["LeDell, Wald"] == pytest.approx(expected)


def test_with_one_fold_the_within_fold_interval_is_delongs() -> None:
    found = internal_auc(Y_TRUE, Y_SCORE, np.zeros(59))
    exact = delong_interval(Y_TRUE, Y_SCORE)
    bounds = found.bounds["within-fold DeLong, Wald"]
    assert bounds == pytest.approx((exact.lower, exact.upper))
    assert np.isnan(found.valid_interval).all()
    assert math.isnan(found.sd)


def test_the_valid_interval_is_wider_than_any_normal_one() -> None:
    found = internal_auc(Y_TRUE, Y_SCORE, FOLD)
    widths = {name: high - low for name, (low, high) in found.bounds.items()}
    assert widths[VALID] == max(width for name, width in widths.items() if name != "t over folds")
    assert widening(5) == 1.25


def test_a_fold_of_one_class_is_left_out_and_told() -> None:
    fold = FOLD.copy()
    fold[0] = 7
    found = internal_auc(Y_TRUE, Y_SCORE, fold)
    assert found.skipped == (7,)
    assert len(found.fold_aucs) == 5


def test_a_class_of_one_in_a_fold_leaves_delong_without_interval() -> None:
    found = internal_auc([1, 1, 0, 1, 1, 0], [3, 1, 2, 4, 2, 3], [0, 0, 0, 1, 1, 1])
    assert np.isnan(found.valid_interval).all()
    assert not np.isnan(found.bounds["LeDell, Wald"]).any()


def test_a_perfect_separation_has_no_interval() -> None:
    found = internal_auc([1, 1, 0, 0] * 2, [3, 4, 1, 2] * 2, [0] * 4 + [1] * 4)
    assert found.auc == 1
    assert np.isnan(list(found.bounds.values())).all()


def test_the_difference_is_paired_and_turns_its_sign() -> None:
    other = Y_SCORE + np.round(RNG.normal(scale=0.5, size=59), 1)
    forth = internal_difference(Y_TRUE, Y_SCORE, other, FOLD)
    back = internal_difference(Y_TRUE, other, Y_SCORE, FOLD)
    assert forth.difference == pytest.approx(-back.difference)
    assert forth.standard_error == pytest.approx(back.standard_error)
    assert forth.first == pytest.approx(internal_auc(Y_TRUE, Y_SCORE, FOLD).auc)
    assert math.isnan(internal_difference(Y_TRUE, Y_SCORE, Y_SCORE, FOLD).p_value)


def test_one_sided_is_half_of_two_sided_where_the_first_is_better() -> None:
    other = Y_SCORE - Y_TRUE + np.round(RNG.normal(scale=0.5, size=59), 1)
    two = internal_difference(Y_TRUE, Y_SCORE, other, FOLD)
    one = internal_difference(Y_TRUE, Y_SCORE, other, FOLD, alternative="greater")
    assert two.difference > 0
    assert one.p_value == pytest.approx(two.p_value / 2)


def test_wrong_inputs_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="three vectors of one length"):
        internal_auc([1, 0], [0.1, 0.2], [0])
    with pytest.raises(UndefinedMetricError, match="none of 2 folds holds both classes"):
        internal_auc([1, 0], [0.1, 0.2], [0, 1])
