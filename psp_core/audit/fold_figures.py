"""Means and SDs over folds: which counts can lie behind them.

A rate of a fold is a count out of the fold's patients, so the mean over folds is a sum of counts
over a known denominator, and an SD is one of finitely many.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from psp_core.audit.fold_spreads import FoldSpreads
from psp_core.audit.printed import Printed, Way
from psp_core.errors import AuditError

Spread = Literal["population", "sample"]
SPREADS: tuple[Spread, ...] = ("population", "sample")
WAYS: tuple[Way, ...] = ("rounded", "truncated")


@dataclass(frozen=True)
class Folds:
    """Patients that the model of each fold was scored on.

    Attributes
    ----------
    positive, negative : tuple of int
        True progressions and pseudoprogressions, one count per fold.
    same_patients : bool
        True if every fold's model was scored on the same patients.

    Raises
    ------
    AuditError
        With fewer than two folds, lists of unequal length, or a class without patients.
    """

    positive: tuple[int, ...]
    negative: tuple[int, ...]
    same_patients: bool = False

    def __post_init__(self) -> None:
        is_paired = len(self.positive) == len(self.negative) >= 2
        if not is_paired or min(*self.positive, *self.negative) < 1:
            raise AuditError(
                f"folds with {list(self.positive)} positive and {list(self.negative)} negative "
                "patients; expected two or more folds, each with patients of both classes"
            )

    def denominators(self, figure: str) -> tuple[int, ...]:
        """Patients behind a rate, or pairs of patients behind an AUC, of each fold.

        Raises
        ------
        AuditError
            If `figure` is none of auc, accuracy, sensitivity and specificity.
        """
        pairs = list(zip(self.positive, self.negative, strict=True))
        known = {
            "sensitivity": self.positive,
            "specificity": self.negative,
            "accuracy": tuple(one + other for one, other in pairs),
            "auc": tuple(one * other for one, other in pairs),
        }
        if figure not in known:
            raise AuditError(
                f"{figure!r} over folds; counts lie behind {', '.join(known)} and nothing else here"
            )
        return known[figure]


def possible_means(
    mean: Printed, denominators: Sequence[int], *, way: Way = "rounded"
) -> list[Fraction]:
    """Means over folds of k/n with whole k that may be printed as `mean`, ascending."""
    lower, upper = mean.bounds(way)
    every = _all_means(denominators)
    found = every[bisect_left(every, lower) : bisect_right(every, upper)]
    return [one for one in found if mean.may_be(one, way)]


def nearest_means(mean: Printed, denominators: Sequence[int]) -> list[Fraction]:
    """The largest mean at or below the printed one and the smallest above it."""
    every = _all_means(denominators)
    place = bisect_right(every, mean.value)
    return [*every[max(place - 1, 0) : place], *every[place : place + 1]]


def sd_may_be(
    sd: Printed, squares: Fraction, n_folds: int, spread: Spread, *, way: Way = "rounded"
) -> bool:
    """Whether a sum of squared distances from the mean gives the printed SD."""
    variance = squares / (n_folds - (spread == "sample"))
    lower, upper = (max(one, Fraction(0)) ** 2 for one in sd.bounds(way))
    return lower <= variance <= upper if way == "rounded" else lower <= variance < upper


@dataclass(frozen=True)
class SdCheck:
    """Which rules give a printed SD, and what comes nearest.

    Attributes
    ----------
    examples : dict of (str, str) to tuple of int
        Counts of the folds by rule, as ``{("population", "rounded"): (6, 7, 7, 8, 9)}``; empty if
        no rule gives the SD.
    nearest : tuple of float
        Of both formulas together: the largest SD below and the smallest above the printed one.
    """

    examples: dict[tuple[Spread, Way], tuple[int, ...]]
    nearest: tuple[float, ...]


def check_sd(sd: Printed, means: Sequence[Fraction], denominators: Sequence[int]) -> SdCheck:
    """Ask whether counts with one of these exact means can have the printed SD.

    Every way to share the sum among the folds is looked at; the search widens until it holds an
    SD above the printed one, or everything.
    """
    examples: dict[tuple[Spread, Way], tuple[int, ...]] = {}
    below, above = -math.inf, math.inf
    printed, step = float(sd.value), float(sd.step)
    for mean in means:
        largest = Fraction(13, 10) * (sd.value + sd.step)
        while True:
            spreads = FoldSpreads(mean, denominators, largest)
            widest = math.sqrt(max(spreads.squares, default=0) / len(denominators))
            if largest >= 1 or widest > printed + step:
                break
            largest *= 2
        for spread in SPREADS:
            for squares in spreads.squares:
                value = math.sqrt(squares / (len(denominators) - (spread == "sample")))
                # Exact arithmetic only where a float leaves doubt.
                rules = [
                    (spread, way)
                    for way in WAYS
                    if abs(value - printed) <= 2 * step
                    and sd_may_be(sd, squares, len(denominators), spread, way=way)
                ]
                for rule in rules:
                    if rule not in examples:
                        examples[rule] = spreads.example(squares)
                if value < printed:
                    below = max(below, value)
                else:
                    above = min(above, value)
    return SdCheck(examples, tuple(one for one in (below, above) if math.isfinite(one)))


def _all_means(denominators: Sequence[int]) -> tuple[Fraction, ...]:
    """Every mean over folds of k/n with whole k, ascending."""
    return _means_of(tuple(denominators))


@lru_cache(maxsize=64)
def _means_of(denominators: tuple[int, ...]) -> tuple[Fraction, ...]:
    scale = math.lcm(*denominators)
    sums = {0}
    for size in denominators:
        sums = {one + k * (scale // size) for one in sums for k in range(size + 1)}
    return tuple(Fraction(one, scale * len(denominators)) for one in sorted(sums))
