"""Average precision: the area under the precision-recall curve, beside its no-skill value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.bootstrap import SMALLEST_WIDTH
from psp_core.evaluation.metrics import check_scores, split_by_class

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AveragePrecision:
    """An average precision with its interval.

    Attributes
    ----------
    value : float
    no_skill : float
        What a score without any knowledge tends to: the share of positive patients. It
        differs between sets of patients, and with it what a value means.
    lower, upper : float
        NaN where all resamples agree.
    """

    value: float
    no_skill: float
    lower: float
    upper: float


def average_precision(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> float:
    """Mean precision over the steps of recall; patients of one score enter together.

    Raises
    ------
    UndefinedMetricError
        See `metrics.split_by_class`.
    """
    split_by_class(y_true, y_score)
    truth, score = check_scores(y_true, y_score)
    return float(average_precision_score(truth, score))


def average_precision_interval(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    *,
    samples: int,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
) -> AveragePrecision:
    """Average precision with its percentile interval over resampled patients.

    Patients are drawn with replacement within their class, so the no-skill value is the same
    in every resample. Not for held-out folds, as `bootstrap.bootstrap_interval`.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
    samples : int
        Resamples.
    rng : numpy.random.Generator
    confidence_level : float, default 0.95

    Raises
    ------
    UndefinedMetricError
        See `metrics.split_by_class`; or if there is no sample, or the level is not in (0, 1).
    """
    if samples < 1 or not 0 < confidence_level < 1:
        raise UndefinedMetricError(
            f"{samples} samples, level {confidence_level}; expected at least one sample, and a "
            "level between 0 and 1, like 0.95"
        )
    value = average_precision(y_true, y_score)
    truth, score = check_scores(y_true, y_score)
    weights = np.empty((samples, truth.size))
    for chosen in (truth, ~truth):
        n = int(chosen.sum())
        weights[:, chosen] = rng.multinomial(n, np.full(n, 1 / n), size=samples)
    drawn = weighted_precision(truth, score, weights)
    outside = (1 - confidence_level) / 2
    lower, upper = (float(one) for one in np.quantile(drawn, [outside, 1 - outside]))
    if upper - lower <= SMALLEST_WIDTH:
        lower = upper = math.nan
    return AveragePrecision(value, float(truth.mean()), lower, upper)


def weighted_precision(truth: npt.NDArray[np.bool_], score: Floats, weights: Floats) -> Floats:
    """Average precision under many weightings of the same patients at once.

    Parameters
    ----------
    truth : bool array, shape (n,)
    score : float array, shape (n,)
    weights : float array, shape (samples, n)
        Every row weights at least one positive patient.

    Returns
    -------
    float array, shape (samples,)
        As `sklearn.metrics.average_precision_score` with ``sample_weight``, which takes one
        weighting at a time.
    """
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), score.size - 1)
    called = weights[:, order].cumsum(axis=1)[:, ends]
    right = (weights * truth)[:, order].cumsum(axis=1)[:, ends]
    precision = np.divide(right, called, out=np.zeros_like(right), where=called > 0)
    recall = right / right[:, -1:]
    steps = np.diff(recall, axis=1, prepend=0.0)
    averaged: Floats = (steps * precision).sum(axis=1)
    return averaged
