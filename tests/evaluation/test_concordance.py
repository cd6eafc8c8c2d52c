"""Concordance against counts by hand and against a value of torchsurv."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.concordance import concordance


def test_pairs_are_counted_as_by_hand() -> None:
    # who died: days 1, 3; alive at 2 and 4. Comparable: 1<2, 1<3, 1<4, 3<4
    found = concordance([4.0, 9.0, 2.0, 3.0], [1, 2, 3, 4], [True, False, True, False])
    # right: 4>2, 4>3; wrong: 4<9, 2<3
    assert (found.value, found.pairs) == (0.5, 4)
    assert np.isnan(found.lower)


def test_equal_risks_count_half_and_the_order_alone_matters() -> None:
    days, died = [1, 2, 3, 4], [True] * 4
    assert concordance([1, 1, 1, 1], days, died).value == 0.5
    risk = np.array([4.0, 3.0, 2.0, 1.0])
    assert concordance(risk, days, died).value == 1
    assert concordance(np.exp(risk), days, died).value == 1
    assert concordance(-risk, days, died).value == 0


def test_it_is_that_of_torchsurv() -> None:
    risk = [0.3, -1.2, 0.8, 0.1, 1.5, -0.4, 0.9, -0.7, 0.2, 1.1]
    days = [50, 40, 12, 33, 7, 61, 20, 18, 45, 26]
    died = [True, True, True, False, True, False, True, True, False, True]
    theirs = 0.6923076923076923  # torchsurv 0.2.0, metrics.cindex.ConcordanceIndex()
    assert concordance(risk, days, died).value == pytest.approx(theirs, abs=1e-12)


def test_the_interval_holds_the_value_and_narrows_with_patients() -> None:
    rng = np.random.default_rng(1)

    def measured(n: int) -> tuple[float, float, float]:
        days = rng.exponential(size=n)
        found = concordance(rng.normal(size=n) - days, days, np.ones(n, bool), resamples=200)
        return found.lower, found.value, found.upper

    few, many = measured(20), measured(200)
    assert few[0] < few[1] < few[2]
    assert many[2] - many[0] < few[2] - few[0]


def test_without_a_comparable_pair_it_is_undefined() -> None:
    with pytest.raises(UndefinedMetricError, match="no two of 3 patients can be compared"):
        concordance([1, 2, 3], [5, 6, 7], [False, False, True])
