"""How often a difference has its sign, over repetitions of the whole study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from psp_core.evaluation.internal import internal_auc
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.predictions import PATIENT, SOFT_VOTE, VALIDATION
from psp_core.report.formatting import decimal, words

COLUMNS = ("split", "dataset", "first_model", "second_model", "seed", "difference")


def differences_over_seeds(
    predictions: pd.DataFrame, pairs: Iterable[tuple[str, str]]
) -> pd.DataFrame:
    """Difference of two models' AUCs in every repetition that both have.

    Parameters
    ----------
    predictions : DataFrame
        See `evaluation.predictions`; soft votes of external sets, held-out folds of the training
        cohort.
    pairs : iterable of (first, second)

    Returns
    -------
    DataFrame
        `COLUMNS`; first minus second, on the patients that both score.
    """
    judged = predictions[
        (predictions["split"] == VALIDATION) | (predictions["member"] == SOFT_VOTE)
    ]
    rows = []
    for (split, dataset, seed), part in judged.groupby(["split", "dataset", "seed"], sort=True):
        by_model = dict(list(part.groupby("model")))
        for one, two in pairs:
            if not {one, two} <= set(by_model):
                continue
            second = by_model[two][[*PATIENT, "y_score"]]
            both = by_model[one].merge(second, on=list(PATIENT), suffixes=("", "_second"))
            if both["y_true"].nunique() == 2:
                difference = _area(both, "y_score") - _area(both, "y_score_second")
                rows.append((split, dataset, one, two, seed, difference))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def format_over_seeds(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Write `differences_over_seeds`: median, range and how often the first was the better."""
    rows = []
    keys = ["split", "dataset", "first_model", "second_model"]
    for names, part in table.groupby(keys, sort=False):
        split, dataset, one, two = (str(name) for name in names)
        found = part["difference"]
        rows.append(
            {
                "patients": words(dataset) + (", held-out folds" if split == VALIDATION else ""),
                "first": titles.get(one, one),
                "second": titles.get(two, two),
                "difference of AUCs, median": decimal(float(found.median())),
                "least to greatest": f"{decimal(found.min())} to {decimal(found.max())}",
                "first is better": f"{int((found > 0).sum())} of {len(found)}",
            }
        )
    return pd.DataFrame(rows)


def _area(rows: pd.DataFrame, score: str) -> float:
    if rows["split"].iloc[0] == VALIDATION:
        return internal_auc(rows["y_true"], rows[score], rows["fold"]).auc
    return auc(rows["y_true"], rows[score])
