"""Drawn tables of equally good models, as a reader of a paper would see them."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

NAMES = {
    "validation_mean": "validation AUC, mean of folds",
    "validation_sd": "validation AUC, SD of folds",
    "test_mean": "test AUC, mean of fold models",
    "test_sd": "test AUC, SD of fold models",
    "vote_auc": "test AUC, soft vote",
    "accuracy": "accuracy, soft vote",
    "sensitivity": "sensitivity, soft vote",
    "specificity": "specificity, soft vote",
}


def format_spread(spread: pd.DataFrame) -> pd.DataFrame:
    """Write `audit.published_looking.figures_spread`: one row per figure, quantiles as columns."""
    levels = [name for name in spread.columns if name != "figure"]
    written = {f"{100 * float(level):g} %": spread[level].map("{:.3f}".format) for level in levels}
    return pd.DataFrame({"figure": spread["figure"].map(NAMES), **written})


def one_table(tables: pd.DataFrame, number: int) -> pd.DataFrame:
    """Write the drawn table `number` in the form in which papers print them."""
    rows = tables[tables["table"] == number].to_dict("records")
    return pd.DataFrame(
        {
            "model": [f"model {row['arm'] + 1}" for row in rows],
            "validation AUC": [
                f"{row['validation_mean']:.3f} ± {row['validation_sd']:.3f}" for row in rows
            ],
            "test AUC, folds": [f"{row['test_mean']:.3f} ± {row['test_sd']:.3f}" for row in rows],
            "soft vote": [f"{row['vote_auc']:.3f}" for row in rows],
            "accuracy": [f"{row['accuracy']:.3f}" for row in rows],
            "sensitivity": [f"{row['sensitivity']:.3f}" for row in rows],
            "specificity": [f"{row['specificity']:.3f}" for row in rows],
        }
    )


def plot_figures(tables: pd.DataFrame, *, true_vote: float, ax: Axes | None = None) -> Axes:
    """Draw how the figures of one and the same model spread over tables."""
    if ax is None:
        _, ax = plt.subplots(figsize=(6.6, 3.2), layout="constrained")
    own = tables[tables["arm"] == 0]
    shown = [name for name in NAMES if not name.endswith("_sd")][::-1]
    ax.boxplot(
        [own[name] for name in shown],
        orientation="horizontal",
        whis=(5, 95),
        showfliers=False,
        widths=0.6,
        medianprops={"color": "#d55e00"},
    )
    ax.set_yticks(range(1, len(shown) + 1), [NAMES[name] for name in shown], fontsize=8)
    ax.axvline(true_vote, color="#0072b2", linewidth=1.0, linestyle="--")
    ax.set(xlabel="Printed figure; dashed: true AUC of the soft vote", xlim=(0, 1))
    ax.spines[["top", "right"]].set_visible(False)
    return ax
