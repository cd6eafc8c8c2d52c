"""Every spread that whole counts of folds can have around a given mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt


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
    """

    def __init__(self, mean: Fraction, denominators: Sequence[int], largest_sd: Fraction) -> None:
        self._sizes = tuple(denominators)
        self._scale = math.lcm(*self._sizes)
        folds = len(self._sizes)
        total = mean * self._scale * folds
        self.squares: tuple[Fraction, ...] = ()
        if total.denominator != 1:
            return
        # In steps of 1 / scale from the whole number nearest the mean, so that tables stay small.
        self._centre = round(mean * self._scale)
        self._offset = int(total) - self._centre * folds
        limit = math.ceil(largest_sd**2 * (folds - 1) * self._scale**2) + folds
        self._reach = math.isqrt(folds * limit) + 1
        start = np.zeros((2 * self._reach + 1, limit + 1), dtype=np.bool_)
        start[self._reach, 0] = True
        self._layers = [start]
        for size in self._sizes:
            self._layers.append(self._with_fold(self._layers[-1], size))
        reached = np.flatnonzero(self._layers[-1][self._reach + self._offset])
        self._shift = Fraction(self._offset**2, folds)
        self.squares = tuple((int(one) - self._shift) / self._scale**2 for one in reached)

    def example(self, squares: Fraction) -> tuple[int, ...]:
        """Counts of the folds that have one of `squares`."""
        apart, left = self._offset, int(squares * self._scale**2 + self._shift)
        counts: list[int] = []
        for size, layer in zip(reversed(self._sizes), reversed(self._layers[:-1]), strict=True):
            for k, step in self._steps(size):
                row, column = apart - step + self._reach, left - step**2
                if column >= 0 and 0 <= row < layer.shape[0] and layer[row, column]:
                    counts.append(k)
                    apart, left = apart - step, column
                    break
        return tuple(reversed(counts))

    def _steps(self, size: int) -> list[tuple[int, int]]:
        """Each count of a fold with its distance from the centre."""
        return [(k, k * (self._scale // size) - self._centre) for k in range(size + 1)]

    def _with_fold(self, layer: npt.NDArray[np.bool_], size: int) -> npt.NDArray[np.bool_]:
        """What is reachable after one more fold: (sum of distances, sum of their squares)."""
        reached = np.zeros_like(layer)
        rows, columns = layer.shape
        for _, step in self._steps(size):
            square = step**2
            if square >= columns or abs(step) >= rows:
                continue
            to = slice(max(step, 0), rows + min(step, 0))
            of = slice(max(-step, 0), rows + min(-step, 0))
            reached[to, square:] |= layer[of, : columns - square]
        return reached
