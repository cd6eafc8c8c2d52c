"""Whether one set of fold counts gives all printed means and SDs of a row at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from psp_core.audit.fold_figures import SPREADS, Folds, Spread
from psp_core.audit.printed import Printed, Way
from psp_core.errors import AuditError

MOST_WAYS = 20_000_000  # of sharing a sum among folds, looked at at once
_RATES = ("sensitivity", "specificity", "accuracy")
_ROUNDING = 1e-12  # bounds of an SD are irrational; counts are not


def joint_counts(
    folds: Folds,
    means: Mapping[str, Sequence[Fraction]],
    sds: Mapping[str, Printed],
    *,
    way: Way = "rounded",
) -> dict[Spread, list[tuple[int, int]]]:
    """Counts of all folds that give three means and three SDs together.

    Parameters
    ----------
    folds : Folds
    means : mapping of str to sequence of Fraction
        Exact means that sensitivity, specificity and accuracy may have.
    sds : mapping of str to Printed
        Their printed SDs.
    way : {"rounded", "truncated"}, default "rounded"
        How the SDs became print.

    Returns
    -------
    dict of str to list of (int, int)
        By formula of the SD: one example, recognised true progressions and pseudoprogressions of
        each fold. A formula under which there is none is left out.

    Raises
    ------
    AuditError
        If more than `MOST_WAYS` ways to share a sum among the folds would have to be looked at.
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
    denominators: tuple[int, ...],
    means: Sequence[Fraction],
    sd: Printed,
    spread: Spread,
    way: Way,
) -> npt.NDArray[np.int64]:
    """Every assignment of counts to folds with one of the means and the SD, (ways, folds)."""
    widest = float(sd.bounds(way)[1]) ** 2 * (len(denominators) - (spread == "sample")) + _ROUNDING
    found = [np.zeros((0, len(denominators)), dtype=np.int64)]
    for mean in means:
        rows, squares = np.zeros((1, 0), dtype=np.int64), np.zeros(1)
        for size in denominators:
            own = (np.arange(size + 1) / size - float(mean)) ** 2
            counts = np.flatnonzero(own <= widest)
            if len(rows) * len(counts) > MOST_WAYS:
                raise AuditError(
                    f"folds of {', '.join(map(str, denominators))} leave more than {MOST_WAYS} "
                    "ways to share a sum; give fewer or smaller folds, or audit the figures singly"
                )
            sums = squares[:, None] + own[counts]
            kept, place = np.nonzero(sums <= widest)
            rows = np.column_stack([rows[kept], counts[place]])
            squares = sums[kept, place]
        found.append(rows[_fitting(rows, denominators, [mean], sd, spread, way)])
    return np.concatenate(found)


def _fitting(
    counts: npt.NDArray[np.int64],
    denominators: tuple[int, ...],
    means: Sequence[Fraction],
    sd: Printed,
    spread: Spread,
    way: Way,
) -> npt.NDArray[np.bool_]:
    """Which rows of counts have one of the means exactly and the SD as printed."""
    scale = math.lcm(*denominators)
    scaled = counts * np.array([scale // size for size in denominators])
    totals = [mean * scale * len(denominators) for mean in means]
    whole = [int(one) for one in totals if one.denominator == 1]
    has_mean = np.isin(scaled.sum(axis=1), whole)
    spreads = scaled.std(axis=1, ddof=int(spread == "sample")) / scale
    lower, upper = (float(one) for one in sd.bounds(way))
    is_below = spreads <= upper + _ROUNDING if way == "rounded" else spreads < upper - _ROUNDING
    return np.asarray(has_mean & (spreads >= lower - _ROUNDING) & is_below)


def _is_canonical(counts: npt.NDArray[np.int64], folds: Folds) -> npt.NDArray[np.bool_]:
    """Rows that ascend within each run of folds of equal size."""
    classes = list(zip(folds.positive, folds.negative, strict=True))
    keep = np.ones(len(counts), dtype=np.bool_)
    for place in range(1, len(classes)):
        if classes[place] == classes[place - 1]:
            keep &= counts[:, place] >= counts[:, place - 1]
    return keep
