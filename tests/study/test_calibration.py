"""Platt's curve equals scikit-learn's, and never turns an order over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import OptimizeResult
from scipy.special import logit
from sklearn.calibration import _SigmoidCalibration

from psp_core.errors import CalibrationError
from psp_core.study import calibration
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


def test_an_optimiser_that_finds_no_minimum_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = OptimizeResult(x=np.array([1.0, 0.0]), jac=np.array([0.0, 3.0]))
    monkeypatch.setattr(calibration, "minimize", lambda *_, **__: stopped)
    with pytest.raises(CalibrationError, match=r"27 and 20 patients has no minimum after 4 starts"):
        fit_platt(Y_TRUE, SCORE)


def test_an_optimiser_that_stops_on_its_way_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    expected, minimize, calls = fit_platt(Y_TRUE, SCORE), calibration.minimize, []

    def tired(*args: Any, **options: Any) -> OptimizeResult:
        calls.append(1)
        if len(calls) == 1:
            options["options"] = {"maxiter": 1}
        return minimize(*args, **options)

    monkeypatch.setattr(calibration, "minimize", tired)
    again = fit_platt(Y_TRUE, SCORE)
    assert len(calls) == 2
    assert (again.slope, again.intercept) == pytest.approx((expected.slope, expected.intercept))


def test_scores_of_0_and_1_stay_finite() -> None:
    platt = fit_platt([1, 1, 0, 0], [1.0, 1.0, 0.0, 1.0])
    assert np.isfinite(platt([0.0, 1.0])).all()
