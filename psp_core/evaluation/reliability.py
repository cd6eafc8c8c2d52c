"""Reliability curve: how frequent true progression is among patients of like scores."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.nonparametric.smoothers_lowess import lowess

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.calibration import check_probabilities
from psp_core.evaluation.rates import proportion

Floats = npt.NDArray[np.float64]
RELIABILITY = ("n", "n_true_progression", "mean_score", "share", "wilson_lower", "wilson_upper")


def reliability(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, bins: int, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Observed share of true progression by quantiles of the score.

    Equal scores stay together, so there may be fewer bins than asked for.

    Returns
    -------
    DataFrame
        `RELIABILITY`, one row per bin, lowest scores first; the interval is Wilson's.

    Raises
    ------
    UndefinedMetricError
        If there is no patient, a score is no probability, or no bin is asked for.
    """
    truth, score = check_probabilities(y_true, y_score)
    if bins < 1:
        raise UndefinedMetricError(f"{bins} bins of scores; expected at least 1, like 5")
    edges = np.unique(np.quantile(score, np.arange(1, bins) / bins))
    place = np.searchsorted(edges, score, side="left")
    rows = []
    for number in np.unique(place):
        inside = place == number
        rate = proportion(
            int(truth[inside].sum()), int(inside.sum()), confidence_level=confidence_level
        )
        bounds = (rate.wilson_lower, rate.wilson_upper)
        rows.append((rate.n, rate.k, float(score[inside].mean()), rate.value, *bounds))
    return pd.DataFrame(rows, columns=list(RELIABILITY))


def smooth_reliability(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Scores in rising order and the locally smoothed truth at each, for large sets.

    Raises
    ------
    UndefinedMetricError
        If there is no patient, or a score is no probability.

    References
    ----------
    Austin and Steyerberg, Statistics in Medicine 2014;33:517-535.
    """
    truth, score = check_probabilities(y_true, y_score)
    curve = lowess(truth.astype(float), score, frac=0.75, it=0)
    return curve[:, 0], np.clip(curve[:, 1], 0, 1)
