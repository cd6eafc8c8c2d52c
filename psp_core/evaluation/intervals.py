"""Confidence intervals of one AUC on one set of patients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import auc, split_by_class


@dataclass(frozen=True)
class AucInterval:
    """An AUC, its standard error, and an interval.

    The bounds are NaN where the data say nothing about the spread: a class of one
    patient, or a variance of 0 (classes fully separated, or a constant score). An
    AUC of 1 with the interval 1 to 1 would claim a certainty that nobody has.
    """

    auc: float
    standard_error: float
    lower: float
    upper: float
    n_positive: int
    n_negative: int


def delong_interval(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, confidence_level: float = 0.95
) -> AucInterval:
    """AUC with DeLong's standard error and its Wald interval, cut at 0 and 1.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
        Larger means more like true progression.
    confidence_level : float, default 0.95

    Returns
    -------
    AucInterval

    Raises
    ------
    UndefinedMetricError
        If the AUC does not exist (see `metrics.auc`) or the level is not in (0, 1).

    Notes
    -----
    At 11 + 9 patients the interval covers about 0.91 where 0.95 is promised; show
    `logit_delong_interval` beside it when a class is small.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837-845; computed from
    mid-ranks as in Sun and Xu, IEEE Signal Process Lett 2014;21:1389-1393.
    """
    area, standard_error, n_positive, n_negative = _delong(y_true, y_score)
    lower, upper = wald_bounds(area, standard_error, confidence_level=confidence_level)
    return AucInterval(area, standard_error, lower, upper, n_positive, n_negative)


def logit_delong_interval(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, confidence_level: float = 0.95
) -> AucInterval:
    """DeLong's interval on the logit scale: stays inside (0, 1) and covers better.

    Takes and raises what `delong_interval` does; the standard error is that of the
    AUC itself. An AUC of 0 or 1 has no logit: its bounds are NaN.

    References
    ----------
    Pepe, The Statistical Evaluation of Medical Tests (2003), section 5.2.
    """
    area, standard_error, n_positive, n_negative = _delong(y_true, y_score)
    lower, upper = logit_bounds(area, standard_error, confidence_level=confidence_level)
    return AucInterval(area, standard_error, lower, upper, n_positive, n_negative)


def wald_bounds(
    area: float, standard_error: float, *, confidence_level: float = 0.95
) -> tuple[float, float]:
    """Wald interval of an AUC of which the standard error is known, cut at 0 and 1.

    NaN where the standard error is 0 or missing; raises as `normal_quantile`.
    """
    half_width = normal_quantile(confidence_level) * standard_error
    if not standard_error > 0:
        return math.nan, math.nan
    return max(0.0, area - half_width), min(1.0, area + half_width)


def logit_bounds(
    area: float, standard_error: float, *, confidence_level: float = 0.95
) -> tuple[float, float]:
    """The same on the logit scale; NaN for an AUC of 0 or 1, too."""
    quantile = normal_quantile(confidence_level)
    if not (standard_error > 0 and 0 < area < 1):
        return math.nan, math.nan
    half_width = quantile * standard_error / (area * (1 - area))
    return float(expit(logit(area) - half_width)), float(expit(logit(area) + half_width))


def hanley_mcneil_standard_error(area: float, *, n_positive: int, n_negative: int) -> float:
    """Approximate standard error of an AUC of which only the value and the counts are known.

    For printed figures; where scores are at hand use `delong_interval`.

    Raises
    ------
    UndefinedMetricError
        If `area` is outside 0 to 1 or a class is empty.

    References
    ----------
    Hanley and McNeil, Radiology 1982;143:29-36.
    """
    if not 0 <= area <= 1 or n_positive < 1 or n_negative < 1:
        raise UndefinedMetricError(
            f"area {area} with {n_positive} positive and {n_negative} negative patients; "
            "expected an AUC between 0 and 1 and at least one patient of each class"
        )
    two_positive = area / (2 - area)  # two positive patients above one negative
    two_negative = 2 * area**2 / (1 + area)  # one positive patient above two negatives
    variance = (
        area * (1 - area)
        + (n_positive - 1) * (two_positive - area**2)
        + (n_negative - 1) * (two_negative - area**2)
    ) / (n_positive * n_negative)
    return math.sqrt(variance)


def structural_components(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Share of the other class that each patient is ordered rightly against, ties one half.

    The mean of either is the AUC.

    Returns
    -------
    of_positive : float array, shape (n_positive,)
    of_negative : float array, shape (n_negative,)
        Each in the order of the input.

    Raises
    ------
    UndefinedMetricError
        See `metrics.split_by_class`.
    """
    positive, negative = split_by_class(y_true, y_score)
    n_positive, n_negative = positive.size, negative.size
    ranks = rankdata(np.concatenate([positive, negative]))
    of_positive = (ranks[:n_positive] - rankdata(positive)) / n_negative
    of_negative = 1 - (ranks[n_positive:] - rankdata(negative)) / n_positive
    return of_positive, of_negative


def _delong(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> tuple[float, float, int, int]:
    """AUC, DeLong's standard error (NaN for a class of one) and the counts."""
    of_positive, of_negative = structural_components(y_true, y_score)
    n_positive, n_negative = of_positive.size, of_negative.size
    area = auc(y_true, y_score)
    if min(n_positive, n_negative) < 2:
        return area, math.nan, n_positive, n_negative
    variance = of_positive.var(ddof=1) / n_positive + of_negative.var(ddof=1) / n_negative
    return area, math.sqrt(variance), n_positive, n_negative


def normal_quantile(confidence_level: float) -> float:
    """Two-sided quantile of the normal distribution.

    Raises
    ------
    UndefinedMetricError
        If the level is not in (0, 1).
    """
    if not 0 < confidence_level < 1:
        raise UndefinedMetricError(
            f"confidence_level is {confidence_level}; expected a number between 0 and 1, like 0.95"
        )
    return float(norm.ppf(0.5 + confidence_level / 2))
