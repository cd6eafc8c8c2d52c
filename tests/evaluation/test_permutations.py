"""The p-value of a permutation test, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.permutations import permutation_null


def test_the_p_value_counts_those_as_large_and_the_labels_as_they_are() -> None:
    null = permutation_null(0.7, [0.4, 0.7, 0.5, 0.8, 0.6, 0.3, 0.2, 0.1, 0.45])
    assert (null.n_permutations, null.n_as_large) == (9, 2)
    assert null.p_value == pytest.approx(3 / 10)


def test_it_is_never_zero() -> None:
    assert permutation_null(0.9, np.full(39, 0.5)).p_value == pytest.approx(1 / 40)


def test_the_interval_of_the_mean_is_students() -> None:
    null = permutation_null(0.9, [0.4, 0.5, 0.6, 0.5])
    half = 3.182446 * np.sqrt(0.02 / 3) / 2
    assert (null.lower, null.upper) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-6)
    assert null.is_centred()
    assert not null.is_centred(at=0.7)
    assert (null.low, null.high) == pytest.approx((0.4075, 0.5925))


def test_permutations_without_a_result_do_not_count() -> None:
    null = permutation_null(0.5, [np.nan, 0.4, np.nan])
    assert null.n_permutations == 1
    assert np.isnan(null.lower)
    assert not null.is_centred()


@pytest.mark.parametrize(
    ("observed", "drawn", "told"),
    [(np.nan, [0.5], "1 permutations have a result .* have none"), (0.5, [np.nan], "^0 perm")],
)
def test_nothing_to_compare_raises(observed: float, drawn: list[float], told: str) -> None:
    with pytest.raises(UndefinedMetricError, match=told):
        permutation_null(observed, drawn)


def test_where_nothing_is_known_small_p_values_are_as_rare_as_promised() -> None:
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(600, 40))
    found = [permutation_null(row[0], row[1:]).p_value for row in draws]
    assert np.mean(np.array(found) <= 0.05) == pytest.approx(0.05, abs=0.025)
