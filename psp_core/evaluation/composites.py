"""Balanced accuracy and F1 at a threshold: figures of two counts, which no binomial tells."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.bootstrap import SMALLEST_WIDTH
from psp_core.evaluation.metrics import check_scores

COMPOSITES = ("balanced_accuracy", "f1")
ABSENT = {
    "balanced_accuracy": "not both classes are there",
    "f1": "no true progression, and nobody above the threshold",
}


@dataclass(frozen=True)
class Composite:
    """A figure of two counts with its interval.

    Attributes
    ----------
    k, n : int
        The value is exactly ``k / n``: of F1 2 TP / (2 TP + FP + FN), of balanced accuracy
        (TP times negatives + TN times positives) / (2 times positives times negatives). They
        are no counts of patients.
    value : float
        NaN where `n` is 0, for the reason in `note`.
    lower, upper : float
        NaN where all resamples agree.
    """

    k: int
    n: int
    value: float
    lower: float
    upper: float
    note: str = ""


def composites_at(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    threshold: float | npt.ArrayLike,
    *,
    confidence_level: float = 0.95,
) -> dict[str, Composite]:
    """Balanced accuracy and F1 of a thresholded score.

    The interval is the percentile interval of the bootstrap of patients within their class. Of
    judged patients a resample only changes how many of each class are judged right, which two
    binomials tell: its distribution is computed whole, without drawing.

    Takes and raises what `rates.rates_at` does.

    Returns
    -------
    dict of str to Composite
        By the names of `COMPOSITES`.
    """
    truth, score = check_scores(y_true, y_score)
    cut = np.asarray(threshold, dtype=np.float64)
    if np.isnan(cut).any():
        raise UndefinedMetricError("a threshold is missing (NaN); choose one on training scores")
    called = score >= cut
    return composites_of(
        int((truth & called).sum()),
        int(truth.sum()),
        int((~truth & ~called).sum()),
        int((~truth).sum()),
        confidence_level=confidence_level,
    )


def composites_of(
    right_positive: int,
    n_positive: int,
    right_negative: int,
    n_negative: int,
    *,
    confidence_level: float = 0.95,
) -> dict[str, Composite]:
    """Balanced accuracy and F1 of counts: judged right, and all, of each class.

    Raises
    ------
    UndefinedMetricError
        If a count is not between 0 and its class, or the level is not in (0, 1).
    """
    counts = ((right_positive, n_positive), (right_negative, n_negative))
    if any(not 0 <= k <= n for k, n in counts) or not 0 < confidence_level < 1:
        raise UndefinedMetricError(
            f"{counts[0][0]} of {counts[0][1]} and {counts[1][0]} of {counts[1][1]} at level "
            f"{confidence_level}: expected counts between 0 and n, and a level between 0 and 1, "
            "like 0.95"
        )
    tp, tn = (np.arange(n + 1) for _, n in counts)
    of_tp, of_tn = (binom.pmf(np.arange(n + 1), n, k / max(n, 1)) for k, n in counts)
    chances = np.outer(of_tp, of_tn)
    wrong = (n_positive - tp)[:, None] + (n_negative - tn)[None, :]
    spread = {
        "f1": _shares(2 * tp[:, None] + 0 * tn, 2 * tp[:, None] + wrong),
        "balanced_accuracy": _shares(
            tp[:, None] * n_negative + tn * n_positive,
            np.full(chances.shape, 2 * n_positive * n_negative),
        ),
    }
    missed = n_positive - right_positive + n_negative - right_negative
    exact = {
        "balanced_accuracy": (
            right_positive * n_negative + right_negative * n_positive,
            2 * n_positive * n_negative,
        ),
        "f1": (2 * right_positive, 2 * right_positive + missed),
    }
    found = {}
    for name in COMPOSITES:
        k, n = exact[name]
        if n == 0:
            found[name] = Composite(0, 0, math.nan, math.nan, math.nan, ABSENT[name])
            continue
        lower, upper = _central(spread[name], chances, confidence_level)
        found[name] = Composite(k, n, k / n, lower, upper)
    return found


def _shares(
    numerator: npt.NDArray[np.int64], denominator: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Quotients, 0 where there is nothing to divide by (an F1 without positives is worth none)."""
    shares = np.zeros(denominator.shape)
    np.divide(numerator, denominator, out=shares, where=denominator > 0)
    return shares


def _central(
    values: npt.NDArray[np.float64], chances: npt.NDArray[np.float64], level: float
) -> tuple[float, float]:
    """Quantiles that leave out half of the rest at either side."""
    order = np.argsort(values, axis=None)
    sorted_values, reached = values.ravel()[order], chances.ravel()[order].cumsum()
    outside = (1 - level) / 2
    # a share reached exactly must not be missed by rounding
    places = np.searchsorted(reached, np.array([outside, 1 - outside]) - SMALLEST_WIDTH)
    lower, upper = (float(sorted_values[min(place, reached.size - 1)]) for place in places)
    return (lower, upper) if upper - lower > SMALLEST_WIDTH else (math.nan, math.nan)
