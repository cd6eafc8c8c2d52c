"""Two AUCs on different patients, as of two subgroups or two centres."""

from __future__ import annotations

import math

from scipy.stats import t

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.comparison import SMALLEST_ERROR, Comparison
from psp_core.evaluation.intervals import AucInterval, normal_quantile


def compare_unpaired(
    first: AucInterval, second: AucInterval, *, confidence_level: float = 0.95
) -> Comparison:
    """Compare the AUCs of two sets of patients who have nobody in common.

    Student's distribution with the degrees of freedom of Welch and Satterthwaite, patients of
    each set counted together.

    Parameters
    ----------
    first, second : AucInterval
        With DeLong's standard error, see `intervals.delong_interval`.
    confidence_level : float, default 0.95

    Returns
    -------
    Comparison
        First minus second; ``z`` holds Student's t. Bounds and p are NaN where an AUC has no
        spread.

    Raises
    ------
    UndefinedMetricError
        If a set has fewer than two patients, or the level is not in (0, 1).

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837-845; the degrees of freedom as
    the R package pROC takes them.
    """
    normal_quantile(confidence_level)
    sizes = [one.n_positive + one.n_negative for one in (first, second)]
    if min(sizes) < 2:
        raise UndefinedMetricError(
            f"sets of {sizes[0]} and {sizes[1]} patients; a variance needs at least 2 in each"
        )
    difference = first.auc - second.auc
    variances = [one.standard_error**2 for one in (first, second)]
    error = math.sqrt(sum(variances))
    if not error > SMALLEST_ERROR:
        return Comparison(first.auc, second.auc, difference, error, *[math.nan] * 4)
    spread = sum(part**2 / (n - 1) for part, n in zip(variances, sizes, strict=True))
    freedom = sum(variances) ** 2 / spread
    statistic = difference / error
    half_width = float(t.ppf(0.5 + confidence_level / 2, freedom)) * error
    return Comparison(
        first.auc,
        second.auc,
        difference,
        error,
        difference - half_width,
        difference + half_width,
        statistic,
        float(2 * t.sf(abs(statistic), freedom)),
    )
