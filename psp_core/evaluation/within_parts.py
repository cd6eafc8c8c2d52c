"""AUCs of several models on the same patients, each patient scored in one part of each draw.

Scores of different parts come from different models and are never ranked together: pairs are
counted within a part, over all draws. Resamples of the patients are the same for all models, so
their differences are paired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psp_core.errors import UndefinedMetricError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PartScores:
    """Scores of one model.

    Attributes
    ----------
    scores : float array, shape (draws, n)
        NaN where a patient has no score in a draw.
    parts : int array, shape (draws, n)
        Which model of the draw scored each patient.
    """

    scores: Floats
    parts: npt.NDArray[np.int64]


def resampled_aucs(
    y_true: npt.ArrayLike,
    models: Mapping[str, PartScores],
    *,
    samples: int,
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """AUC of every model: of all patients, then of each resample, the same for all models.

    Parameters
    ----------
    y_true : bool array, shape (n,)
        True for true progression.
    models : mapping of str to PartScores
    samples : int
        Bootstrap samples, stratified by class.
    rng : numpy.random.Generator

    Returns
    -------
    dict of str to float array, shape (samples + 1,)
        NaN throughout for a model without a pair of both classes.

    Raises
    ------
    UndefinedMetricError
        If not both classes are there.

    Notes
    -----
    The resamples are of patients, given the fitted models. Where halves take turns, whoever is
    scored has trained the other half's model, which no resampling of scores can tell.
    """
    truth = np.asarray(y_true, dtype=bool)
    if truth.all() or not truth.any():
        raise UndefinedMetricError(
            f"all {len(truth)} scored patients are of one class; an AUC needs both: score more"
        )
    counts = [
        rng.multinomial(n, np.full(n, 1 / n), size=samples)
        for n in (int(truth.sum()), int((~truth).sum()))
    ]
    of_positive, of_negative = (
        np.vstack([np.ones(some.shape[1]), some]).astype(np.float64) for some in counts
    )
    found = {}
    for name, model in models.items():
        wins, pairs = _pairs(truth, model)
        won = ((of_positive @ wins) * of_negative).sum(axis=1)
        with np.errstate(invalid="ignore"):
            found[name] = won / ((of_positive @ pairs) * of_negative).sum(axis=1)
    return found


def _pairs(truth: npt.NDArray[np.bool_], model: PartScores) -> tuple[Floats, Floats]:
    """Won pairs (ties one half) and all pairs of a positive (rows) and a negative patient."""
    wins = np.zeros((int(truth.sum()), int((~truth).sum())))
    pairs = np.zeros_like(wins)
    for scores, parts in zip(model.scores, model.parts, strict=True):
        apart = np.sign(scores[truth][:, None] - scores[~truth])
        together = (parts[truth][:, None] == parts[~truth]) & np.isfinite(apart)
        wins += np.where(together, (np.nan_to_num(apart) + 1) / 2, 0.0)
        pairs += together
    return wins, pairs
