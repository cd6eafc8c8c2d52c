"""A test set that has a score in place of a label, once per cut of the score."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from psp_core.cohorts.stored import stored_scores
from psp_core.cohorts.upenn_gbm_cuts import Cut, apply_cut
from psp_core.evaluation.predictions import KEY, check_predictions
from psp_core.runs import Run

SCORED = "upenn_gbm"
LARGEST = 6


def by_cuts(predictions: pd.DataFrame, scores: pd.DataFrame, cuts: Iterable[Cut]) -> pd.DataFrame:
    """Put in place of the scored set one set per cut, without the scans of mixed tissue.

    Parameters
    ----------
    predictions : DataFrame
        See `evaluation.predictions`.
    scores : DataFrame
        See `upenn_gbm.read_scores`.
    cuts : iterable of (int, int)
        Largest score of pseudoprogression, smallest of true progression.

    Returns
    -------
    DataFrame
        A predictions table; ``y_true`` of the new sets is that of the cut.

    Raises
    ------
    ConfigError
        If a cut does not part the scores.
    """
    is_scored = predictions["dataset"] == SCORED
    scored = predictions[is_scored]
    parts = [predictions[~is_scored]]
    for cut in cuts if len(scored) else ():
        chosen = apply_cut(scored, scores, cut)
        parts.append(chosen[predictions.columns].assign(dataset=name_of(cut)))
    table = pd.concat(parts, ignore_index=True)
    table["y_true"] = table["y_true"].astype(bool)
    return check_predictions(table.sort_values(list(KEY), ignore_index=True))


def reported(run: Run, predictions: pd.DataFrame) -> pd.DataFrame:
    """Predictions of a run as its tables show them, see `by_cuts`; errors as `stored_scores`."""
    scores = stored_scores(run)
    return (
        predictions if scores is None else by_cuts(predictions, scores, run.params.upenn_gbm.cuts)
    )


def name_of(cut: Cut) -> str:
    """What a table calls the set under a cut."""
    last, first = cut
    low = "1" if last == 1 else f"1 to {last}"
    high = str(LARGEST) if first == LARGEST else f"{first} to {LARGEST}"
    return f"{SCORED}, score {low} against {high}"


def collection_of(dataset: str) -> str:
    """Name of the collection behind a set of a results table, whatever its cut."""
    return SCORED if dataset.startswith(f"{SCORED},") else dataset
