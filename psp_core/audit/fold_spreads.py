"""Every spread that whole counts of folds can have around a given mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from psp_core.errors import AuditError

MOST_STATES = 20_000_000  # looked at for one fold: about 160 MB


class FoldSpreads:
    """Ways to share a sum of rates among folds, by how far they lie from their mean.

    Parameters
    ----------
    mean : Fraction
        Mean over folds of k/n, exact.
    denominators : sequence of int, length F
        The n of each fold.
    largest_sd : Fraction
        Spreads above this sample SD are left out.

    Attributes
    ----------
    squares : tuple of Fraction
        Reachable sums of squared distances from the mean, ascending; empty if no whole counts
        have this mean.

    Raises
    ------
    AuditError
        If the folds leave more than `MOST_STATES` sums to look at.
    """

    def __init__(self, mean: Fraction, denominators: Sequence[int], largest_sd: Fraction) -> None:
        self._sizes = tuple(denominators)
        self._scale = math.lcm(*self._sizes)
        folds = len(self._sizes)
        total = mean * self._scale * folds
        self.squares: tuple[Fraction, ...] = ()
        if total.denominator != 1:
            return
        # In steps of 1 / scale from the whole number nearest the mean, so that sums stay small.
        self._centre = round(mean * self._scale)
        self._offset = int(total) - self._centre * folds
        self._limit = math.ceil(largest_sd**2 * (folds - 1) * self._scale**2) + folds
        self._reach = math.isqrt(folds * self._limit) + 1
        # A state is a sum of distances and a sum of their squares, written as one whole number.
        self._base = self._limit + 1
        self._refuse((2 * self._reach + 1) * self._base > np.iinfo(np.int64).max)
        self._layers = [np.array([self._reach * self._base], dtype=np.int64)]
        for size in self._sizes[:-1]:
            self._layers.append(self._with_fold(self._layers[-1], size))
        reached = {
            int(square) + step**2
            for _, step in self._steps(self._sizes[-1])
            for square in self._squares_at(self._layers[-1], self._offset - step)
            if square + step**2 <= self._limit
        }
        self._shift = Fraction(self._offset**2, folds)
        self.squares = tuple((one - self._shift) / self._scale**2 for one in sorted(reached))

    def example(self, squares: Fraction) -> tuple[int, ...]:
        """Counts of the folds that have one of `squares`."""
        apart, left = self._offset, int(squares * self._scale**2 + self._shift)
        counts: list[int] = []
        for size, layer in zip(reversed(self._sizes), reversed(self._layers), strict=True):
            for k, step in self._steps(size):
                if left - step**2 in self._squares_at(layer, apart - step):
                    counts.append(k)
                    apart, left = apart - step, left - step**2
                    break
        return tuple(reversed(counts))

    def _steps(self, size: int) -> list[tuple[int, int]]:
        """Each count of a fold with its distance from the centre, as far as the limit allows."""
        every = [(k, k * (self._scale // size) - self._centre) for k in range(size + 1)]
        return [(k, step) for k, step in every if step**2 <= self._limit]

    def _squares_at(self, layer: npt.NDArray[np.int64], apart: int) -> npt.NDArray[np.int64]:
        """Sums of squares that go with one sum of distances, ascending."""
        if abs(apart) > self._reach:
            return layer[:0]
        first = (apart + self._reach) * self._base
        start, stop = np.searchsorted(layer, [first, first + self._base])
        return layer[start:stop] - first

    def _with_fold(self, layer: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
        """The states that are reachable after one more fold, ascending."""
        steps = self._steps(size)
        self._refuse(len(layer) * len(steps) > MOST_STATES)
        squares = layer % self._base
        parts = [
            layer[squares <= self._limit - step**2] + (step * self._base + step**2)
            for _, step in steps
        ]
        return np.unique(np.concatenate([layer[:0], *parts]))

    def _refuse(self, is_too_much: bool) -> None:
        if is_too_much:
            raise AuditError(
                f"folds of {', '.join(map(str, self._sizes))} leave more than {MOST_STATES} sums "
                "to look at for one SD; with so many counts nearly every SD can be reached: leave "
                "the row out, or give fewer or smaller folds"
            )
