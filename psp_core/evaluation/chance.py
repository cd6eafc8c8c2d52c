"""How often a score without knowledge reaches an AUC: the Mann-Whitney null distribution."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import mannwhitneyu

from psp_core.evaluation.metrics import split_by_class


def chance_p_value(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> float:
    """One-sided p value of an AUC above 0.5: exact without ties, else by normal approximation.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)

    Returns
    -------
    float
        NaN for a constant score, which has no null distribution.

    Raises
    ------
    UndefinedMetricError
        See `metrics.split_by_class`.

    References
    ----------
    Mann and Whitney, Ann Math Stat 1947;18:50-60.
    """
    positive, negative = split_by_class(y_true, y_score)
    distinct = np.unique(np.concatenate([positive, negative])).size
    if distinct == 1:
        return math.nan
    method = "exact" if distinct == positive.size + negative.size else "asymptotic"
    return float(mannwhitneyu(positive, negative, alternative="greater", method=method).pvalue)
