"""Platt's calibration, which never turns the order of the patients over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import OptimizeResult, minimize
from scipy.special import expit, log_expit, logit

from psp_core.errors import CalibrationError
from psp_core.evaluation.metrics import split_by_class

SMALLEST_SLOPE = 0.01
"""Where the scores do not rise with the truth: hardly any slope, but the order stays."""
MARGIN = 1e-12  # of a probability to 0 and 1, whose logits are infinite
STARTS = 4  # an optimiser that stops on its way begins again from there
LARGEST_SLOPE_LEFT = 1e-4  # of the loss, in patients, where it stops
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
    CalibrationError
        If no minimum is found.

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
    start = np.array([scale, 0.0])
    for _ in range(STARTS):
        found = minimize(
            loss,
            x0=start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(least, None), (None, None)],
            options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000},
        )
        if _slope_left(found, least) <= LARGEST_SLOPE_LEFT:
            slope, intercept = (float(value) for value in found.x)
            return Platt(slope / scale, intercept, bool(slope <= least))
        start = found.x
    raise CalibrationError(
        f"Platt's curve of {positive.size} and {negative.size} patients has no minimum after "
        f"{STARTS} starts (the loss still falls by {_slope_left(found, least):.2g}); "
        "look at the inner held-out scores of this model"
    )


def _slope_left(found: OptimizeResult, least: float) -> float:
    """Steepest way down from where the optimiser stopped; the bound of the slope is a floor."""
    of_slope, of_intercept = (float(value) for value in found.jac)
    is_at_floor = found.x[0] <= least and of_slope > 0
    return max(0.0 if is_at_floor else abs(of_slope), abs(of_intercept))


def _logit(score: npt.ArrayLike) -> Floats:
    value: Floats = logit(np.clip(np.asarray(score, dtype=np.float64), MARGIN, 1 - MARGIN))
    return value
