"""Platt's curve equals scikit-learn's, and never turns an order over."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit
from sklearn.calibration import _SigmoidCalibration

from psp_core.study.calibration import SMALLEST_SLOPE, fit_platt

RNG = np.random.default_rng(0)
Y_TRUE = np.array([True] * 27 + [False] * 20)
SCORE = 1 / (1 + np.exp(-RNG.normal(size=47) - 1.2 * Y_TRUE))


@pytest.mark.parametrize("power", [0.2, 1.0, 5.0])
def test_it_equals_scikit_learns(power: float) -> None:
    score = 1 / (1 + np.exp(-power * logit(SCORE)))
    theirs = _SigmoidCalibration().fit(logit(score), Y_TRUE)
    ours = fit_platt(Y_TRUE, score)
    assert ours(score) == pytest.approx(theirs.predict(logit(score)), abs=2e-5)
    assert not ours.is_floored


def test_the_mean_of_the_calibrated_scores_is_the_mean_of_the_soft_targets() -> None:
    calibrated = fit_platt(Y_TRUE, SCORE)(SCORE)
    soft = np.where(Y_TRUE, 28 / 29, 1 / 22)
    assert calibrated.mean() == pytest.approx(soft.mean(), abs=1e-6)


def test_scores_that_fall_with_the_truth_keep_their_order() -> None:
    platt = fit_platt(~Y_TRUE, SCORE)
    assert platt.is_floored
    assert platt.slope == pytest.approx(SMALLEST_SLOPE)
    assert (np.diff(platt(np.sort(SCORE))) > 0).all()


def test_a_constant_score_becomes_about_the_share_of_the_class() -> None:
    calibrated = fit_platt(Y_TRUE, np.full(47, 0.3))(0.3)
    assert float(calibrated) == pytest.approx(27 / 47, abs=0.03)


def test_the_order_of_the_patients_does_not_matter() -> None:
    order = RNG.permutation(47)
    one, two = fit_platt(Y_TRUE, SCORE), fit_platt(Y_TRUE[order], SCORE[order])
    assert (one.slope, one.intercept) == pytest.approx((two.slope, two.intercept), rel=1e-5)


def test_scores_of_0_and_1_stay_finite() -> None:
    platt = fit_platt([1, 1, 0, 0], [1.0, 1.0, 0.0, 1.0])
    assert np.isfinite(platt([0.0, 1.0])).all()
