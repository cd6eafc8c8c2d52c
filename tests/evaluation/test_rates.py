"""Rates with counts and exact intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.rates import RATES, proportion, rates_at


@pytest.mark.parametrize(
    ("k", "n", "lower", "upper"),
    [(8, 11, 0.390, 0.940), (7, 9, 0.400, 0.972), (15, 20, 0.509, 0.913)],
)
def test_exact_intervals_of_the_printed_counts(k: int, n: int, lower: float, upper: float) -> None:
    """Clopper-Pearson at 95 %, recomputed from Gomaa 2025's counts."""
    rate = proportion(k, n)
    assert (rate.exact_lower, rate.exact_upper) == pytest.approx((lower, upper), abs=6e-4)


def test_wilson_equals_its_closed_form() -> None:
    k, n, z = 8, 11, 1.959963984540054
    p = k / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    rate = proportion(k, n)
    assert (rate.wilson_lower, rate.wilson_upper) == pytest.approx((centre - half, centre + half))


def test_rates_equal_a_count_by_hand() -> None:
    y_true = [1, 1, 1, 0, 0]
    rates = rates_at(y_true, [0.9, 0.6, 0.2, 0.6, 0.1], 0.6)
    counts = {name: (rate.k, rate.n) for name, rate in rates.items()}
    assert counts == {
        "accuracy": (3, 5), "sensitivity": (2, 3), "specificity": (1, 2), "ppv": (2, 3),
        "npv": (1, 2),
    }  # fmt: skip
    assert tuple(rates) == RATES


def test_a_threshold_per_patient_is_each_patients_own() -> None:
    shared = rates_at([1, 0, 1], [0.4, 0.4, 0.8], 0.5)
    own = rates_at([1, 0, 1], [0.4, 0.4, 0.8], np.array([0.3, 0.5, 0.5]))
    assert (shared["sensitivity"].k, own["sensitivity"].k) == (1, 2)


def test_a_rate_of_nobody_is_undefined_and_says_why() -> None:
    rates = rates_at([1, 0], [0.2, 0.1], 0.5)
    assert math.isnan(rates["ppv"].value)
    assert rates["ppv"].note == "no patient above the threshold"
    assert rates["npv"].note == ""


def test_one_class_has_an_accuracy_and_its_own_rate() -> None:
    rates = rates_at([1, 1, 1], [0.9, 0.6, 0.2], 0.5)
    assert (rates["accuracy"].k, rates["sensitivity"].k, rates["sensitivity"].n) == (2, 2, 3)
    assert math.isnan(rates["specificity"].value)
    assert rates["specificity"].note == "no pseudoprogression"


def test_impossible_counts_and_missing_thresholds_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="3 of 2"):
        proportion(3, 2)
    with pytest.raises(UndefinedMetricError, match="level 95"):
        proportion(1, 2, confidence_level=95)
    with pytest.raises(UndefinedMetricError, match="threshold is missing"):
        rates_at([1, 0], [0.2, 0.1], math.nan)
