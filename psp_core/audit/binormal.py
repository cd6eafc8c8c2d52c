"""Scores that are normal in each class with equal variance: draws, and exact moments of their AUCs.

Two scores of a patient correlate by `correlation` within each class. The moments are exact for
this model and need no simulation.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from psp_core.errors import UndefinedMetricError

Floats = npt.NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)


def separation(area: float) -> float:
    """Distance of the class means in standard deviations.

    Raises
    ------
    UndefinedMetricError
        If `area` is not between 0 and 1, both excluded.
    """
    if not 0 < area < 1:
        raise UndefinedMetricError(
            f"AUC {area}; expected a number between 0 and 1, both excluded: at the ends the "
            "classes are infinitely far apart"
        )
    return math.sqrt(2) * float(norm.ppf(area))


def draw_areas(
    areas: npt.ArrayLike,
    *,
    correlation: float,
    n_positive: int,
    n_negative: int,
    repetitions: int,
    rng: np.random.Generator,
) -> Floats:
    """AUCs that models of the true AUCs `areas` show on drawn sets of patients.

    Returns
    -------
    float array, shape (repetitions, number of models)
    """
    wins = draw_wins(
        areas,
        correlation=correlation,
        n_positive=n_positive,
        n_negative=n_negative,
        repetitions=repetitions,
        rng=rng,
    )
    shown: Floats = wins.mean(axis=(2, 3))
    return shown


def draw_wins(
    areas: npt.ArrayLike,
    *,
    correlation: float,
    n_positive: int,
    n_negative: int,
    repetitions: int,
    rng: np.random.Generator,
) -> npt.NDArray[np.bool_]:
    """Whether a positive patient is scored above a negative one, for models on the same patients.

    Parameters
    ----------
    areas : array-like of float, shape (number of models,)
        True AUCs.
    correlation : float
        Of any two scores of a patient within the class, 0 to 1.
    n_positive, n_negative : int
        Patients of each class.
    repetitions : int
        Sets of patients.
    rng : numpy.random.Generator

    Returns
    -------
    bool array, shape (repetitions, number of models, n_positive, n_negative)

    Raises
    ------
    UndefinedMetricError
        If an AUC, the correlation or a count is out of range.
    """
    check_design(correlation, n_positive, n_negative)
    if repetitions < 1:
        raise UndefinedMetricError(f"{repetitions} repetitions; expected at least 1")
    shifts = np.array([separation(float(one)) for one in np.atleast_1d(np.asarray(areas))])
    n_patients = n_positive + n_negative
    shared = rng.standard_normal((repetitions, 1, n_patients))
    own = rng.standard_normal((repetitions, shifts.size, n_patients))
    scores = math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own
    scores[:, :, :n_positive] += shifts[None, :, None]
    wins: npt.NDArray[np.bool_] = scores[:, :, :n_positive, None] > scores[:, :, None, n_positive:]
    return wins


def covariance_of_areas(
    first: float, second: float, *, correlation: float, n_positive: int, n_negative: int
) -> float:
    """Covariance of the empirical AUCs of two models on the same patients.

    With `first` = `second` and `correlation` 1 it is the variance of one AUC.

    Notes
    -----
    Two pairs of patients correlate by `correlation` where they are the same pair and by half of it
    where they share one patient, so the covariance is a sum of bivariate normal probabilities.

    Raises
    ------
    UndefinedMetricError
        If an AUC, the correlation or a count is out of range.

    References
    ----------
    The structure is that of Obuchowski and McClish, Stat Med 1997;16:1529-1542, here for the
    empirical area.
    """
    check_design(correlation, n_positive, n_negative)
    separation(first), separation(second)
    same = joint_excess(first, second, correlation)
    sharing = (n_positive + n_negative - 2) * joint_excess(first, second, correlation / 2)
    return (same + sharing) / (n_positive * n_negative)


def joint_excess(first: float, second: float, correlation: float) -> float:
    """How far P(U < a and V < b) is above P(U < a) P(V < b) for correlated standard normals.

    `first` and `second` are the two single probabilities. Integrated over the correlation r from
    0, of the bivariate normal density, with r = sin t, which has no pole at 1.
    """
    a, b = float(norm.ppf(first)), float(norm.ppf(second))
    half = math.asin(correlation) / 2
    angle = half * (NODES + 1)
    exponent = -(a * a + b * b - 2 * a * b * np.sin(angle)) / (2 * np.cos(angle) ** 2)
    return float(half * (WEIGHTS * np.exp(exponent)).sum() / (2 * math.pi))


def check_design(correlation: float, n_positive: int, n_negative: int) -> None:
    """Raise where a set of patients or a correlation is out of range."""
    if not 0 <= correlation <= 1 or n_positive < 1 or n_negative < 1:
        raise UndefinedMetricError(
            f"correlation {correlation} with {n_positive} positive and {n_negative} negative "
            "patients; expected a correlation of 0 to 1 and at least one patient of each class"
        )
