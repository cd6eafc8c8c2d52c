"""Thresholds that reach a sensitivity on held-out scores, frozen for everybody else."""

from __future__ import annotations

import math

import pandas as pd

from psp_core.evaluation.predictions import ARM, VALIDATION
from psp_core.evaluation.thresholds import sensitivity_threshold

NO_THRESHOLD = "no held-out scores of both classes to choose a threshold on"


def held_out_thresholds(predictions: pd.DataFrame, *, target: float) -> pd.Series:
    """Threshold of every row, chosen on patients whom it does not judge.

    Whoever was held out by a fold is judged by a threshold chosen on the scores of the other
    folds' patients; a set that nobody was trained on, by one chosen on all held-out scores of
    the same arm and repetition, the vote and its members alike. Labels and scores of such a
    set move nothing.

    Parameters
    ----------
    predictions : DataFrame
        See `predictions.check_predictions`.
    target : float
        Sensitivity to reach, see `thresholds.sensitivity_threshold`.

    Returns
    -------
    Series of float
        With the index of the table; NaN where there are no held-out scores of both classes.

    Raises
    ------
    UndefinedMetricError
        If the target is not above 0 and at most 1.
    """
    thresholds = pd.Series(math.nan, index=predictions.index)
    for _, arm in predictions.groupby([*ARM, "seed", "permutation"], sort=False):
        is_own = arm["split"] == VALIDATION
        own = arm[is_own]
        thresholds.loc[arm.index[~is_own]] = _chosen(own, target)
        for number, rows in own.groupby("fold"):
            thresholds.loc[rows.index] = _chosen(own[own["fold"] != number], target)
    return thresholds


def _chosen(rows: pd.DataFrame, target: float) -> float:
    if rows["y_true"].nunique() < 2:
        return math.nan
    return sensitivity_threshold(rows["y_true"], rows["y_score"], target=target)
