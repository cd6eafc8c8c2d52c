"""Calibration: known values, laws of shifted and stretched logits, and what is not estimable."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.calibration import brier, calibration_intercept, calibration_slope


def calibrated(n: int, spread: float = 1.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    score = expit(rng.normal(0, spread, n))
    return rng.random(n) < score, score


def test_the_null_brier_of_eleven_of_twenty_is_as_published() -> None:
    truth = np.arange(20) < 11
    found = brier(truth, np.full(20, 0.55))
    assert found.null == pytest.approx(0.2475)
    assert found.value == pytest.approx(found.null)
    assert found.scaled == pytest.approx(0)
    assert (found.observed, found.mean_score) == pytest.approx((0.55, 0.55))


def test_the_brier_score_is_the_mean_square_by_hand() -> None:
    found = brier([1, 0, 1, 0], [0.9, 0.2, 0.6, 0.5])
    assert found.value == pytest.approx((0.01 + 0.04 + 0.16 + 0.25) / 4)
    assert found.scaled == pytest.approx(1 - 0.115 / 0.25)


def test_one_class_has_a_brier_score_but_no_scaled_one() -> None:
    assert np.isnan(brier([1, 1], [0.5, 0.7]).scaled)


def test_calibrated_scores_have_intercept_nought_and_slope_one() -> None:
    scores = calibrated(4000)
    intercept = calibration_intercept(*scores)
    slope = calibration_slope(*scores, widest_interval=1)
    assert intercept.lower < 0 < intercept.upper
    assert slope.lower < 1 < slope.upper
    assert not intercept.note
    assert not slope.note


def test_the_intercept_follows_a_shift_of_all_logits() -> None:
    truth, score = calibrated(300)
    here = calibration_intercept(truth, score)
    there = calibration_intercept(truth, expit(logit(score) - 0.7))
    assert there.value == pytest.approx(here.value + 0.7)
    assert there.upper - there.lower == pytest.approx(here.upper - here.lower)


def test_the_intercept_of_a_constant_score_is_the_difference_of_the_logits() -> None:
    found = calibration_intercept(np.arange(20) < 11, np.full(20, 0.4))
    assert found.value == pytest.approx(logit(0.55) - logit(0.4))
    half = 1.959964 / np.sqrt(20 * 0.55 * 0.45)
    assert found.upper - found.value == pytest.approx(half, rel=1e-5)


def test_the_slope_shrinks_as_logits_are_stretched() -> None:
    truth, score = calibrated(500)
    here = calibration_slope(truth, score, widest_interval=9)
    there = calibration_slope(truth, expit(2 * logit(score)), widest_interval=9)
    assert there.value == pytest.approx(here.value / 2)


def test_of_twenty_patients_the_slope_is_known_to_about_one_point_one() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(40_000) < 0.55
    apart = 0.954  # AUC 0.75 of two normal classes
    score = expit(rng.normal(apart**2 * (truth - 0.5), apart) + logit(0.55))
    found = calibration_slope(truth, score, widest_interval=1)
    half = (found.upper - found.lower) / 2 * np.sqrt(len(truth) / 20)
    assert half == pytest.approx(1.05, abs=0.1)


def test_a_slope_of_few_patients_is_not_estimable_and_shows_its_interval() -> None:
    found = calibration_slope(*calibrated(20, spread=0.9, seed=2), widest_interval=1)
    assert np.isnan(found.value)
    assert found.upper - found.lower > 1
    assert "wide, at most 1 is asked for" in found.note


@pytest.mark.parametrize(
    ("score", "note"),
    [
        ([0.8, 0.7, 0.3, 0.2], "separate the classes"),
        ([0.2, 0.3, 0.7, 0.8], "separate the classes"),
        ([0.8, 0.5, 0.5, 0.2], "separate the classes"),
        ([0.5, 0.5, 0.5, 0.5], "all scores are the same"),
        ([1.0, 0.3, 0.4, 0.2], "1 scores are 0 or 1"),
    ],
)
def test_a_slope_that_does_not_exist_has_a_sentence(score: list[float], note: str) -> None:
    found = calibration_slope([1, 1, 0, 0], score, widest_interval=1)
    assert np.isnan(found.value)
    assert np.isnan(found.lower)
    assert note in found.note


def test_scores_of_nought_or_one_have_no_intercept() -> None:
    found = calibration_intercept([1, 0, 1], [1.0, 0.0, 0.5])
    assert np.isnan(found.value)
    assert "2 scores are 0 or 1" in found.note


@pytest.mark.parametrize("extreme", [1e-300, 1e-14, 1 - 1e-16, 1 - 1e-15])
def test_scores_next_to_nought_or_one_are_not_fitted(extreme: float) -> None:
    truth, score = [1, 0, 1, 0], [extreme, 0.3, 0.6, 0.7]
    slope = calibration_slope(truth, score, widest_interval=1)
    for found in (calibration_intercept(truth, score), slope):
        assert np.isnan([found.value, found.lower, found.upper]).all()
        assert "1 scores " in found.note


@pytest.mark.parametrize("sign", [-1, 1])
def test_scores_just_inside_are_fitted(sign: int) -> None:
    near = float(expit(29.9 * sign))
    score = np.array([near, 0.3, 0.6, 0.7, 0.4])
    for truth in ([1, 0, 1, 0, 1], [0, 1, 1, 0, 0]):
        found = calibration_intercept(truth, score)
        assert expit(logit(score) + found.value).sum() == pytest.approx(sum(truth))
        assert abs(found.value) < 5
        slope = calibration_slope(truth, score, widest_interval=1e9)
        assert np.isfinite([slope.value, slope.lower, slope.upper]).all()


def test_what_is_no_probability_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="scores run from -1 to 2"):
        brier([1, 0], [2.0, -1.0])
    with pytest.raises(UndefinedMetricError, match="no patients: calibration needs"):
        brier([], [])
    with pytest.raises(UndefinedMetricError, match="2 positive and 0 negative"):
        calibration_slope([1, 1], [0.2, 0.4], widest_interval=1)
    with pytest.raises(UndefinedMetricError, match="confidence level 1; expected"):
        calibration_intercept([1, 0], [0.2, 0.4], confidence_level=1)
