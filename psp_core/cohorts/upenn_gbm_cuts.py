"""Where the PsP/TP score of UPENN-GBM is cut into classes: every cut, and what it leaves."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from psp_core.cohorts.upenn_gbm_table import SCORES
from psp_core.errors import ConfigError
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS

Cut = tuple[int, int]
"""Largest score that is pseudoprogression, smallest that is true progression."""

CUTS: tuple[Cut, ...] = ((2, 5), (3, 4), (2, 3), (4, 5))


def apply_cut(table: pd.DataFrame, scores: pd.DataFrame, cut: Cut) -> pd.DataFrame:
    """Label the rows of scored scans by a cut; scans of mixed tissue leave.

    Parameters
    ----------
    table : DataFrame
        ``subject_id`` and ``timepoint``, of this collection alone; a cohort table or a
        table of predictions.
    scores : DataFrame
        From `upenn_gbm.read_scores`.

    Returns
    -------
    DataFrame
        The rows whose score is in a class, in order, with ``label`` and ``y_true`` (bool,
        true progression) put in or replaced.

    Raises
    ------
    ConfigError
        If the cut does not part the scores.
    """
    last, first = checked_cut(cut)
    score = scores.set_index(["subject_id", "timepoint"])["psp_tp_score"]
    keys = pd.MultiIndex.from_frame(table[["subject_id", "timepoint"]])
    values = pd.Series(score.reindex(keys).to_numpy(), index=table.index)
    is_tp = values >= first
    kept = table[(values <= last) | is_tp].copy()
    kept["y_true"] = is_tp[kept.index]
    kept["label"] = kept["y_true"].map({True: POSITIVE_CLASS, False: NEGATIVE_CLASS})
    return kept


def cut_counts(scores: pd.DataFrame, cuts: Sequence[Cut] = CUTS) -> pd.DataFrame:
    """Count the scans of each class for each cut.

    Returns
    -------
    DataFrame
        ``last_pseudoprogression``, ``first_true_progression``, ``n_pseudoprogression``,
        ``n_mixed``, ``n_true_progression``, one row per cut.

    Raises
    ------
    ConfigError
        If a cut does not part the scores.
    """
    score = scores["psp_tp_score"]
    rows = []
    for cut in cuts:
        last, first = checked_cut(cut)
        counts = (int((score <= last).sum()), int((score >= first).sum()))
        rows.append((last, first, counts[0], len(score) - sum(counts), counts[1]))
    columns = ["last_pseudoprogression", "first_true_progression"]
    columns += ["n_pseudoprogression", "n_mixed", "n_true_progression"]
    return pd.DataFrame(rows, columns=columns)


def checked_cut(cut: Cut) -> Cut:
    """Return the cut.

    Raises
    ------
    ConfigError
        If it does not part the scores.
    """
    last, first = cut
    if not SCORES[0] <= last < first <= SCORES[-1]:
        raise ConfigError(
            "upenn_gbm.cuts",
            [f"({last}, {first}) does not part the scores 1 to 6; expected the largest score of "
             "pseudoprogression and a larger one, the smallest of true progression"],
        )  # fmt: skip
    return cut
