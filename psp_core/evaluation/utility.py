"""What acting on a score is worth: net benefit and the decision curve.

Whoever scores at or above the threshold is treated as true progression (salvage treatment, a
second operation); the others wait. The threshold is the exchange rate of the two errors: at t,
treating one pseudoprogression costs t / (1 - t) of what leaving one true progression untreated
costs. At 0.2, four needless treatments weigh as much as one that comes too late.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.bootstrap import SMALLEST_WIDTH
from psp_core.evaluation.metrics import check_scores

Floats = npt.NDArray[np.float64]
CURVE = (
    *("threshold", "needless_per_missed", "n", "n_treated", "net_benefit", "lower", "upper"),
    *("treat_all", "treat_none", "gain", "gain_lower", "gain_upper"),
)


def net_benefit(y_true: npt.ArrayLike, y_score: npt.ArrayLike, thresholds: npt.ArrayLike) -> Floats:
    """Net benefit of treating whoever scores at or above each threshold.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, shape (n,)
        True for true progression.
    y_score : array-like of float, shape (n,)
        Probabilities.
    thresholds : array-like of float, shape (t,)
        Between 0 and 1, both excluded.

    Returns
    -------
    float array, shape (t,)
        Share of rightly treated patients, less that of needlessly treated ones at the
        exchange rate of the threshold. Treating nobody is 0.

    Raises
    ------
    UndefinedMetricError
        If there is no patient, or a threshold or a score is not what is expected.

    References
    ----------
    Vickers and Elkin, Medical Decision Making 2006;26:565-574.
    """
    return np.asarray(_worth(y_true, y_score, thresholds).mean(axis=0))


def decision_curve(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    thresholds: npt.ArrayLike,
    *,
    samples: int,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Net benefit beside treating all and treating nobody, with bootstrap bands.

    Patients are drawn with replacement, both classes together: the share of true progression
    is a part of the net benefit and is not known either.

    Parameters
    ----------
    y_true, y_score, thresholds
        See `net_benefit`.
    samples : int
        Resamples of the patients; 0 for no bands.
    rng : numpy.random.Generator
    confidence_level : float, default 0.95
        Of the bands, at each threshold by itself.

    Returns
    -------
    DataFrame
        `CURVE`. ``gain`` is the model less the better of the two that need no model;
        ``needless_per_missed`` is (1 - t) / t. Bands are NaN without resamples, and where all
        resamples agree (nobody or everybody is treated).

    Raises
    ------
    UndefinedMetricError
        See `net_benefit`; or if the number of resamples or the level is impossible.
    """
    if samples < 0 or not 0 < confidence_level < 1:
        raise UndefinedMetricError(
            f"{samples} resamples, level {confidence_level}; expected none or more, and a level "
            "between 0 and 1, like 0.95"
        )
    worth = _worth(y_true, y_score, thresholds)
    of_all = _worth(y_true, np.ones(len(worth)), thresholds)
    n, cuts = len(worth), np.asarray(thresholds, dtype=np.float64)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=samples)
    weights = np.vstack([np.ones(n), counts]) / n  # first row: the patients as they are
    model, treat_all = weights @ worth, weights @ of_all
    gain = model - np.maximum(treat_all, 0)
    bounds = [np.full((2, len(cuts)), np.nan)] * 2
    if samples:
        tail = (1 - confidence_level) / 2
        bounds = [_bounds(drawn[1:], [tail, 1 - tail]) for drawn in (model, gain)]
    (lower, upper), (gain_lower, gain_upper) = bounds
    treated = (np.asarray(y_score, dtype=np.float64)[:, None] >= cuts).sum(axis=0)
    columns = (
        *(cuts, (1 - cuts) / cuts, n, treated, model[0], lower, upper),
        *(treat_all[0], np.zeros(len(cuts)), gain[0], gain_lower, gain_upper),
    )
    return pd.DataFrame(dict(zip(CURVE, columns, strict=True)))


def _bounds(drawn: Floats, tails: list[float]) -> Floats:
    """Percentiles over resamples, shape (2, t); none where a band would have no width."""
    found = np.quantile(drawn, tails, axis=0)
    return np.where(found[1] - found[0] > SMALLEST_WIDTH, found, np.nan)


def _worth(y_true: npt.ArrayLike, y_score: npt.ArrayLike, thresholds: npt.ArrayLike) -> Floats:
    """What each patient adds to the net benefit at each threshold, shape (n, t)."""
    truth, score = check_scores(y_true, y_score)
    cuts = np.asarray(thresholds, dtype=np.float64)
    if truth.size == 0:
        raise UndefinedMetricError("no patients: a net benefit needs at least one")
    if cuts.ndim != 1 or not ((cuts > 0) & (cuts < 1)).all():
        raise UndefinedMetricError(
            f"thresholds {cuts.tolist()}; expected a list of probabilities between 0 and 1, both "
            "excluded: at 1 a needless treatment would cost without bound"
        )
    if ((score < 0) | (score > 1)).any():
        raise UndefinedMetricError(
            f"scores run from {score.min():g} to {score.max():g}; a threshold of risk needs "
            "probabilities between 0 and 1: calibrate them first"
        )
    value = np.where(truth[:, None], 1.0, -cuts / (1 - cuts))
    return np.asarray((score[:, None] >= cuts) * value)
