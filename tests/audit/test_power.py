"""What one AUC on few patients shows, against published numbers and SciPy's exact test."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from psp_core.audit.power import (
    fewest_wins,
    implied_interval,
    power_against_chance,
    rank_sum_tail,
    simulated_share,
    smallest_distinct_auc,
)
from psp_core.errors import UndefinedMetricError


def test_the_interval_of_a_printed_auc() -> None:
    found = implied_interval(0.753, n_positive=11, n_negative=9)
    assert found.standard_error == pytest.approx(0.1098, abs=5e-5)
    assert (found.lower, found.upper) == pytest.approx((0.54, 0.97), abs=5e-3)
    assert (found.logit_lower, found.logit_upper) == pytest.approx((0.49, 0.91), abs=5e-3)
    other = implied_interval(0.83, n_positive=11, n_negative=8)
    assert (other.lower, other.upper) == pytest.approx((0.64, 1.0), abs=5e-3)
    assert (other.logit_lower, other.logit_upper) == pytest.approx((0.57, 0.95), abs=5e-3)


def test_a_perfect_auc_has_no_interval() -> None:
    found = implied_interval(1.0, n_positive=11, n_negative=9)
    bounds = (found.lower, found.upper, found.logit_lower, found.logit_upper)
    assert all(math.isnan(bound) for bound in bounds)
    zero = implied_interval(0.0, n_positive=11, n_negative=9)
    assert math.isnan(zero.upper)


def test_pairs_for_an_auc_are_counted_without_the_error_of_floats() -> None:
    assert fewest_wins(0.753, n_positive=11, n_negative=9) == 75
    assert fewest_wins(0.55, n_positive=10, n_negative=10) == 55
    assert fewest_wins(0.551, n_positive=10, n_negative=10) == 56


def test_the_exact_null_is_scipys() -> None:
    tail = rank_sum_tail(11, 9)
    assert tail[0] == 1
    assert float(tail[75]) == pytest.approx(0.0281, abs=5e-5)
    positive, negative = [1, 5, 6, 7.5], [2, 3, 4.5]
    exact = mannwhitneyu(positive, negative, alternative="greater", method="exact")
    assert float(rank_sum_tail(4, 3)[int(exact.statistic)]) == pytest.approx(exact.pvalue)


def test_the_smallest_auc_that_is_told_from_chance() -> None:
    assert smallest_distinct_auc(11, 9) == (76, 76 / 99)
    assert smallest_distinct_auc(11, 9, two_sided=False) == (72, 72 / 99)


def test_power_is_the_level_without_information_and_one_with_much() -> None:
    settings = {"n_positive": 11, "n_negative": 9, "repetitions": 3000}
    null = power_against_chance(0.5, rng=np.random.default_rng(1), **settings)
    assert null.value == pytest.approx(float(rank_sum_tail(11, 9)[76]), abs=4 * null.error)
    assert power_against_chance(0.999, rng=np.random.default_rng(1), **settings).value > 0.99


def test_a_simulated_share_has_its_error() -> None:
    assert simulated_share(1, 4).error == pytest.approx(math.sqrt(3) / 8)


def test_impossible_sizes_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="no order of them is rarer"):
        smallest_distinct_auc(2, 2)
    with pytest.raises(UndefinedMetricError, match="the exact null needs at least one"):
        rank_sum_tail(0, 3)
