"""What one AUC on few patients can show: its interval, and whether it is above chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from psp_core.audit.binormal import draw_areas
from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.intervals import (
    hanley_mcneil_standard_error,
    logit_bounds,
    wald_bounds,
)

MOST_PAIRS = 40_000  # of patients; above it the exact null takes minutes and adds nothing


@dataclass(frozen=True)
class ImpliedInterval:
    """The interval that an AUC and its class counts imply, plain and on the logit scale.

    All bounds are NaN at an AUC of 0 or 1, where the standard error is 0 and says nothing.
    """

    auc: float
    standard_error: float
    lower: float
    upper: float
    logit_lower: float
    logit_upper: float


@dataclass(frozen=True)
class Simulated:
    """A simulated share, with the standard error of the simulation."""

    value: float
    error: float


def implied_interval(
    area: float, *, n_positive: int, n_negative: int, confidence_level: float = 0.95
) -> ImpliedInterval:
    """Interval of an AUC of which only the value and the class counts are known.

    Raises
    ------
    UndefinedMetricError
        If `area` is outside 0 to 1, a class is empty, or the level is not in (0, 1).

    References
    ----------
    Hanley and McNeil, Radiology 1982;143:29-36, for the standard error.
    """
    error = hanley_mcneil_standard_error(area, n_positive=n_positive, n_negative=n_negative)
    plain = wald_bounds(area, error, confidence_level=confidence_level)
    on_logit = logit_bounds(area, error, confidence_level=confidence_level)
    return ImpliedInterval(area, error, *plain, *on_logit)


def fewest_wins(area: float, *, n_positive: int, n_negative: int) -> int:
    """Fewest pairs in the right order that give an AUC of at least `area`, taken as it is written.

    0.55 of 100 pairs are 55; the product of the floats lies above that.
    """
    return math.ceil(Fraction(str(area)) * n_positive * n_negative)


def rank_sum_tail(n_positive: int, n_negative: int) -> list[Fraction]:
    """P(U >= u) of Mann-Whitney's U under the null without ties, for u from 0 to all pairs.

    Raises
    ------
    UndefinedMetricError
        If a class is empty, or the pairs are more than `MOST_PAIRS`.
    """
    pairs = n_positive * n_negative
    if n_positive < 1 or n_negative < 1 or pairs > MOST_PAIRS:
        raise UndefinedMetricError(
            f"{n_positive} positive and {n_negative} negative patients; the exact null needs at "
            f"least one of each class and at most {MOST_PAIRS} pairs"
        )
    # Coefficients of the Gaussian binomial: multiply by 1 - q^(n + i), divide by 1 - q^i.
    ways = [1] + [0] * pairs
    for i in range(1, n_positive + 1):
        for u in range(pairs, n_negative + i - 1, -1):
            ways[u] -= ways[u - n_negative - i]
        for u in range(i, pairs + 1):
            ways[u] += ways[u - i]
    total, tail, above = math.comb(n_positive + n_negative, n_positive), [], 0
    for number in reversed(ways):
        above += number
        tail.append(Fraction(above, total))
    return tail[::-1]


def smallest_distinct_auc(
    n_positive: int, n_negative: int, *, alpha: float = 0.05, two_sided: bool = True
) -> tuple[int, float]:
    """Smallest AUC above 0.5 that the exact rank-sum test tells from chance.

    Returns
    -------
    wins : int
        Pairs of patients in the right order, without ties.
    auc : float

    Raises
    ------
    UndefinedMetricError
        If even classes that are fully apart are not enough, and as `rank_sum_tail` does.
    """
    level = alpha / 2 if two_sided else alpha
    for wins, tail in enumerate(rank_sum_tail(n_positive, n_negative)):
        if tail <= level:
            return wins, wins / (n_positive * n_negative)
    raise UndefinedMetricError(
        f"{n_positive} and {n_negative} patients: no order of them is rarer than {level:g} under "
        "the null; more patients or a larger alpha are needed"
    )


def power_against_chance(
    area: float,
    *,
    n_positive: int,
    n_negative: int,
    repetitions: int,
    rng: np.random.Generator,
    alpha: float = 0.05,
) -> Simulated:
    """Share of studies in which a model of true AUC `area` is told from chance, two-sided.

    Binormal scores, the exact rank-sum test; only an AUC above 0.5 counts.

    Raises
    ------
    UndefinedMetricError
        As `smallest_distinct_auc` and `binormal.draw_wins` do.
    """
    _, least = smallest_distinct_auc(n_positive, n_negative, alpha=alpha)
    shown = draw_areas(
        [area],
        correlation=0.0,
        n_positive=n_positive,
        n_negative=n_negative,
        repetitions=repetitions,
        rng=rng,
    )
    pairs = n_positive * n_negative
    return simulated_share(int((shown[:, 0] > least - 0.5 / pairs).sum()), repetitions)


def simulated_share(k: int, n: int) -> Simulated:
    """A share of `n` simulations, with its binomial standard error."""
    share = k / n
    return Simulated(share, math.sqrt(share * (1 - share) / n))
