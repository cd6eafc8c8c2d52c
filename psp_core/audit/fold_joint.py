"""Whether one set of fold counts gives all printed means and SDs of a row at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from psp_core.audit.fold_figures import SPREADS, Folds, Spread
from psp_core.audit.printed import Printed, Way

_RATES = ("sensitivity", "specificity", "accuracy")
_ROUNDING = 1e-12  # bounds of an SD are irrational; counts are not


def joint_counts(
    folds: Folds,
    means: Mapping[str, Fraction],
    sds: Mapping[str, Printed],
    *,
    way: Way = "rounded",
) -> dict[Spread, list[tuple[int, int]]]:
    """Counts of all folds that give three means and three SDs together.

    Parameters
    ----------
    folds : Folds
    means : mapping of str to Fraction
        Exact means of sensitivity, specificity and accuracy.
    sds : mapping of str to Printed
        Their printed SDs.
    way : {"rounded", "truncated"}, default "rounded"
        How the SDs became print.

    Returns
    -------
    dict of str to list of (int, int)
        By formula of the SD: one example, recognised true progressions and pseudoprogressions of
        each fold. A formula under which there is none is left out.
    """
    found: dict[Spread, list[tuple[int, int]]] = {}
    for spread in SPREADS:
        sens, spec = (
            _ways(folds.denominators(name), means[name], sds[name], spread, way)
            for name in _RATES[:2]
        )
        denominators = folds.denominators("accuracy")
        # Folds of equal size may change places: one order of the first class is enough.
        for first in sens[_is_canonical(sens, folds)]:
            both = _fitting(
                first + spec, denominators, means["accuracy"], sds["accuracy"], spread, way
            )
            if both.any():
                second = spec[int(np.argmax(both))]
                found[spread] = [(int(a), int(b)) for a, b in zip(first, second, strict=True)]
                break
    return found


def _ways(
    denominators: tuple[int, ...], mean: Fraction, sd: Printed, spread: Spread, way: Way
) -> npt.NDArray[np.int64]:
    """Every assignment of counts to folds with this mean and SD, shape (ways, folds)."""
    grid = np.indices([size + 1 for size in denominators]).reshape(len(denominators), -1).T
    return grid[_fitting(grid, denominators, mean, sd, spread, way)]


def _fitting(
    counts: npt.NDArray[np.int64],
    denominators: tuple[int, ...],
    mean: Fraction,
    sd: Printed,
    spread: Spread,
    way: Way,
) -> npt.NDArray[np.bool_]:
    """Which rows of counts have the mean exactly and the SD as printed."""
    scale = math.lcm(*denominators)
    scaled = counts * np.array([scale // size for size in denominators])
    total = mean * scale * len(denominators)
    if total.denominator != 1:
        return np.zeros(len(counts), dtype=np.bool_)
    has_mean = scaled.sum(axis=1) == int(total)
    spreads = scaled.std(axis=1, ddof=int(spread == "sample")) / scale
    lower, upper = (float(one) for one in sd.bounds(way))
    has_sd = (spreads >= lower - _ROUNDING) & (spreads <= upper + _ROUNDING)
    return np.asarray(has_mean & has_sd)


def _is_canonical(counts: npt.NDArray[np.int64], folds: Folds) -> npt.NDArray[np.bool_]:
    """Rows that ascend within each run of folds of equal size."""
    classes = list(zip(folds.positive, folds.negative, strict=True))
    keep = np.ones(len(counts), dtype=np.bool_)
    for place in range(1, len(classes)):
        if classes[place] == classes[place - 1]:
            keep &= counts[:, place] >= counts[:, place - 1]
    return keep
