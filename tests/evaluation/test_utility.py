"""Net benefit: by hand, beside dcurves, and the laws of treating all and nobody."""

from __future__ import annotations

import dcurves
import numpy as np
import pandas as pd
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.utility import decision_curve, net_benefit

THRESHOLDS = (0.1, 0.25, 0.5, 0.6)


def made(n: int = 30, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.55
    return truth, np.clip(rng.normal(0.4 + 0.2 * truth, 0.2), 0.01, 0.99).round(2)


def test_the_net_benefit_by_hand() -> None:
    # At 0.2 three of four are treated, one of them needlessly, at a quarter of the price.
    assert net_benefit([1, 1, 0, 0], [0.9, 0.2, 0.6, 0.1], [0.2]) == pytest.approx([1.75 / 4])


def test_it_equals_dcurves_for_model_all_and_none() -> None:
    truth, score = made(60)
    frame = pd.DataFrame({"truth": truth.astype(int), "score": score})
    theirs = dcurves.dca(frame, "truth", ["score"], thresholds=THRESHOLDS)
    wide = theirs.pivot_table(index="threshold", columns="model", values="net_benefit")
    ours = decision_curve(truth, score, THRESHOLDS, samples=0, rng=np.random.default_rng(0))
    np.testing.assert_allclose(ours["net_benefit"], wide["score"])
    np.testing.assert_allclose(ours["treat_all"], wide["all"])
    np.testing.assert_allclose(ours["treat_none"], wide["none"])


def test_treating_all_is_worth_nothing_at_the_share_of_true_progression() -> None:
    truth = np.arange(20) < 11
    assert net_benefit(truth, np.ones(20), [0.55])[0] == pytest.approx(0)


def test_a_perfect_score_is_worth_the_share_of_true_progression() -> None:
    truth = np.arange(20) < 11
    curve = decision_curve(truth, truth * 1.0, THRESHOLDS, samples=0, rng=np.random.default_rng())
    np.testing.assert_allclose(curve["net_benefit"], 0.55)
    assert (curve["gain"] > 0).all()
    assert curve["n_treated"].tolist() == [11] * 4
    assert curve["needless_per_missed"].tolist() == pytest.approx([9, 3, 1, 2 / 3])


def test_the_gain_is_over_the_better_of_all_and_none() -> None:
    curve = decision_curve(*made(), THRESHOLDS, samples=0, rng=np.random.default_rng(0))
    better = np.maximum(curve["treat_all"], curve["treat_none"])
    np.testing.assert_allclose(curve["gain"], curve["net_benefit"] - better)
    assert curve[["lower", "upper", "gain_lower", "gain_upper"]].isna().all(axis=None)


def test_bands_equal_resampled_patients_one_by_one() -> None:
    truth, score = made(25)
    rng = np.random.default_rng(4)
    counts = rng.multinomial(25, np.full(25, 1 / 25), size=120)
    drawn = [
        net_benefit(np.repeat(truth, one), np.repeat(score, one), THRESHOLDS) for one in counts
    ]
    curve = decision_curve(truth, score, THRESHOLDS, samples=120, rng=np.random.default_rng(4))
    np.testing.assert_allclose(curve["lower"], np.quantile(drawn, 0.025, axis=0))
    np.testing.assert_allclose(curve["upper"], np.quantile(drawn, 0.975, axis=0))
    known = curve.dropna(subset="gain_lower")
    assert (known["gain_lower"] <= known["gain_upper"]).all()
    assert len(known) == 3  # at the lowest threshold all are treated


def test_a_band_without_width_is_none() -> None:
    curve = decision_curve(
        [1, 0, 1], [0.4] * 3, (0.2, 0.6), samples=100, rng=np.random.default_rng(0)
    )
    assert curve["gain_lower"].isna().tolist() == [True, False]
    assert curve["lower"].isna().tolist() == [False, True]
    assert curve["n"].tolist() == [3, 3]


def test_impossible_requests_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="without bound"):
        net_benefit([1, 0], [0.2, 0.4], [0.5, 1.0])
    with pytest.raises(UndefinedMetricError, match="no patients"):
        net_benefit([], [], [0.5])
    with pytest.raises(UndefinedMetricError, match="of risk needs probabilities"):
        net_benefit([1, 0], [0.2, 7.0], [0.5])
    with pytest.raises(UndefinedMetricError, match="-1 resamples"):
        decision_curve([1, 0], [0.2, 0.4], [0.5], samples=-1, rng=np.random.default_rng(0))
