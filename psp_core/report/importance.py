"""Importance of the variables as a figure and tables, as in the paper's Fig. 3."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy.stats import spearmanr

from psp_core.explain.importance import fold_means
from psp_core.explain.stability import agreement
from psp_core.report.formatting import NAMES, NOT_KNOWN, decimal

COLOUR = "#3f6fb2"
PRINTED = {
    "days_since_rt": "the greatest influence",
    "min_dose_gy": "most relevant of the doses",
    "d98_gy": "most relevant of the doses",
    "idh_status": "the least impact",
}
"""What the text of Gomaa 2025 says of Fig. 3; the figure's other places are not in the text."""


def player_name(player: str) -> str:
    """What a reader calls a player."""
    return {"image": "MRI", "dose": "all doses together", "sex": "sex"}.get(
        player, NAMES.get(player, player)
    )


def plot_importance(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the mean absolute Shapley value of each player, and a dot for each fold.

    Parameters
    ----------
    table : DataFrame
        Of `study.explained.explain_run`, of one model and one kind of players.
    """
    folds = fold_means(table)
    order = folds.mean(axis=0).sort_values(ascending=False).index
    if ax is None:
        _, ax = plt.subplots(figsize=(6.4, 0.32 * len(order) + 1.0), layout="constrained")
    places = np.arange(len(order))
    ax.barh(places, folds[order].mean(axis=0), color=COLOUR, alpha=0.45)
    for place, player in enumerate(order):
        values = np.sort(folds[player].to_numpy())
        aside = 0.2 * np.cos(np.pi * np.arange(len(values)))
        ax.scatter(values, place + aside, s=10, color="0.25", linewidths=0)
    ax.set_yticks(places, [player_name(str(player)) for player in order])
    ax.invert_yaxis()
    ax.set(xlabel="mean |Shapley value|, logit of true progression")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def importance_table(table: pd.DataFrame, known: pd.DataFrame | None = None) -> pd.DataFrame:
    """Ranks of the players, beside what the paper says and what is known of phantoms.

    Parameters
    ----------
    table : DataFrame
        As in `plot_importance`.
    known : DataFrame, optional
        Known log likelihood ratios by player, one row per patient; empty: not known.
    """
    folds = fold_means(table)
    means = folds.mean(axis=0).sort_values(ascending=False)
    rows = pd.DataFrame(
        {
            "rank": range(1, len(means) + 1),
            "variable": [player_name(str(player)) for player in means.index],
            "mean |Shapley value|": [decimal(value) for value in means],
            "over folds": [
                f"{decimal(folds[player].min())} to {decimal(folds[player].max())}"
                for player in means.index
            ],
            "Gomaa 2025, Fig. 3": [PRINTED.get(str(one), NOT_KNOWN) for one in means.index],
        }
    )
    if known is None or known.empty:
        return rows
    return rows.assign(**{"known mean |log likelihood ratio|": [
        decimal(value) for value in known_sizes(known).reindex(means.index)
    ]})  # fmt: skip


def known_sizes(known: pd.DataFrame) -> pd.Series:
    """Mean absolute distance of each player's known log likelihood ratio to its mean."""
    values = known.drop(columns=["dataset", "subject_id"], errors="ignore")
    sizes: pd.Series = (values - values.mean()).abs().mean()
    return sizes


def known_agreement(table: pd.DataFrame, known: pd.DataFrame) -> float:
    """Spearman correlation of the found with the known sizes, over players that both have."""
    found = fold_means(table).mean(axis=0)
    sizes = known_sizes(known).reindex(found.index)
    there = sizes.notna().to_numpy()
    return float(spearmanr(found[there], sizes[there]).statistic)


def stability_table(table: pd.DataFrame, *, top: int) -> pd.DataFrame:
    """Agreement of the folds' rankings, per repetition and over all.

    Parameters
    ----------
    table : DataFrame
        As in `plot_importance`.
    top : int
        M, the first variables that are compared; the image is no variable.
    """
    folds = fold_means(table[table["player"] != "image"])
    parts = {f"repetition {seed}": part for seed, part in folds.groupby(level="seed")}
    if len(parts) > 1:
        parts["all"] = folds
        parts["means of repetitions"] = folds.groupby(level="seed").mean()
    rows = []
    for name, part in parts.items():
        found = agreement(part.to_numpy(), top=min(top, part.shape[1]))
        rows.append(
            {
                "rankings": f"{name} ({found.rankings})",
                "Kendall's W": decimal(found.kendall_w, 2),
                "mean Spearman": decimal(found.mean_spearman, 2),
                f"shared of the first {top}": decimal(found.top_overlap, 2),
                "by chance": decimal(found.top_by_chance, 2),
            }
        )
    return pd.DataFrame(rows)
