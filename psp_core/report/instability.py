"""How far a model's AUC, and the order of two models, depend on the split and the seed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from psp_core.errors import TableError, UndefinedMetricError
from psp_core.evaluation.internal import internal_auc
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.predictions import VALIDATION, check_predictions, judged
from psp_core.report.formatting import decimal, words
from psp_core.report.over_seeds import differences_over_seeds
from psp_core.report.results_table import HELD_OUT

PLACE = ("split", "dataset")
REPEATED = (*PLACE, "model", "seed", "auc")
TIE_DIGITS = 12  # of a difference; less is rounding, and neither is better
ORDERS = (*PLACE, "first_model", "second_model", "n", "n_first_better", "n_second_better")


def repeated_aucs(predictions: pd.DataFrame) -> pd.DataFrame:
    """AUC of every model in every repetition, as `summary.results_summary` takes it.

    Parameters
    ----------
    predictions : DataFrame
        See `predictions.check_predictions`; `seed` is the repetition.

    Returns
    -------
    DataFrame
        `REPEATED`, the training cohort first; NaN where a set has one class.

    Raises
    ------
    TableError
        If the predictions have faults.
    """
    speaking = judged(check_predictions(predictions))
    rows = []
    keys = [*PLACE, "model", "seed"]
    for key, part in speaking.groupby(keys, sort=False):
        values = dict(zip(keys, key, strict=True))
        rows.append({**values, "auc": _area(part, values["split"])})
    table = pd.DataFrame(rows, columns=list(REPEATED))
    return table.sort_values(["split", "dataset"], ascending=[False, True], kind="stable")


def order_changes(predictions: pd.DataFrame) -> pd.DataFrame:
    """In how many repetitions which of two models is the better, for all pairs.

    Returns
    -------
    DataFrame
        `ORDERS`; neither is better in the rest of ``n`` repetitions.
    """
    speaking = judged(predictions)
    models = list(dict.fromkeys(speaking["model"]))
    apart = differences_over_seeds(speaking, list(combinations(models, 2)))
    apart["difference"] = apart["difference"].astype(float).round(TIE_DIGITS)
    groups = apart.groupby([*PLACE, "first_model", "second_model"], sort=False)["difference"]
    counts = groups.agg(
        n="size",
        n_first_better=lambda values: int((values > 0).sum()),
        n_second_better=lambda values: int((values < 0).sum()),
    ).reset_index()
    return counts[list(ORDERS)].sort_values(
        ["split", "dataset"], ascending=[False, True], kind="stable", ignore_index=True
    )


def format_repeated(aucs: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Write `repeated_aucs`: least, median and greatest of each model on each set."""
    rows = []
    for (split, dataset, model), part in aucs.groupby([*PLACE, "model"], sort=False):
        known = part["auc"].dropna()
        rows.append(
            {
                "patients": _patients(str(split), str(dataset)),
                "model": titles.get(str(model), str(model)),
                "repetitions": len(known),
                "least AUC": decimal(float(known.min())),
                "median": decimal(float(known.median())),
                "greatest": decimal(float(known.max())),
            }
        )
    return pd.DataFrame(rows)


def format_orders(orders: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Write `order_changes`: a change is a repetition of the rarer order."""
    rows = [
        {
            "patients": _patients(row["split"], row["dataset"]),
            "first": titles.get(row["first_model"], row["first_model"]),
            "second": titles.get(row["second_model"], row["second_model"]),
            "first is better": f"{row['n_first_better']} of {row['n']}",
            "second is better": f"{row['n_second_better']} of {row['n']}",
            "order changes": f"{min(row['n_first_better'], row['n_second_better'])} of {row['n']}",
        }
        for row in orders.to_dict("records")
    ]
    return pd.DataFrame(rows)


def plot_repeated(aucs: pd.DataFrame, titles: Mapping[str, str]) -> list[Axes]:
    """Draw every repetition as a point, one panel per set of patients, the median as a line.

    Raises
    ------
    TableError
        If no set has an AUC.
    """
    known = aucs.dropna(subset=["auc"])
    if known.empty:
        raise TableError("repetitions", ["no set has an AUC; look at the failures of the fits"])
    places = list(known.groupby(list(PLACE), sort=False))
    models = list(dict.fromkeys(known["model"]))
    _, grid = plt.subplots(
        1, len(places), figsize=(2 + 2.6 * len(places), 1.2 + 0.4 * len(models)),
        sharey=True, squeeze=False, layout="constrained",
    )  # fmt: skip
    rng = np.random.default_rng(0)  # only parts points that would lie on each other
    for ax, ((split, dataset), part) in zip(grid[0], places, strict=True):
        for row, model in enumerate(models):
            values = part.loc[part["model"] == model, "auc"].to_numpy()
            if values.size:
                heights = row + rng.uniform(-0.15, 0.15, size=values.size)
                ax.plot(values, heights, "o", markersize=4, alpha=0.6, color=f"C{row}")
                ax.plot([np.median(values)] * 2, [row - 0.3, row + 0.3], color="black")
        ax.axvline(0.5, color="grey", linewidth=0.8, linestyle=":")
        ax.set(xlim=(-0.02, 1.02), xlabel="AUC", ylim=(len(models) - 0.5, -0.5))
        ax.set_xticks([0, 0.5, 1])
        ax.set_title(_patients(str(split), str(dataset)).replace(", ", "\n"), fontsize=9)
    grid[0][0].set_yticks(range(len(models)), [titles.get(name, name) for name in models])
    return list(grid[0])


def _patients(split: str, dataset: str) -> str:
    return words(dataset) + (f", {HELD_OUT}" if split == VALIDATION else "")


def _area(rows: pd.DataFrame, split: object) -> float:
    try:
        if split == VALIDATION:
            return internal_auc(rows["y_true"], rows["y_score"], rows["fold"]).auc
        return auc(rows["y_true"], rows["y_score"])
    except UndefinedMetricError:
        return float("nan")
