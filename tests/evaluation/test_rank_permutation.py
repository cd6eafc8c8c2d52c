"""Exchanged ranks: all of them one by one, and drawn ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import rankdata

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.internal import internal_auc
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.rank_permutation import rank_permutation_test

RNG = np.random.default_rng(0)


def draw(n_positive: int, n_negative: int, seed: int = 0) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    truth = np.arange(n_positive + n_negative) < n_positive
    first, second = (np.round(rng.normal(size=truth.size) + s * truth, 1) for s in (1.5, 0.3))
    return truth, first, second


@pytest.mark.parametrize("seed", range(3))
def test_the_exact_p_value_is_that_of_every_exchange(seed: int) -> None:
    truth, first, second = draw(5, 4, seed)
    found = rank_permutation_test(truth, first, second, rng=RNG)
    one, two = rankdata(first), rankdata(second)
    observed = auc(truth, first) - auc(truth, second)
    as_large = 0
    for signs in product([False, True], repeat=9):
        here = np.array(signs)
        apart = auc(truth, np.where(here, two, one)) - auc(truth, np.where(here, one, two))
        as_large += abs(apart) >= abs(observed) - 1e-12
    assert found.difference == pytest.approx(observed)
    assert (found.p_value, found.n_exchanges, found.is_exact) == (as_large / 512, 512, True)


def test_drawn_exchanges_come_near_the_exact_p_value_and_count_the_two_ones() -> None:
    truth, first, second = draw(11, 9)
    exact = rank_permutation_test(truth, first, second, rng=RNG)
    assert exact.n_exchanges == 2**20
    patients = [np.append(values, value) for values, value in
                ((truth, True), (first, 0.0), (second, 0.0))]  # fmt: skip
    drawn = rank_permutation_test(*patients, draws=9_999, rng=np.random.default_rng(0))
    assert (drawn.n_exchanges, drawn.is_exact) == (9_999, False)
    assert drawn.p_value * 10_000 == pytest.approx(round(drawn.p_value * 10_000))
    assert drawn.p_value == pytest.approx(exact.p_value, abs=0.1)


def test_equal_models_are_never_different() -> None:
    truth, first, _ = draw(6, 5)
    assert rank_permutation_test(truth, first, 2 * first + 1, rng=RNG).p_value == 1
    assert rank_permutation_test(truth, np.zeros(11), np.ones(11), rng=RNG).p_value == 1


def test_changing_the_models_changes_the_sign_alone() -> None:
    truth, first, second = draw(6, 5)
    straight = rank_permutation_test(truth, first, second, rng=RNG)
    swapped = rank_permutation_test(truth, second, first, rng=RNG)
    assert swapped.difference == -straight.difference
    assert swapped.p_value == straight.p_value


def test_the_difference_of_folds_is_that_of_their_means() -> None:
    truth, first, second = draw(9, 7)
    fold = np.arange(16) % 3
    found = rank_permutation_test(truth, first, second, fold=fold, rng=RNG)
    expected = internal_auc(truth, first, fold).auc - internal_auc(truth, second, fold).auc
    assert found.difference == pytest.approx(expected)


def test_what_has_no_auc_or_draw_raises() -> None:
    truth, first, second = draw(3, 3)
    with pytest.raises(UndefinedMetricError, match="0 draws"):
        rank_permutation_test(truth, first, second, draws=0, rng=RNG)
    with pytest.raises(UndefinedMetricError, match="at least one of each class"):
        rank_permutation_test([1, 1], [0.1, 0.2], [0.2, 0.1], rng=RNG)
    with pytest.raises(UndefinedMetricError, match=r"fold has shape \(2,\)"):
        rank_permutation_test(truth, first, second, fold=[0, 1], rng=RNG)
    with pytest.raises(UndefinedMetricError, match="no fold holds both classes"):
        rank_permutation_test(truth, first, second, fold=truth.astype(int), rng=RNG)
