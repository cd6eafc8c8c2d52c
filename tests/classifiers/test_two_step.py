"""The two steps of the selection, each by itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from psp_core.classifiers.two_step import TwoStepSelection, rank_test, unlike

RNG_SEED = 3


def drawn(n: int = 80, columns: int = 30) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(RNG_SEED)
    truth = np.arange(n) % 5 < 3
    values = rng.normal(size=(n, columns))
    values[truth, 4] += 2
    values[:, 9] = np.exp(values[:, 4])  # the same order
    values[truth, 17] -= 1.5
    return values, truth


def test_p_is_that_of_one_column_at_a_time_and_1_of_a_constant() -> None:
    values, truth = drawn()
    values[:, 0] = 7
    p = rank_test(values, truth)
    assert p[0] == 1
    expected = mannwhitneyu(values[truth, 3], values[~truth, 3], method="asymptotic").pvalue
    assert p[3] == pytest.approx(expected)


def test_of_two_columns_of_one_order_the_first_stays() -> None:
    values, _ = drawn()
    assert unlike(values, np.array([9, 17, 4]), 0.9).tolist() == [9, 17]
    assert unlike(values, np.array([4, 9, 17]), 0.9).tolist() == [4, 17]


def test_what_differs_is_kept_once_and_the_forest_orders_it() -> None:
    values, truth = drawn()
    fitted = TwoStepSelection(kept=2, trees=30).fit(values, truth)
    assert not fitted.is_fallback_
    assert len({4, 9} & set(fitted.kept_.tolist())) == 1
    assert 17 in fitted.kept_
    np.testing.assert_array_equal(fitted.transform(values), values[:, fitted.kept_])


def test_where_nothing_differs_the_smallest_p_stay_and_it_is_said() -> None:
    values, truth = drawn()
    fitted = TwoStepSelection(largest_p=1e-30, kept=3, trees=10).fit(values, truth)
    assert fitted.is_fallback_
    assert set(fitted.kept_.tolist()) == set(np.argsort(fitted.p_)[:3].tolist())
