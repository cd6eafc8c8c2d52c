"""How often the interval of an internal AUC holds the truth, by simulation.

A linear discriminant is really refitted in every fold of every simulated study. What the
interval has to hold is the mean true AUC of these very fold models.
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
    fold_moments,
    interval_bounds,
    ledell_error,
    within_fold_error,
)

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
    smallest_training = (n_positive + n_negative) * (n_folds - 1) // max(n_folds, 1)
    if not 2 <= n_folds <= min(n_positive, n_negative) or smallest_training < n_features + 3:
        raise UndefinedMetricError(
            f"{n_folds} folds of {n_positive} and {n_negative} patients with {n_features} "
            "features; expected at least two folds, a patient of each class in each, and "
            "more patients than features to fit"
        )
    rows = []
    for best in best_aucs:
        truth, bounds = _studies(
            (n_positive, n_negative), n_folds, best, n_features, repetitions, rng, confidence_level
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
                    "coverage_error": math.sqrt(max(covered * (1 - covered), 0) / repetitions),
                    "truth_below": float(below),
                    "truth_above": float(above),
                    "width": float(np.nanmean(upper - lower)),
                    "undefined": float(undefined.mean()),
                }
            )
    return pd.DataFrame(rows)


def _studies(
    counts: tuple[int, int],
    n_folds: int,
    best: float,
    n_features: int,
    repetitions: int,
    rng: np.random.Generator,
    confidence_level: float,
) -> tuple[Floats, dict[str, tuple[Floats, Floats]]]:
    """True mean AUC of each study's fold models, and the bounds by method."""
    shift = np.zeros(n_features)
    shift[0] = math.sqrt(2) * norm.ppf(best)  # AUC of the best rule: Phi(shift / sqrt 2)
    positive = rng.standard_normal((repetitions, counts[0], n_features)) + shift
    negative = rng.standard_normal((repetitions, counts[1], n_features))
    truths, moments, shapes = [], [], []
    for fold in range(n_folds):
        held = [np.arange(count) % n_folds == fold for count in counts]
        weights = _discriminant(positive[:, ~held[0]], negative[:, ~held[1]])
        scores = [
            np.einsum("rnp,rp->rn", part[:, out], weights)
            for part, out in zip((positive, negative), held, strict=True)
        ]
        wins = (np.sign(scores[0][:, :, None] - scores[1][:, None, :]) + 1) / 2
        moments.append(fold_moments(wins))
        shapes.append(wins.shape)
        length = np.linalg.norm(weights, axis=1) * math.sqrt(2)
        truths.append(norm.cdf(weights @ shift / length))
    areas = np.array([area for area, _, _ in moments])
    bounds = interval_bounds(
        areas,
        ledell_error(moments, shapes),
        within_fold_error(moments),
        confidence_level=confidence_level,
    )
    truth: Floats = np.mean(truths, axis=0)
    return truth, bounds


def _discriminant(positive: Floats, negative: Floats) -> Floats:
    """Fisher's linear discriminant of each study, shape (repetitions, n_features)."""
    centred = [part - part.mean(axis=1, keepdims=True) for part in (positive, negative)]
    within = sum(np.einsum("rnp,rnq->rpq", part, part) for part in centred)
    apart = positive.mean(axis=1) - negative.mean(axis=1)
    weights: Floats = np.linalg.solve(within, apart[..., None])[..., 0]
    return weights
