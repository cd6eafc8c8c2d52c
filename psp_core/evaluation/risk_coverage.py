"""Errors among those who are kept when the least certain patients are left to others."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import check_scores
from psp_core.evaluation.thresholds import HALF

Floats = npt.NDArray[np.float64]
CURVE = ("kept", "coverage", "errors", "risk", "lower", "upper")
CERTAINTY_DIGITS = 12  # scores as far above one half as below are equally certain


@dataclass(frozen=True)
class RiskCoverage:
    """A risk-coverage curve.

    Attributes
    ----------
    curve : DataFrame
        Columns `CURVE`: patients kept, from the most certain ones to all; their share; wrong
        calls among them; that share of errors with its band. Patients of equal certainty
        leave together.
    area, lower, upper : float
        Mean share of errors over all numbers of patients kept; in the mean over the orders of
        patients of equal certainty.
    at_random, at_best : float
        The area if certainty told nothing (the share of errors of all), and if every wrong
        call were less certain than every right one.
    """

    curve: pd.DataFrame = field(repr=False)
    area: float
    lower: float
    upper: float
    at_random: float
    at_best: float


def risk_coverage(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    *,
    samples: int,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
) -> RiskCoverage:
    """Share of errors against the share of patients that a model decides.

    A patient is called true progression from a score of 0.5 on; certainty is the distance of
    the score to 0.5.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
        Probabilities.
    samples : int
        Resamples of the patients; 0 for no bands (NaN).
    rng : numpy.random.Generator
    confidence_level : float, default 0.95
        Of the bands, at each coverage by itself.

    Raises
    ------
    UndefinedMetricError
        If there is no patient, or the number of resamples or the level is impossible.

    References
    ----------
    El-Yaniv and Wiener, JMLR 2010;11:1605-1641.
    """
    truth, score = check_scores(y_true, y_score)
    if truth.size == 0 or samples < 0 or not 0 < confidence_level < 1:
        raise UndefinedMetricError(
            f"{truth.size} patients, {samples} resamples, level {confidence_level}; expected "
            "patients, none or more resamples, and a level between 0 and 1, like 0.95"
        )
    wrong = (score >= HALF) != truth
    levels, group = np.unique(-np.abs(score - HALF).round(CERTAINTY_DIGITS), return_inverse=True)
    n, belongs = len(truth), (group[:, None] == np.arange(len(levels))).astype(np.float64)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=samples)
    weights = np.vstack([np.ones(n), counts]).astype(np.float64)  # first row: as they are
    kept, errors = (
        np.pad((weights @ each).cumsum(axis=1), ((0, 0), (1, 0)))
        for each in (belongs, belongs * wrong[:, None])
    )
    every = np.arange(1, n + 1)
    at_every = np.array(
        [np.interp(every, one, of) / every for one, of in zip(kept, errors, strict=True)]
    )
    shown = kept[0, 1:].astype(int)
    tails = [(1 - confidence_level) / 2, (1 + confidence_level) / 2]
    drawn = at_every[1:] if samples else np.full((1, n), np.nan)
    lower, upper = np.quantile(drawn[:, shown - 1], tails, axis=0)
    columns = (shown, shown / n, errors[0, 1:].astype(int), at_every[0, shown - 1], lower, upper)
    area_lower, area_upper = np.quantile(drawn.mean(axis=1), tails)
    best = np.clip(every - (n - wrong.sum()), 0, None) / every
    return RiskCoverage(
        pd.DataFrame(dict(zip(CURVE, columns, strict=True))),
        float(at_every[0].mean()),
        float(area_lower),
        float(area_upper),
        float(wrong.mean()),
        float(best.mean()),
    )
