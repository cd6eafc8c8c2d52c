"""Paired permutation of two models' ranks: the models change places, patient by patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import check_scores, split_by_class

Integers = npt.NDArray[np.int64]
LARGEST_EXACT = 20  # patients of whom all exchanges are counted: 2^20


@dataclass(frozen=True)
class RankPermutation:
    """What exchanges of the two models give.

    Attributes
    ----------
    difference : float
        Of the AUCs, first minus second.
    p_value : float
        Two-sided: share of all exchanges whose difference is as large; of drawn ones
        (b + 1) / (m + 1).
    n_exchanges : int
        All of them, or m drawn ones.
    is_exact : bool
    """

    difference: float
    p_value: float
    n_exchanges: int
    is_exact: bool


def rank_permutation_test(
    y_true: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    fold: npt.ArrayLike | None = None,
    draws: int = 10_000,
    rng: np.random.Generator,
) -> RankPermutation:
    """Compare two models on the same patients by exchange of their ranks.

    Each score is turned into mid-ranks, so that the scales of the models do not matter, and the
    two ranks of a patient are exchanged or not. Every exchange is counted up to `LARGEST_EXACT`
    patients; of more patients `draws` random ones are.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    first, second : array-like of float, shape (n,)
    fold : array-like of int, shape (n,), optional
        Fold that held each patient out: the difference is then of means of within-fold AUCs,
        and ranks are within the fold. Folds of one class are left out.
    draws : int, default 10000
    rng : numpy.random.Generator

    Raises
    ------
    UndefinedMetricError
        If an AUC does not exist (see `metrics.split_by_class`), or there is no draw.

    Notes
    -----
    Of patients i and j of different classes the difference of the two kernels after an
    exchange is linear in the two signs, so the difference of AUCs is a sum of one signed
    weight per patient.

    References
    ----------
    Bandos, Rockette and Gur, Stat Med 2005;24:2873-2893; Phipson and Smyth, Stat Appl Genet
    Mol Biol 2010;9:39, on the two ones.
    """
    if draws < 1:
        raise UndefinedMetricError(f"{draws} draws; expected at least one, like 10000")
    truth, one = check_scores(y_true, first)
    two = check_scores(y_true, second)[1]
    split_by_class(truth, one)
    numbers = np.zeros(truth.size, dtype=np.int64) if fold is None else np.asarray(fold)
    if numbers.shape != truth.shape:
        raise UndefinedMetricError(
            f"fold has shape {numbers.shape}, y_true {truth.shape}; expected one fold per patient"
        )
    parts = [numbers == number for number in np.unique(numbers)]
    parts = [here for here in parts if 0 < truth[here].sum() < here.sum()]
    if not parts:
        raise UndefinedMetricError("no fold holds both classes; take fewer folds")
    found = [_weights(truth[here], one[here], two[here]) for here in parts]
    # one denominator for all folds keeps equal differences equal
    whole = int(np.lcm.reduce([pairs for _, pairs in found]))
    weights = np.concatenate([part * (whole // pairs) for part, pairs in found])
    observed = int(weights.sum())
    if weights.size <= LARGEST_EXACT:
        sums = _all_sums(weights)
        as_large = int((np.abs(sums) >= abs(observed)).sum())
        p_value, n_exchanges = as_large / sums.size, sums.size
    else:
        signs = 2 * rng.integers(2, size=(draws, weights.size)) - 1
        as_large = int((np.abs(signs @ weights) >= abs(observed)).sum())
        p_value, n_exchanges = (as_large + 1) / (draws + 1), draws
    difference = observed / (4 * whole * len(parts))
    return RankPermutation(difference, p_value, n_exchanges, weights.size <= LARGEST_EXACT)


def _weights(
    truth: npt.NDArray[np.bool_],
    first: npt.NDArray[np.float64],
    second: npt.NDArray[np.float64],
) -> tuple[Integers, int]:
    """Signed weight of each patient, and the number of pairs; their sum is 4 x pairs x difference.

    Kernels are counted double (a win 2, a tie 1), and the two halves of a weight are not
    halved, so that all are whole numbers.
    """
    one, two = rankdata(first), rankdata(second)
    kept = _doubled(one[truth], one[~truth]) - _doubled(two[truth], two[~truth])
    crossed = _doubled(one[truth], two[~truth]) - _doubled(two[truth], one[~truth])
    weights = np.empty(truth.size, dtype=np.int64)
    weights[truth] = (kept + crossed).sum(axis=1)
    weights[~truth] = (kept - crossed).sum(axis=0)
    return weights, kept.size


def _doubled(positive: npt.NDArray[np.float64], negative: npt.NDArray[np.float64]) -> Integers:
    doubled: Integers = np.sign(positive[:, None] - negative).astype(np.int64) + 1
    return doubled


def _all_sums(weights: Integers) -> Integers:
    """Sum of the weights under every choice of signs, shape (2^n,)."""
    sums = np.zeros(1, dtype=np.int64)
    for weight in weights:
        sums = np.concatenate([sums + weight, sums - weight])
    return sums
