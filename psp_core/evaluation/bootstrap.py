"""Stratified patient bootstrap of an AUC, of fold means, and of paired differences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import split_by_class

Floats = npt.NDArray[np.float64]


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
    wins: Sequence[Floats],
    *,
    samples: int,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
) -> tuple[float, float]:
    """Percentile interval of the mean of win matrices over resampled patients.

    Patients are drawn with replacement within their class and their matrix: one matrix
    is one set of patients, several are the folds of a cross-validation. The difference of
    two win matrices of the same patients gives the interval of a paired difference.

    Parameters
    ----------
    wins : sequence of float array, shape (n_positive, n_negative) each
        See `win_matrix`.
    samples : int
        Number of resamples.
    rng : numpy.random.Generator
    confidence_level : float, default 0.95

    Returns
    -------
    lower, upper : float

    Raises
    ------
    UndefinedMetricError
        If there is no matrix, no sample, or the level is not in (0, 1).

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    if not wins or samples < 1 or not 0 < confidence_level < 1:
        raise UndefinedMetricError(
            f"{len(wins)} sets of patients, {samples} samples, level {confidence_level}; expected "
            "at least one of each, and a level between 0 and 1"
        )
    drawn = np.zeros(samples)
    for matrix in wins:
        of_positive, of_negative = (_weights(n, samples, rng) for n in matrix.shape)
        drawn += np.einsum("sn,sn->s", of_positive @ matrix, of_negative)
    outside = (1 - confidence_level) / 2
    lower, upper = np.quantile(drawn / len(wins), [outside, 1 - outside])
    return float(lower), float(upper)


def _weights(n: int, samples: int, rng: np.random.Generator) -> Floats:
    """Share of each of `n` patients in each resample, shape (samples, n)."""
    return rng.multinomial(n, np.full(n, 1 / n), size=samples) / n


def _wins(positive: Floats, negative: Floats) -> Floats:
    return (np.sign(positive - negative) + 1) / 2
