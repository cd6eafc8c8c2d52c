"""Two AUCs on different patients."""

from __future__ import annotations

import math

import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.intervals import AucInterval
from psp_core.evaluation.unpaired import compare_unpaired


def interval(area: float, error: float, n: int = 10) -> AucInterval:
    return AucInterval(area, error, 0.0, 1.0, n, n)


def test_equal_spreads_have_the_degrees_of_freedom_of_students_test() -> None:
    found = compare_unpaired(interval(0.8, 0.1), interval(0.6, 0.1))
    assert found.z == pytest.approx(0.2 / math.sqrt(0.02))
    assert found.upper - found.difference == pytest.approx(2.0243941645751362 * math.sqrt(0.02))


def test_the_order_of_the_sets_is_the_sign() -> None:
    one, two = interval(0.8, 0.1), interval(0.6, 0.05, n=30)
    straight, swapped = compare_unpaired(one, two), compare_unpaired(two, one)
    assert (swapped.difference, swapped.p_value) == (-straight.difference, straight.p_value)


def test_no_spread_means_no_p_value() -> None:
    assert math.isnan(compare_unpaired(interval(1, 0), interval(0.5, 0)).p_value)
    assert math.isnan(compare_unpaired(interval(1, math.nan), interval(0.5, 0.1)).p_value)


def test_impossible_questions_raise() -> None:
    lonely = AucInterval(0.5, 0.1, 0, 1, 1, 0)
    with pytest.raises(UndefinedMetricError, match="sets of 1 and 20 patients"):
        compare_unpaired(lonely, interval(0.5, 0.1))
    with pytest.raises(UndefinedMetricError, match="confidence_level is 95"):
        compare_unpaired(interval(0.8, 0.1), interval(0.6, 0.1), confidence_level=95)
