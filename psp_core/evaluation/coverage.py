"""How often the interval of an internal AUC, or of a difference, holds the truth, by simulation.

A linear discriminant is really refitted in every fold of every simulated study. What the
interval has to hold is the mean true AUC of these very fold models, or the difference of two.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.internal import (
    METHODS,
    difference_error,
    fold_moments,
    interval_bounds,
    ledell_error,
    within_fold_error,
)
from psp_core.evaluation.intervals import normal_quantile

Floats = npt.NDArray[np.float64]


def simulate_coverage(
    *,
    n_positive: int,
    n_negative: int,
    n_folds: int,
    best_aucs: Iterable[float],
    n_features: int,
    repetitions: int,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Coverage of every interval of `internal.METHODS`.

    Parameters
    ----------
    n_positive, n_negative : int
        Patients per class.
    n_folds : int
        At most the size of the smaller class.
    best_aucs : iterable of float
        AUC of the best possible model of each setting, 0.5 to below 1.
    n_features : int
        Independent normal features, of which the first separates the classes.
    repetitions : int
        Simulated studies per setting.
    rng : numpy.random.Generator
    confidence_level : float, default 0.95

    Returns
    -------
    DataFrame
        ``best_auc, true_auc`` (mean over the fold models), ``method, coverage,
        coverage_error`` (of the simulation), ``truth_below, truth_above`` (share of
        studies in which the truth lies below or above), ``width`` (mean), ``undefined``
        (share of studies without an interval, which counts as not covering).

    Raises
    ------
    UndefinedMetricError
        If a fold would lack a class, or has too few patients to fit the features.
    """
    _check_size(n_positive, n_negative, n_folds, n_features)
    rows = []
    for best in best_aucs:
        wins, truth = _refitted(
            (n_positive, n_negative), n_folds, best, n_features, repetitions, rng
        )
        moments = [fold_moments(one) for one in wins]
        bounds = interval_bounds(
            np.array([area for area, _, _ in moments]),
            ledell_error(moments, [one.shape for one in wins]),
            within_fold_error(moments),
            confidence_level=confidence_level,
        )
        for method in METHODS:
            lower, upper = bounds[method]
            undefined = np.isnan(lower)
            below, above = (truth < lower).mean(), (truth > upper).mean()
            covered = float(1 - below - above - undefined.mean())
            rows.append(
                {
                    "best_auc": best,
                    "true_auc": float(truth.mean()),
                    "method": method,
                    "coverage": covered,
                    "coverage_error": _error(covered, repetitions),
                    "truth_below": float(below),
                    "truth_above": float(above),
                    "width": float(np.nanmean(upper - lower)),
                    "undefined": float(undefined.mean()),
                }
            )
    return pd.DataFrame(rows)


def simulate_difference(
    *,
    n_positive: int,
    n_negative: int,
    n_folds: int,
    best_aucs: Iterable[float],
    n_features: int,
    repetitions: int,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """How `internal.internal_difference` does between two models that are worth the same.

    The two see different features of the same patients, as many and as telling: their fold
    models differ by what the small sample does to each, and by nothing else.

    Takes and raises what `simulate_coverage` does.

    Returns
    -------
    DataFrame
        ``best_auc, true_auc``; ``rejected`` (share of studies that call the two models
        different, nominally one minus the level), ``coverage`` (of the true difference of
        the fold models), ``rejected_error, coverage_error`` (of the simulation).
    """
    _check_size(n_positive, n_negative, n_folds, n_features)
    rows = []
    for best in best_aucs:
        first, second = (
            _refitted((n_positive, n_negative), n_folds, best, n_features, repetitions, rng)
            for _ in range(2)
        )
        apart = [fold_moments(one - two) for one, two in zip(first[0], second[0], strict=True)]
        found = np.mean([difference for difference, _, _ in apart], axis=0)
        half = normal_quantile(confidence_level) * difference_error(apart)
        rejected = float((np.abs(found) > half).mean())
        covered = float((np.abs(found - (first[1] - second[1])) <= half).mean())
        rows.append(
            {
                "best_auc": best,
                "true_auc": float(np.mean([first[1], second[1]])),
                "rejected": rejected,
                "rejected_error": _error(rejected, repetitions),
                "coverage": covered,
                "coverage_error": _error(covered, repetitions),
            }
        )
    return pd.DataFrame(rows)


def _check_size(n_positive: int, n_negative: int, n_folds: int, n_features: int) -> None:
    smallest_training = (n_positive + n_negative) * (n_folds - 1) // max(n_folds, 1)
    if not 2 <= n_folds <= min(n_positive, n_negative) or smallest_training < n_features + 3:
        raise UndefinedMetricError(
            f"{n_folds} folds of {n_positive} and {n_negative} patients with {n_features} "
            "features; expected at least two folds, a patient of each class in each, and "
            "more patients than features to fit"
        )


def _error(share: float, repetitions: int) -> float:
    """Standard error of a simulated share."""
    return math.sqrt(max(share * (1 - share), 0) / repetitions)


def _refitted(
    counts: tuple[int, int],
    n_folds: int,
    best: float,
    n_features: int,
    repetitions: int,
    rng: np.random.Generator,
) -> tuple[list[Floats], Floats]:
    """Win matrices of every fold of all studies, and the true mean AUC of their fold models."""
    shift = np.zeros(n_features)
    shift[0] = math.sqrt(2) * norm.ppf(best)  # AUC of the best rule: Phi(shift / sqrt 2)
    positive = rng.standard_normal((repetitions, counts[0], n_features)) + shift
    negative = rng.standard_normal((repetitions, counts[1], n_features))
    truths, wins = [], []
    for fold in range(n_folds):
        held = [np.arange(count) % n_folds == fold for count in counts]
        weights = _discriminant(positive[:, ~held[0]], negative[:, ~held[1]])
        scores = [
            np.einsum("rnp,rp->rn", part[:, out], weights)
            for part, out in zip((positive, negative), held, strict=True)
        ]
        wins.append((np.sign(scores[0][:, :, None] - scores[1][:, None, :]) + 1) / 2)
        length = np.linalg.norm(weights, axis=1) * math.sqrt(2)
        truths.append(norm.cdf(weights @ shift / length))
    truth: Floats = np.mean(truths, axis=0)
    return wins, truth


def _discriminant(positive: Floats, negative: Floats) -> Floats:
    """Fisher's linear discriminant of each study, shape (repetitions, n_features)."""
    centred = [part - part.mean(axis=1, keepdims=True) for part in (positive, negative)]
    within = sum(np.einsum("rnp,rnq->rpq", part, part) for part in centred)
    apart = positive.mean(axis=1) - negative.mean(axis=1)
    weights: Floats = np.linalg.solve(within, apart[..., None])[..., 0]
    return weights
