"""Whether AUCs on cohorts without any effect lie around 0.5, all models judged together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psp_core.errors import UndefinedMetricError

FLIPS = 9999


@dataclass(frozen=True)
class MaxStatistic:
    """The largest deviation from 0.5 of any model, and how often chance alone exceeds it.

    Attributes
    ----------
    statistics : float array, shape (models,)
        Distance of each model's mean AUC from 0.5 in standard errors; 0 for a model whose
        AUC is 0.5 on every cohort.
    largest : float
    p_value : float
        Of the largest, for all models together.
    """

    statistics: npt.NDArray[np.float64]
    largest: float
    p_value: float


def max_statistic(areas: npt.ArrayLike, *, seed: int) -> MaxStatistic:
    """Test that no model has a mean AUC other than 0.5 on independent null cohorts.

    Without an effect an AUC lies as often above 0.5 as below, so the deviations of a cohort
    may change sign, all models of it together: that keeps how models agree within a cohort.

    Parameters
    ----------
    areas : float array, shape (cohorts, models)
    seed : int
        Of the sign changes.

    Raises
    ------
    UndefinedMetricError
        If there are fewer than two cohorts, no model, or an AUC is missing.

    References
    ----------
    Westfall and Young, Resampling-based multiple testing (1993).
    """
    apart = np.asarray(areas, dtype=np.float64) - 0.5
    if apart.ndim != 2 or len(apart) < 2 or not apart.shape[1] or np.isnan(apart).any():
        raise UndefinedMetricError(
            f"AUCs of shape {apart.shape} with {int(np.isnan(apart).sum())} missing; expected "
            "one row per cohort, at least two, one column per model, and no gap"
        )
    observed = _statistics(apart.mean(axis=0)[None], apart)[0]
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(FLIPS, len(apart)))
    chance = _statistics(signs @ apart / len(apart), apart).max(axis=1)
    largest = float(observed.max())
    p_value = (1 + int((chance >= largest - 1e-12).sum())) / (1 + FLIPS)
    return MaxStatistic(observed, largest, p_value)


def _statistics(
    means: npt.NDArray[np.float64], apart: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """|t| of each mean; the mean square stays the same whatever signs are changed."""
    cohorts = len(apart)
    variance = ((apart**2).mean(axis=0) - means**2) * cohorts / (cohorts - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.abs(means) / np.sqrt(np.maximum(variance, 0) / cohorts)
    return np.where(means == 0, 0.0, statistic)
