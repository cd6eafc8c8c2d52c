"""Predictions to the table of abstention: what cross-conformal sets do on every further set."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.conformal import (
    COVERED,
    FIGURES,
    cross_conformal,
    judge_sets,
    prediction_sets,
    smallest_alpha,
)
from psp_core.evaluation.predictions import (
    ARM,
    SET,
    SOFT_VOTE,
    VALIDATION,
    check_predictions,
    first_repetition,
)
from psp_core.evaluation.rates import Rate, proportion

ABSTENTION = (
    *(*SET, "alpha", "figure", *(field.name for field in fields(Rate))),
    *("n_calibration", "smallest_alpha"),
)


def abstention_table(
    predictions: pd.DataFrame, *, alpha: float, confidence_level: float = 0.95
) -> pd.DataFrame:
    """What class-conditional cross-conformal sets do on every set that no model was trained on.

    An arm without held-out scores of both classes, or without scores of all its fold models,
    cannot be calibrated: its figures are of nobody, and ``note`` says why.

    Returns
    -------
    DataFrame
        `ABSTENTION`, a row for each of `conformal.FIGURES`; ``n_calibration`` and
        ``smallest_alpha`` are those of the class, and missing for what is of no class.

    Raises
    ------
    TableError
        If the predictions have faults.
    """
    first = first_repetition(check_predictions(predictions))
    rows = []
    for arm, part in first.groupby(list(ARM), sort=False):
        own = part[part["split"] == VALIDATION]
        reach = dict(zip(COVERED, smallest_alpha(own["y_true"]).values(), strict=True))
        for (split, dataset), new in part[part["split"] != VALIDATION].groupby(
            ["split", "dataset"], sort=False
        ):
            members = new[new["member"] != SOFT_VOTE]
            wide = members.pivot_table(
                index=["subject_id", "y_true"], columns="fold", values="y_score"
            )
            try:
                p_values = cross_conformal(
                    own["y_true"], own["y_score"], own["fold"], _by_fold(wide)
                )
                sets = prediction_sets(p_values, alpha)
                truth = wide.index.get_level_values("y_true").to_numpy(dtype=bool)
                found = judge_sets(truth, sets, confidence_level=confidence_level)
            except UndefinedMetricError as error:
                found = dict.fromkeys(FIGURES, proportion(0, 0, note=str(error)))
            for name, rate in found.items():
                key = dict(zip(SET, (*arm, split, dataset), strict=True))
                smallest = reach.get(name, math.nan)
                rows.append(
                    {
                        **key,
                        "alpha": alpha,
                        "figure": name,
                        **asdict(rate),
                        "n_calibration": round(1 / smallest) - 1 if name in reach else math.nan,
                        "smallest_alpha": smallest,
                    }
                )
    return pd.DataFrame(rows, columns=list(ABSTENTION))


def _by_fold(wide: pd.DataFrame) -> Mapping[int, Any]:
    """Scores by fold, of the folds that scored every patient."""
    whole = wide.dropna(axis=1)
    return {int(number): whole[number].to_numpy() for number in whole.columns}
