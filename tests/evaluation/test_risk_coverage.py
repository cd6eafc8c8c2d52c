"""Risk-coverage curve: by hand, ties, and its area beside the random and the best one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.risk_coverage import RiskCoverage, risk_coverage


def curve_of(truth: npt.ArrayLike, score: npt.ArrayLike, samples: int = 0) -> RiskCoverage:
    return risk_coverage(truth, score, samples=samples, rng=np.random.default_rng(0))


def test_the_curve_by_hand() -> None:
    # From the most certain: right, wrong, right, wrong.
    found = curve_of([1, 1, 0, 0], [0.95, 0.1, 0.3, 0.6])
    assert found.curve["kept"].tolist() == [1, 2, 3, 4]
    assert found.curve["errors"].tolist() == [0, 1, 1, 2]
    assert found.curve["risk"].tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert found.area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert found.at_random == pytest.approx(0.5)
    assert found.at_best == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert np.isnan(found.lower)


def test_patients_of_equal_certainty_leave_together() -> None:
    found = curve_of([1, 0, 0], [0.7, 0.3, 0.7])
    assert found.curve[["kept", "errors"]].to_numpy().tolist() == [[3, 1]]
    assert found.area == pytest.approx(found.at_random)


def test_a_tie_counts_as_the_mean_over_its_orders() -> None:
    orders = [
        curve_of([1, 0, 1], [0.9, 0.7 + small, 0.3 + other]).area
        for small, other in ((1e-6, 0), (0, -1e-6))
    ]
    assert orders[0] == pytest.approx(orders[1])
    mixed = [
        curve_of([1, 0, 0], [0.9, 0.7 + small, 0.3 + other]).area
        for small, other in ((1e-6, 0), (0, -1e-6))
    ]
    assert curve_of([1, 0, 0], [0.9, 0.7, 0.3]).area == pytest.approx(np.mean(mixed))


def test_flipping_the_classes_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    truth, score = rng.random(40) < 0.5, rng.random(40)
    here, there = curve_of(truth, score), curve_of(~truth, 1 - score)
    np.testing.assert_allclose(here.curve["risk"], there.curve["risk"])


def test_the_area_lies_between_the_best_and_the_worst_and_bands_hold_it() -> None:
    rng = np.random.default_rng(2)
    truth = rng.random(60) < 0.5
    score = np.clip(0.5 + 0.3 * (truth - 0.5) + rng.normal(0, 0.2, 60), 0, 1)
    found = curve_of(truth, score, samples=300)
    assert found.at_best <= found.area < found.at_random
    assert found.lower < found.area < found.upper
    at_full = found.curve.iloc[-1]
    assert at_full["coverage"] == 1
    assert at_full["lower"] < at_full["risk"] < at_full["upper"]


def test_nobody_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="0 patients, 0 resamples"):
        curve_of([], [])
