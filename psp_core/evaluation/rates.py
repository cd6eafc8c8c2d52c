"""Accuracy, sensitivity, specificity and predictive values, with the counts behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from statsmodels.stats.proportion import proportion_confint

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import check_scores

RATES = ("accuracy", "sensitivity", "specificity", "ppv", "npv")
UNDEFINED = {
    "accuracy": "no patients",
    "sensitivity": "no true progression",
    "specificity": "no pseudoprogression",
    "ppv": "no patient above the threshold",
    "npv": "no patient below the threshold",
}


@dataclass(frozen=True)
class Rate:
    """A proportion `k` of `n` with an exact and a Wilson interval.

    Where `n` is 0 the value and the bounds are NaN, and `note` says why.
    """

    k: int
    n: int
    value: float
    exact_lower: float
    exact_upper: float
    wilson_lower: float
    wilson_upper: float
    note: str = ""


def proportion(k: int, n: int, *, confidence_level: float = 0.95, note: str = "") -> Rate:
    """A proportion with its Clopper-Pearson and Wilson intervals.

    Raises
    ------
    UndefinedMetricError
        If `k` is not between 0 and `n`, or the level is not in (0, 1).

    References
    ----------
    Clopper and Pearson, Biometrika 1934;26:404-413. Wilson, JASA 1927;22:209-212.
    """
    if not 0 <= k <= n or not 0 < confidence_level < 1:
        raise UndefinedMetricError(
            f"{k} of {n} at level {confidence_level}: expected a count between 0 and n, "
            "and a level between 0 and 1, like 0.95"
        )
    if n == 0:
        unknown = math.nan
        return Rate(0, 0, unknown, unknown, unknown, unknown, unknown, note or "no patients")
    alpha = 1 - confidence_level
    exact = proportion_confint(k, n, alpha=alpha, method="beta")
    wilson = proportion_confint(k, n, alpha=alpha, method="wilson")
    exact_lower, exact_upper, wilson_lower, wilson_upper = (float(v) for v in (*exact, *wilson))
    return Rate(k, n, k / n, exact_lower, exact_upper, wilson_lower, wilson_upper)


def rates_at(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    threshold: float | npt.ArrayLike,
    *,
    confidence_level: float = 0.95,
) -> dict[str, Rate]:
    """The five rates of a thresholded score; those of an absent class are undefined.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
    threshold : float or array-like of float, shape (n,)
        A score at or above it counts as true progression; one per patient where
        patients were scored by models with different thresholds.
    confidence_level : float, default 0.95

    Returns
    -------
    dict of str to Rate
        By the names of `RATES`.

    Raises
    ------
    UndefinedMetricError
        If the scores are not usable (see `metrics.check_scores`) or a threshold is missing.
    """
    truth, score = check_scores(y_true, y_score)
    cut = np.asarray(threshold, dtype=np.float64)
    if np.isnan(cut).any():
        raise UndefinedMetricError("a threshold is missing (NaN); choose one on training scores")
    called = score >= cut
    true_called, others_left = int((truth & called).sum()), int((~truth & ~called).sum())
    counts = {
        "accuracy": (true_called + others_left, truth.size),
        "sensitivity": (true_called, int(truth.sum())),
        "specificity": (others_left, int((~truth).sum())),
        "ppv": (true_called, int(called.sum())),
        "npv": (others_left, int((~called).sum())),
    }
    return {
        name: proportion(k, n, confidence_level=confidence_level, note=UNDEFINED[name])
        for name, (k, n) in counts.items()
    }
