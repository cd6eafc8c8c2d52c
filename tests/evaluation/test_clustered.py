"""Several time points per patient: closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.clustered import clustered_interval
from psp_core.evaluation.intervals import logit_delong_interval
from psp_core.evaluation.metrics import auc

RNG = np.random.default_rng(0)
TRUTH = np.arange(20) < 11
SCORE = np.round(RNG.normal(size=20) + TRUTH, 1)


def test_one_time_point_per_patient_is_delong() -> None:
    found = clustered_interval(TRUTH, SCORE, np.arange(20))
    expected = logit_delong_interval(TRUTH, SCORE)
    assert vars(found) == pytest.approx(vars(expected))


def test_repeating_every_patient_exactly_adds_nothing() -> None:
    once = clustered_interval(TRUTH, SCORE, np.arange(20))
    thrice = clustered_interval(np.tile(TRUTH, 3), np.tile(SCORE, 3), np.tile(np.arange(20), 3))
    assert (thrice.auc, thrice.standard_error) == pytest.approx((once.auc, once.standard_error))
    assert (thrice.n_positive, thrice.n_negative) == (33, 27)
    naive = logit_delong_interval(np.tile(TRUTH, 3), np.tile(SCORE, 3))
    assert naive.standard_error < 0.6 * thrice.standard_error


def test_a_patient_of_both_classes_by_hand() -> None:
    """Patients a: 1 and 0; b: 1 and 0; c: 1. Components .5, 1, .5 and 2/3, 2/3 around 2/3."""
    truth = np.array([1, 0, 1, 0, 1])
    score = np.array([2.0, 1.0, 4.0, 3.0, 2.0])
    found = clustered_interval(truth, score, ["a", "a", "b", "b", "c"])
    positive = np.array([0.5, 1.0, 0.5]) - 2 / 3
    negative = np.array([1.0, 1 / 3]) - 2 / 3
    variance = 3 / 2 * (positive**2).sum() / 9 + 2 * (negative**2).sum() / 4
    variance += 2 * 3 / 2 * (positive[:2] * negative).sum() / 6
    assert found.auc == pytest.approx(auc(truth, score)) == pytest.approx(2 / 3)
    assert found.standard_error == pytest.approx(math.sqrt(variance))


def test_the_names_and_the_order_of_patients_do_not_matter() -> None:
    who, order = np.arange(20) // 2, np.random.default_rng(1).permutation(20)
    found = clustered_interval(TRUTH, SCORE, who)
    other = clustered_interval(TRUTH[order], SCORE[order], [f"p{9 - n}" for n in who[order]])
    assert vars(other) == pytest.approx(vars(found))


def test_a_class_of_one_patient_has_no_interval() -> None:
    found = clustered_interval([1, 1, 0, 0], [3, 1, 2, 0], ["a", "a", "b", "c"])
    assert found.auc == 0.75
    assert math.isnan(found.standard_error)
    assert math.isnan(found.lower)


def test_time_points_without_a_patient_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="expected the patient of every time point"):
        clustered_interval([1, 0], [1, 0], ["a"])
    with pytest.raises(UndefinedMetricError, match="with 1 missing"):
        clustered_interval([1, 0], [1, 0], ["a", None])
