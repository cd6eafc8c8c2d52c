"""Thresholds chosen on given scores, to be frozen and applied elsewhere."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_curve

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import split_by_class

HALF = 0.5


def youden_threshold(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> float:
    """Threshold of the largest sensitivity + specificity - 1.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
        Calibrated probabilities of patients the model was not fitted on.

    Returns
    -------
    float
        Halfway between two neighbouring scores; a score at or above it is positive. Of
        several thresholds equally good, the one nearest 0.5, of two equally near the
        lower. 0.5 where no threshold is better than none.

    Raises
    ------
    UndefinedMetricError
        See `metrics.split_by_class`.

    References
    ----------
    Youden, Cancer 1950;3:32-35.
    """
    positive, negative = split_by_class(y_true, y_score)
    scores = np.unique(np.concatenate([positive, negative]))
    cuts = (scores[1:] + scores[:-1]) / 2
    called_positive = positive.size - np.searchsorted(np.sort(positive), cuts)
    called_negative = negative.size - np.searchsorted(np.sort(negative), cuts)
    # In whole numbers, so that equal thresholds are equal.
    index = called_positive * negative.size - called_negative * positive.size
    if cuts.size == 0 or index.max() <= 0:
        return HALF
    best = cuts[index == index.max()]
    return float(best[np.argmin(np.abs(best - HALF))])


def sensitivity_threshold(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike, *, target: float = 0.9
) -> float:
    """Largest threshold that still finds a wanted share of true progression.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
        Calibrated probabilities of patients the model was not fitted on.
    target : float, default 0.9
        Least sensitivity on these patients, above 0 and at most 1.

    Returns
    -------
    float
        Halfway between the score of the last patient who has to be found and the next lower
        one; that score itself where there is none lower. A score at or above it is positive.

    Raises
    ------
    UndefinedMetricError
        See `metrics.split_by_class`; or if the target is not above 0 and at most 1.
    """
    if not 0 < target <= 1:
        raise UndefinedMetricError(
            f"target is {target}; expected a sensitivity above 0 and at most 1, like 0.9"
        )
    positive, negative = split_by_class(y_true, y_score)
    # 0.9 of 10 is 9, whatever the product rounds to
    wanted = math.ceil(round(target * positive.size, 9))
    last = np.sort(positive)[::-1][wanted - 1]
    scores = np.concatenate([positive, negative])
    lower = scores[scores < last]
    return float((last + lower.max()) / 2 if lower.size else last)


def balanced_threshold(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> float:
    """Threshold of the published code of Jang 2018: sensitivity nearest to specificity.

    The code chooses it on the very test set whose rates it then reports.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)

    Returns
    -------
    float
        One of the scores; a score at or above it is positive. Of several equally good the
        largest.

    Raises
    ------
    UndefinedMetricError
        See `metrics.split_by_class`.

    References
    ----------
    Jang et al., Scientific Reports 2018;8:12516.
    """
    positive, negative = split_by_class(y_true, y_score)
    truth = np.repeat([True, False], [positive.size, negative.size])
    false_rate, true_rate, cuts = roc_curve(
        truth, np.concatenate([positive, negative]), drop_intermediate=False
    )
    gap = np.abs(true_rate - (1 - false_rate))[1:]  # the first cut is infinite, and no score
    return float(cuts[1:][np.argmin(gap.round(12))])
