"""Two scores on the same patients: the paired DeLong test, and Holm's correction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.intervals import normal_quantile, structural_components

Alternative = Literal["two-sided", "greater"]
SMALLEST_ERROR = 1e-12  # below it a difference has no spread but rounding


@dataclass(frozen=True)
class Comparison:
    """Difference of two AUCs, first minus second, on the same patients.

    Where the difference has no spread (equal orders, classes of one patient) the bounds,
    `z` and `p_value` are NaN.
    """

    first: float
    second: float
    difference: float
    standard_error: float
    lower: float
    upper: float
    z: float
    p_value: float


def delong_test(
    y_true: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    confidence_level: float = 0.95,
) -> Comparison:
    """Compare the AUCs of two scores of the same patients.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    first, second : array-like of float, shape (n,)
        Scores, patient by patient in the order of `y_true`.
    alternative : {"two-sided", "greater"}, default "two-sided"
        "greater" asks whether the first AUC is above the second.
    confidence_level : float, default 0.95
        Of the Wald interval of the difference.

    Returns
    -------
    Comparison

    Raises
    ------
    UndefinedMetricError
        If an AUC does not exist (see `metrics.auc`) or the level is not in (0, 1).

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837-845.
    """
    variances = 0.0
    components = [structural_components(y_true, score) for score in (first, second)]
    for of_first, of_second in zip(*components, strict=True):
        apart = of_first - of_second
        variances += apart.var(ddof=1) / apart.size if apart.size > 1 else math.nan
    first_auc, second_auc = (float(of_positive.mean()) for of_positive, _ in components)
    return compare(
        first_auc,
        second_auc,
        math.sqrt(variances),
        alternative=alternative,
        confidence_level=confidence_level,
    )


def compare(
    first: float,
    second: float,
    standard_error: float,
    *,
    alternative: Alternative = "two-sided",
    confidence_level: float = 0.95,
) -> Comparison:
    """Compare two AUCs of which the standard error of the difference is known."""
    quantile, difference = normal_quantile(confidence_level), first - second
    if not standard_error > SMALLEST_ERROR:
        return Comparison(first, second, difference, standard_error, *[math.nan] * 4)
    z = difference / standard_error
    p_value = float(norm.sf(z) if alternative == "greater" else 2 * norm.sf(abs(z)))
    half_width = quantile * standard_error
    bounds = (difference - half_width, difference + half_width)
    return Comparison(first, second, difference, standard_error, *bounds, z, p_value)


def holm(p_values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Holm's step-down correction of declared comparisons.

    Parameters
    ----------
    p_values : array-like of float, shape (n,)
        NaN stands for a comparison that could not be made; it is not counted.

    Returns
    -------
    float array, shape (n,)
        Corrected p values, NaN where there was none.

    Raises
    ------
    UndefinedMetricError
        If a value lies outside 0 to 1.

    References
    ----------
    Holm, Scand J Stat 1979;6:65-70.
    """
    given = np.asarray(p_values, dtype=np.float64)
    known = ~np.isnan(given)
    if ((given[known] < 0) | (given[known] > 1)).any():
        raise UndefinedMetricError(f"p values {given.tolist()}; expected values between 0 and 1")
    corrected = np.full(given.shape, math.nan)
    if known.any():
        corrected[known] = multipletests(given[known], method="holm")[1]
    return corrected
