"""Confusion matrices that class counts and printed rates allow: all of them are tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from psp_core.audit.printed import ROUNDED, Printed, Way
from psp_core.errors import AuditError

RATES = ("sensitivity", "specificity", "ppv", "npv", "accuracy")
STATISTICS = (*RATES, "balanced_accuracy", "f1", "youden")
MOST_MATRICES = 2_000_000


@dataclass(frozen=True, order=True)
class Matrix:
    """Counts of a two-class result; positive is true progression unless classes are exchanged.

    Attributes
    ----------
    tp, fn, tn, fp : int
        Positive patients called positive and negative, negative patients called negative
        and positive.
    """

    tp: int
    fn: int
    tn: int
    fp: int

    @property
    def statistics(self) -> dict[str, tuple[int, int]]:
        """Rates as counts k and n; n is 0 where the rate is undefined."""
        return {
            "sensitivity": (self.tp, self.tp + self.fn),
            "specificity": (self.tn, self.tn + self.fp),
            "ppv": (self.tp, self.tp + self.fp),
            "npv": (self.tn, self.tn + self.fn),
            "accuracy": (self.tp + self.tn, self.tp + self.fn + self.tn + self.fp),
        }

    @property
    def balanced_accuracy(self) -> Fraction:
        """Mean of sensitivity and specificity."""
        return (self.value("sensitivity") + self.value("specificity")) / 2

    @property
    def f1(self) -> Fraction:
        """Harmonic mean of precision and recall of the positive class."""
        below = 2 * self.tp + self.fp + self.fn
        return Fraction(2 * self.tp, below) if below else Fraction(0)

    @property
    def youden(self) -> Fraction:
        """Sensitivity + specificity - 1."""
        return self.value("sensitivity") + self.value("specificity") - 1

    @property
    def exchanged(self) -> Matrix:
        """The same result with the other class as the positive one."""
        return Matrix(tp=self.tn, fn=self.fp, tn=self.tp, fp=self.fn)

    def value(self, name: str) -> Fraction:
        """A statistic of `STATISTICS`; 0 where it is undefined, as scikit-learn prints it.

        Raises
        ------
        AuditError
            If there is no such statistic.
        """
        if name in RATES:
            k, n = self.statistics[name]
            return Fraction(k, n) if n else Fraction(0)
        if name not in STATISTICS:
            raise AuditError(unknown_statistic(name))
        exact: Fraction = getattr(self, name)
        return exact


def unknown_statistic(name: str) -> str:
    """What to say of a name that is none of `STATISTICS`."""
    return f"{name!r} is no statistic of a confusion matrix; expected one of {list(STATISTICS)}"


@dataclass(frozen=True, eq=False)
class Grid:
    """Every matrix of two class counts, its statistics as integer arrays.

    Attributes
    ----------
    n_positive, n_negative : int
    tp, tn : int array, shape (M,)
        M = (n_positive + 1) * (n_negative + 1) matrices.
    """

    n_positive: int
    n_negative: int
    tp: npt.NDArray[np.int64]
    tn: npt.NDArray[np.int64]

    @cached_property
    def exact(self) -> dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        """Numerators and denominators by statistic; 0/1 where undefined, each shape (M,)."""
        tp, tn, fn, fp = self.tp, self.tn, self.n_positive - self.tp, self.n_negative - self.tn
        crossed, pairs = tp * self.n_negative + tn * self.n_positive, self._all(self.pairs)
        pairs = np.maximum(pairs, 1)
        fractions = {
            "sensitivity": (tp, self._all(self.n_positive)),
            "specificity": (tn, self._all(self.n_negative)),
            "ppv": (tp, tp + fp),
            "npv": (tn, tn + fn),
            "accuracy": (tp + tn, self._all(self.n_positive + self.n_negative)),
            "balanced_accuracy": (crossed, 2 * pairs),
            "f1": (2 * tp, 2 * tp + fp + fn),
            "youden": (crossed - pairs, pairs),
        }
        return {name: (k, np.maximum(n, 1)) for name, (k, n) in fractions.items()}

    @property
    def pairs(self) -> int:
        """Pairs of one positive and one negative patient."""
        return self.n_positive * self.n_negative

    def fits(self, name: str, figure: Printed, way: Way = ROUNDED) -> npt.NDArray[np.bool_]:
        """Which matrices have a statistic that may be printed so, shape (M,).

        Raises
        ------
        AuditError
            If there is no such statistic.
        """
        if name not in self.exact:
            raise AuditError(unknown_statistic(name))
        k, n = self.exact[name]
        lower, upper = figure.bounds(way)
        above = k * lower.denominator >= lower.numerator * n
        scaled, top = k * upper.denominator, upper.numerator * n
        return above & ((scaled <= top) if way == ROUNDED else (scaled < top))

    def matrix(self, index: int) -> Matrix:
        """One matrix by its place in the arrays."""
        tp, tn = int(self.tp[index]), int(self.tn[index])
        return Matrix(tp, self.n_positive - tp, tn, self.n_negative - tn)

    def _all(self, number: int) -> npt.NDArray[np.int64]:
        return np.full(self.tp.shape, number, dtype=np.int64)


@lru_cache(maxsize=32)
def grid(n_positive: int, n_negative: int) -> Grid:
    """Every confusion matrix of two class counts.

    Raises
    ------
    AuditError
        If a class is empty, or there are more matrices than can be tried.
    """
    number = (n_positive + 1) * (n_negative + 1)
    if min(n_positive, n_negative) < 1 or number > MOST_MATRICES:
        raise AuditError(
            f"{n_positive} positive and {n_negative} negative patients; expected at least one of "
            f"each class and at most {MOST_MATRICES} confusion matrices"
        )
    tp, tn = np.divmod(np.arange(number, dtype=np.int64), n_negative + 1)
    return Grid(n_positive, n_negative, tp, tn)


def possible_matrices(
    n_positive: int, n_negative: int, figures: Mapping[str, Printed], way: Way = ROUNDED
) -> list[Matrix]:
    """Confusion matrices of which every statistic named may be printed as it is.

    Parameters
    ----------
    n_positive, n_negative : int
        Patients with true progression and with pseudoprogression.
    figures : mapping of str to Printed
        By the names of `STATISTICS`; none allows every matrix.
    way : {"rounded", "truncated"}, default "rounded"

    Returns
    -------
    list of Matrix
        In the order of true positives, then true negatives.

    Raises
    ------
    AuditError
        If a class is empty or a name is no statistic.
    """
    every = grid(n_positive, n_negative)
    possible = np.ones(every.tp.shape, dtype=bool)
    for name, figure in figures.items():
        possible &= every.fits(name, figure, way)
    return [every.matrix(int(index)) for index in np.flatnonzero(possible)]
