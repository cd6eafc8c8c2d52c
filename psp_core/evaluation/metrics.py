"""Metrics of one score on one set of patients, and when they do not exist."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from psp_core.errors import UndefinedMetricError

FloatArray = npt.NDArray[np.float64]


def check_scores(
    y_true: npt.ArrayLike, y_score: npt.ArrayLike
) -> tuple[npt.NDArray[np.bool_], FloatArray]:
    """Truths and scores as arrays, shape (n,) each; a class may be absent.

    Raises
    ------
    UndefinedMetricError
        If the lengths differ, a truth is not 0/1, or a score is missing.
    """
    try:
        truth = np.asarray(y_true, dtype=np.float64)
        score = np.asarray(y_score, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise UndefinedMetricError(
            f"y_true and y_score must be numbers ({error}); "
            "turn labels into booleans with is_true_progression"
        ) from error
    if truth.ndim != 1 or truth.shape != score.shape:
        raise UndefinedMetricError(
            f"y_true has shape {truth.shape}, y_score has {score.shape}; "
            "expected two vectors of one length"
        )
    if not np.isin(truth, (0.0, 1.0)).all():
        raise UndefinedMetricError(
            "y_true holds values other than 0 and 1 (or missing ones); 1 is true progression"
        )
    if np.isnan(score).any():
        raise UndefinedMetricError(
            f"y_score has {int(np.isnan(score).sum())} missing values; a patient without a "
            "score has no rank: impute or leave out, and say so"
        )
    return truth == 1, score


def split_by_class(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Scores of the positive and of the negative class, after checking both inputs.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
        Larger means more like true progression.

    Returns
    -------
    positive : float array, shape (n_positive,)
    negative : float array, shape (n_negative,)

    Raises
    ------
    UndefinedMetricError
        See `check_scores`; or if a class is absent.
    """
    truth, score = check_scores(y_true, y_score)
    positive, negative = score[truth], score[~truth]
    if positive.size == 0 or negative.size == 0:
        raise UndefinedMetricError(
            f"{positive.size} positive and {negative.size} negative patients: "
            "an AUC needs at least one of each class"
        )
    return positive, negative


def auc(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> float:
    r"""Exact area under the ROC curve: the Mann-Whitney statistic with mid-ranks.

    The probability that a random positive patient scores above a random negative
    one, ties counting one half.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
        Larger means more like true progression.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    UndefinedMetricError
        If the lengths differ, a value is not 0/1 or missing, or a class is absent.

    References
    ----------
    Hanley and McNeil, Radiology 1982;143:29-36.
    """
    positive, negative = split_by_class(y_true, y_score)
    n_positive, n_negative = positive.size, negative.size
    ranks = rankdata(np.concatenate([positive, negative]))  # mid-ranks, from 1
    wins = ranks[:n_positive].sum() - n_positive * (n_positive + 1) / 2
    return float(wins / (n_positive * n_negative))
