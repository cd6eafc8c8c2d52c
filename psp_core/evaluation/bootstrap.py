"""Stratified patient bootstrap of an AUC on patients that no model was trained on."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import split_by_class

Floats = npt.NDArray[np.float64]
SMALLEST_WIDTH = 1e-12  # below it resamples differ by rounding alone


def win_matrix(y_true: npt.ArrayLike, y_score: npt.ArrayLike) -> Floats:
    """Whether each positive patient (rows) scores above each negative one, ties one half.

    Its mean is the AUC.

    Raises
    ------
    UndefinedMetricError
        See `metrics.split_by_class`.
    """
    positive, negative = split_by_class(y_true, y_score)
    return _wins(positive[:, None], negative[None, :])


def bootstrap_interval(
    wins: Floats,
    *,
    samples: int,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
) -> tuple[float, float]:
    """Percentile interval of the AUC over resampled patients, given the fitted model.

    Patients are drawn with replacement within their class. Not for held-out folds: whoever
    is held out by one fold trains the others, which no resampling of scores can tell.

    Parameters
    ----------
    wins : float array, shape (n_positive, n_negative)
        See `win_matrix`.
    samples : int
        Number of resamples.
    rng : numpy.random.Generator
    confidence_level : float, default 0.95

    Returns
    -------
    lower, upper : float
        NaN where all resamples agree (separated classes, a constant score): an interval
        without width would claim a certainty that nobody has.

    Raises
    ------
    UndefinedMetricError
        If there is no sample, or the level is not in (0, 1).

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    if samples < 1 or not 0 < confidence_level < 1:
        raise UndefinedMetricError(
            f"{samples} samples, level {confidence_level}; expected at least one sample, and a "
            "level between 0 and 1, like 0.95"
        )
    of_positive, of_negative = (_weights(n, samples, rng) for n in wins.shape)
    drawn = np.einsum("sn,sn->s", of_positive @ wins, of_negative)
    outside = (1 - confidence_level) / 2
    lower, upper = (float(bound) for bound in np.quantile(drawn, [outside, 1 - outside]))
    return (lower, upper) if upper - lower > SMALLEST_WIDTH else (math.nan, math.nan)


def _weights(n: int, samples: int, rng: np.random.Generator) -> Floats:
    """Share of each of `n` patients in each resample, shape (samples, n)."""
    return rng.multinomial(n, np.full(n, 1 / n), size=samples) / n


def _wins(positive: Floats, negative: Floats) -> Floats:
    return (np.sign(positive - negative) + 1) / 2
