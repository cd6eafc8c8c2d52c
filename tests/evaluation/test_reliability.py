"""Reliability curve: counts of each bin, ties, and the smoothed curve."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.rates import proportion
from psp_core.evaluation.reliability import reliability, smooth_reliability


def test_bins_are_quantiles_with_their_counts_and_wilson_bounds() -> None:
    score = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9])
    truth = [0, 0, 1, 0, 1, 0, 1, 1]
    table = reliability(truth, score, bins=2)
    assert table["n"].tolist() == [4, 4]
    assert table["n_true_progression"].tolist() == [1, 3]
    assert table["mean_score"].tolist() == pytest.approx([0.25, 0.75])
    expected = proportion(3, 4)
    assert table["wilson_lower"].iloc[1] == expected.wilson_lower
    assert table["wilson_upper"].iloc[1] == expected.wilson_upper


def test_the_order_of_the_patients_does_not_matter_and_nobody_is_lost() -> None:
    rng = np.random.default_rng(0)
    score, truth = rng.random(53), rng.random(53) < 0.5
    mixed = rng.permutation(53)
    here, there = reliability(truth, score, bins=5), reliability(truth[mixed], score[mixed], bins=5)
    np.testing.assert_allclose(here, there)
    assert here["n"].sum() == 53
    assert here["n"].between(9, 12).all()


def test_equal_scores_stay_in_one_bin() -> None:
    table = reliability([1, 0, 1, 0, 1], [0.5] * 5, bins=4)
    assert table["n"].tolist() == [5]


def test_the_smoothed_curve_of_calibrated_scores_is_near_the_diagonal() -> None:
    rng = np.random.default_rng(1)
    score = rng.random(3000)
    at, share = smooth_reliability(rng.random(3000) < score, score)
    assert (np.diff(at) >= 0).all()
    assert np.abs(share - at).max() < 0.08


def test_no_bin_and_no_patient_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="0 bins of scores"):
        reliability([1, 0], [0.2, 0.4], bins=0)
    with pytest.raises(UndefinedMetricError, match="no patients"):
        smooth_reliability([], [])
