"""What the best of several equal models shows: the winner's curse."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

from psp_core.audit.binormal import covariance_of_areas, draw_areas
from psp_core.audit.paired_power import area_correlation
from psp_core.errors import UndefinedMetricError

GRID = np.linspace(-9, 9, 3601)  # standard deviations
WEIGHT = norm.pdf(GRID) * (GRID[1] - GRID[0])
BELOW = norm.cdf(GRID)
COLUMNS = ("n_models", "mean", "error", "low", "high", "normal_mean", "normal_low", "normal_high")


def best_of_models(
    area: float,
    *,
    correlation: float,
    numbers: Iterable[int],
    n_positive: int,
    n_negative: int,
    repetitions: int,
    rng: np.random.Generator,
    coverage: float = 0.9,
) -> pd.DataFrame:
    """AUC that the best of several models of one true AUC shows on the same patients.

    Parameters
    ----------
    area : float
        True AUC of every model.
    correlation : float
        Of the scores of two models within the class, 0 to 1.
    numbers : iterable of int
        Numbers of models.
    n_positive, n_negative : int
        Patients of each class.
    repetitions : int
        Simulated sets of patients; the same for every number.
    rng : numpy.random.Generator
    coverage : float, default 0.9
        Share of the sets between ``low`` and ``high``.

    Returns
    -------
    DataFrame
        `COLUMNS`: simulated mean with the error of the simulation, simulated range, and the same
        three by `best_of_normal`.

    Raises
    ------
    UndefinedMetricError
        If a figure is out of range.
    """
    asked = list(numbers)
    if not asked or min(asked) < 1 or not 0 < coverage < 1 or repetitions < 2:
        raise UndefinedMetricError(
            f"numbers of models {asked}, coverage {coverage}, {repetitions} repetitions; expected "
            "at least one number of 1 or more, a coverage between 0 and 1, two repetitions"
        )
    counts = {"n_positive": n_positive, "n_negative": n_negative}
    shown = draw_areas(
        [area] * max(asked), correlation=correlation, repetitions=repetitions, rng=rng, **counts
    )
    rows = []
    for number in asked:
        best = shown[:, :number].max(axis=1)
        low, high = np.quantile(best, [(1 - coverage) / 2, (1 + coverage) / 2])
        error = best.std(ddof=1) / math.sqrt(repetitions)
        normal = best_of_normal(
            area, correlation=correlation, n_models=number, coverage=coverage, **counts
        )
        rows.append((number, float(best.mean()), float(error), float(low), float(high), *normal))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def best_of_normal(
    area: float,
    *,
    correlation: float,
    n_models: int,
    n_positive: int,
    n_negative: int,
    coverage: float = 0.9,
) -> tuple[float, float, float]:
    """Mean, low and high of the best of several AUCs, taken as normal with equal correlation.

    Cut at 1. The normal approximation of what `best_of_models` simulates.

    Raises
    ------
    UndefinedMetricError
        If a figure is out of range.
    """
    if n_models < 1 or not 0 < coverage < 1:
        raise UndefinedMetricError(
            f"{n_models} models, coverage {coverage}; expected at least one model and a coverage "
            "between 0 and 1"
        )
    counts = {"n_positive": n_positive, "n_negative": n_negative}
    spread = math.sqrt(covariance_of_areas(area, area, correlation=1.0, **counts))
    shared = area_correlation(area, area, correlation=correlation, **counts)
    own = math.sqrt(max(0.0, 1 - shared))
    expected = float(n_models * (WEIGHT * GRID * BELOW ** (n_models - 1)).sum())

    def below(z: float) -> float:
        """P(best of the standardised AUCs <= z)."""
        if own == 0:
            return float(norm.cdf(z))
        return float((WEIGHT * norm.cdf((z - math.sqrt(shared) * GRID) / own) ** n_models).sum())

    ends = ((1 - coverage) / 2, (1 + coverage) / 2)
    low, high = (float(brentq(lambda z, at=at: below(z) - at, -9, 9)) for at in ends)
    mean, lower, upper = (min(1.0, area + spread * z) for z in (own * expected, low, high))
    return mean, lower, upper
