"""Average precision and the chance of an AUC, of every arm on every set of patients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.chance import chance_p_value
from psp_core.evaluation.precision_recall import average_precision, average_precision_interval
from psp_core.evaluation.predictions import SET, VALIDATION, judged
from psp_core.evaluation.summary import sets_of

FIGURES = ("average_precision", "no_skill", "lower", "upper", "p_chance")
PRECISION_SUMMARY = (*SET, "n", "n_true_progression", *FIGURES, "note")
IN_FOLDS = "mean within the folds, whose interval nobody knows"


def precision_summary(
    predictions: pd.DataFrame, *, bootstrap_samples: int, seed: int, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Average precision beside its no-skill value, and the p value of the AUC against chance.

    Takes and raises what `summary.results_summary` does.

    Returns
    -------
    DataFrame
        The columns of `PRECISION_SUMMARY`. Of soft votes with the bootstrap's interval and a
        one-sided p value (`chance.chance_p_value`); of held-out folds the mean over the folds
        that hold both classes, with neither: ranks of different fold models are not compared.
    """
    rows = []
    for key, _, first in sets_of(predictions):
        is_validation = key["split"] == VALIDATION
        speaking = judged(first)
        row: dict[str, Any] = {
            **key,
            "n": len(speaking),
            "n_true_progression": int(speaking["y_true"].sum()),
            **dict.fromkeys(FIGURES, math.nan),
            "note": "",
        }
        try:
            row |= (
                _in_folds(speaking)
                if is_validation
                else _of_vote(speaking, bootstrap_samples, seed, confidence_level)
            )
        except UndefinedMetricError as error:
            row["note"] = str(error)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(PRECISION_SUMMARY))


def _of_vote(rows: pd.DataFrame, samples: int, seed: int, level: float) -> dict[str, Any]:
    scores = (rows["y_true"], rows["y_score"])
    found = average_precision_interval(
        *scores, samples=samples, rng=np.random.default_rng(seed), confidence_level=level
    )
    return {
        "average_precision": found.value,
        "no_skill": found.no_skill,
        "lower": found.lower,
        "upper": found.upper,
        "p_chance": chance_p_value(*scores),
    }


def _in_folds(rows: pd.DataFrame) -> dict[str, Any]:
    folds = [part for _, part in rows.groupby("fold") if part["y_true"].nunique() == 2]
    if not folds:
        raise UndefinedMetricError("no fold holds both classes; take fewer folds")
    values = [average_precision(part["y_true"], part["y_score"]) for part in folds]
    shares = [float(part["y_true"].mean()) for part in folds]
    return {
        "average_precision": float(np.mean(values)),
        "no_skill": float(np.mean(shares)),
        "note": IN_FOLDS,
    }
