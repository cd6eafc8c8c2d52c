"""Pairs of models on the patients that both score: DeLong's test, Holm-corrected by set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.comparison import Alternative, Comparison, delong_test, holm
from psp_core.evaluation.internal import internal_difference
from psp_core.evaluation.predictions import PATIENT, VALIDATION, first_repetition, judged

FIRST, SECOND = "_first", "_second"
COLUMNS = (
    *("split", "dataset", "first_model", "second_model", "n"),
    *(*(field.name for field in fields(Comparison)), "note", "p_holm"),
)


def compare_pairs(
    predictions: pd.DataFrame,
    pairs: Iterable[tuple[str, str]],
    *,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Compare pairs of models on every set of patients, on the patients that both score.

    External sets: the soft votes by paired DeLong. The training cohort: the means of
    within-fold AUCs, with a widened variance (`internal.internal_difference`). Holm's
    correction is over all comparisons of one set; models that are not there are passed over.

    Parameters
    ----------
    predictions : DataFrame
        See `predictions.check_predictions`; the first repetition is compared.
    pairs : iterable of (first, second)
        Names in ``model``.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`: the fields of `comparison.Comparison`, NaN where the two
        cannot be compared, for the reason in ``note``.
    """
    asked, rows = tuple(pairs), []
    speaking = judged(first_repetition(predictions))
    for (split, dataset), part in speaking.groupby(["split", "dataset"], sort=True):
        by_model = {str(name): one for name, one in part.groupby("model")}
        for one, two in asked:
            if {one, two} <= set(by_model):
                names = {"split": split, "dataset": dataset, "first_model": one}
                both = paired(by_model[one], by_model[two])
                found = compared(both, confidence_level=confidence_level)
                rows.append({**names, "second_model": two, **found})
    return corrected(rows)


def paired(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Scores and thresholds of two models side by side, one row per patient that both score.

    Parameters
    ----------
    first, second : DataFrame
        Rows of one model each, see `predictions.judged`.

    Returns
    -------
    DataFrame
        ``y_true, fold, split, y_score`` and ``threshold`` with the endings `FIRST`, `SECOND`.
    """
    keys = [*PATIENT, "seed", "fold", "y_true", "split"]
    values = [*keys, "y_score", "threshold"]
    return first[values].merge(second[values], on=keys, suffixes=(FIRST, SECOND))


def compared(
    both: pd.DataFrame, *, alternative: Alternative = "two-sided", confidence_level: float = 0.95
) -> dict[str, Any]:
    """Compare the two scores of `paired`: the columns from ``n`` to ``note``.

    NaN, and the reason in ``note``, where they cannot be compared.
    """
    scores = (both["y_true"], both[f"y_score{FIRST}"], both[f"y_score{SECOND}"])
    try:
        found = (
            internal_difference(
                *scores, both["fold"], alternative=alternative, confidence_level=confidence_level
            )
            if (both["split"] == VALIDATION).all()
            else delong_test(*scores, alternative=alternative, confidence_level=confidence_level)
        )
    except UndefinedMetricError as error:
        return not_compared(len(both), str(error))
    return {"n": len(both), **asdict(found), "note": ""}


def not_compared(n: int, reason: str) -> dict[str, Any]:
    """What `compared` gives where there is nothing to compare with."""
    return {"n": n, **asdict(Comparison(*[math.nan] * 8)), "note": reason}


def corrected(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Comparisons as a table, set by set, with ``p_holm`` over those of a set."""
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    if table.empty:
        return table
    ordered = table.sort_values(["split", "dataset"], kind="stable")
    by_set = ordered.groupby(["split", "dataset"])["p_value"]
    return ordered.assign(p_holm=by_set.transform(holm))
