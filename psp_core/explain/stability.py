"""How far rankings agree, over folds and repetitions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata, spearmanr

from psp_core.errors import UndefinedMetricError


@dataclass(frozen=True)
class Agreement:
    """Agreement of several rankings of the same players.

    Attributes
    ----------
    kendall_w : float
        Kendall's coefficient of concordance, corrected for ties: 1 for equal rankings, about
        1 / k for k rankings by chance.
    mean_spearman : float
        Over all pairs of rankings; ``(k * W - 1) / (k - 1)`` where there are no ties.
    top_overlap : float
        Mean share of the first M players that a pair of rankings has in common.
    top_by_chance : float
        What that share is by chance: M / n.
    rankings : int
        k.
    """

    kendall_w: float
    mean_spearman: float
    top_overlap: float
    top_by_chance: float
    rankings: int


def agreement(importance: npt.ArrayLike, *, top: int) -> Agreement:
    """Measure the agreement of rankings.

    Parameters
    ----------
    importance : array-like, shape (k, n)
        Importance of n players in each of k rankings; larger comes first.
    top : int
        M, how many of the first players are compared.

    Returns
    -------
    Agreement

    Raises
    ------
    UndefinedMetricError
        If there are fewer than two rankings or players, `top` is not between 1 and n, or a
        ranking has no order at all.
    """
    values = np.asarray(importance, dtype=np.float64)
    k, n = values.shape
    if k < 2 or n < 2 or not 1 <= top <= n:
        raise UndefinedMetricError(
            f"{k} rankings of {n} players, compared on the first {top}; expected at least two "
            "of both, and a number of first players among them: take more folds or repetitions"
        )
    if (values == values[:, :1]).all(axis=1).any():
        raise UndefinedMetricError(
            "a ranking gives all players the same importance, so it has no order; "
            "leave that model out"
        )
    ranks = np.apply_along_axis(rankdata, 1, -values)
    ties = sum(float((counts**3 - counts).sum()) for counts in map(_tied, ranks))
    sums = ranks.sum(axis=0)
    spread = float(((sums - sums.mean()) ** 2).sum())
    pairs = list(combinations(range(k), 2))
    first = np.argsort(-values, axis=1, kind="stable")[:, :top]
    shared = [len(np.intersect1d(first[one], first[other])) / top for one, other in pairs]
    return Agreement(
        kendall_w=12 * spread / (k**2 * (n**3 - n) - k * ties),
        mean_spearman=float(np.mean([spearmanr(ranks[i], ranks[j]).statistic for i, j in pairs])),
        top_overlap=float(np.mean(shared)),
        top_by_chance=top / n,
        rankings=k,
    )


def _tied(ranks: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """How many players share each rank."""
    return np.unique(ranks, return_counts=True)[1].astype(np.int64)
