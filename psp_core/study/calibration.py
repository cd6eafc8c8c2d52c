"""Platt's calibration, which never turns the order of the patients over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logit

from psp_core.evaluation.metrics import split_by_class

SMALLEST_SLOPE = 0.01
"""Where the scores do not rise with the truth: hardly any slope, but the order stays."""
MARGIN = 1e-12  # of a probability to 0 and 1, whose logits are infinite
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Platt:
    """A logistic curve over the logit of a score.

    Attributes
    ----------
    slope, intercept : float
        On the logit scale; 1 and 0 leave a score as it is.
    is_floored : bool
        True if the best slope would have been below `SMALLEST_SLOPE`.
    """

    slope: float
    intercept: float
    is_floored: bool

    def __call__(self, score: npt.ArrayLike) -> Floats:
        """Calibrated probabilities of scores between 0 and 1."""
        calibrated: Floats = expit(self.slope * _logit(score) + self.intercept)
        return calibrated


def fit_platt(y_true: npt.ArrayLike, score: npt.ArrayLike) -> Platt:
    """Fit Platt's curve to scores of patients whom the model was not fitted on.

    Parameters
    ----------
    y_true : array-like of bool, shape (n,)
        True for true progression.
    score : array-like of float, shape (n,)
        Between 0 and 1.

    Returns
    -------
    Platt

    Raises
    ------
    UndefinedMetricError
        See `metrics.split_by_class`.

    References
    ----------
    Platt 1999, with his soft targets against overfitting.
    """
    positive, negative = split_by_class(y_true, score)
    x = _logit(np.concatenate([positive, negative]))
    soft = ((positive.size + 1) / (positive.size + 2), 1 / (negative.size + 2))
    target = np.repeat(soft, (positive.size, negative.size))
    scale = max(1.0, float(np.abs(x).max()))  # the two unknowns of one size

    def loss(unknown: Floats) -> tuple[float, Floats]:
        z = unknown[0] * x / scale + unknown[1]
        value = -(target * log_expit(z) + (1 - target) * log_expit(-z)).sum()
        residual = expit(z) - target
        return float(value), np.array([(residual * x).sum() / scale, residual.sum()])

    least = SMALLEST_SLOPE * scale
    found = minimize(
        loss,
        x0=np.array([scale, 0.0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(least, None), (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000},
    )
    slope, intercept = (float(value) for value in found.x)
    return Platt(slope / scale, intercept, bool(slope <= least))


def _logit(score: npt.ArrayLike) -> Floats:
    value: Floats = logit(np.clip(np.asarray(score, dtype=np.float64), MARGIN, 1 - MARGIN))
    return value
