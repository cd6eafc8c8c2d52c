"""ROC curves of an arm: fold models thin, their mean, the soft vote with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from sklearn.metrics import roc_curve

from psp_core.evaluation.predictions import SOFT_VOTE, VALIDATION, first_repetition
from psp_core.report.formatting import words

COLOURS = {"vote": "#0072b2", "mean": "#d55e00", "fold": "0.75", "chance": "0.6"}
GRID = np.linspace(0, 1, 201)
PANELS_PER_ROW = 3
TITLE_WIDTH = 46  # characters of a row of intervals
PANEL_WIDTH = 32  # characters above a panel


def plot_roc(
    predictions: pd.DataFrame, result: Mapping[str, float], *, title: str, ax: Axes | None = None
) -> Axes:
    """Draw one arm on one set of patients.

    Parameters
    ----------
    predictions : DataFrame
        Rows of one model, one set of patients and one repetition.
    result : mapping
        Its row of `summary.results_summary`: the AUC in the legend is exact, not the area
        under the drawn mean.
    title : str
    ax : Axes, optional
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(2.8, 2.9), layout="constrained")
    ax.plot([0, 1], [0, 1], color=COLOURS["chance"], linestyle=":", linewidth=0.8)
    heights = []
    for _, part in predictions[predictions["member"] != SOFT_VOTE].groupby("fold"):
        if part["y_true"].nunique() == 2:
            false_rate, true_rate, _ = roc_curve(part["y_true"], part["y_score"])
            ax.plot(false_rate, true_rate, color=COLOURS["fold"], linewidth=0.7)
            heights.append(np.interp(GRID, false_rate, true_rate))
    if heights:
        mean, sd = result["fold_auc_mean"], result["fold_auc_sd"]
        label = f"folds {mean:.3f}" + ("" if np.isnan(sd) else f" ± {sd:.3f}")
        curve = np.concatenate([[0.0], np.mean(heights, axis=0)])
        ax.plot([0.0, *GRID], curve, color=COLOURS["mean"], linewidth=1.2, label=label)
    vote = predictions[predictions["member"] == SOFT_VOTE]
    has_interval = not np.isnan(result["lower"])
    bounds = f" ({result['lower']:.2f} to {result['upper']:.2f})" if has_interval else ""
    if vote["y_true"].nunique() == 2:
        false_rate, true_rate, _ = roc_curve(vote["y_true"], vote["y_score"])
        label = f"vote {result['auc']:.3f}{bounds}"
        ax.plot(false_rate, true_rate, color=COLOURS["vote"], linewidth=1.8, label=label)
    elif has_interval:
        ax.plot([], [], linestyle="none", label=f"interval {result['auc']:.3f}{bounds}")
    ax.set(xlabel="1 − specificity", ylabel="Sensitivity", xlim=(0, 1), ylim=(0, 1.01))
    ax.set_aspect("equal")
    ax.set_title(fill(title, PANEL_WIDTH), fontsize=8)
    if heights or vote["y_true"].nunique() == 2:
        ax.legend(
            fontsize=6.5, loc="lower right", handlelength=1.2, framealpha=0.85, edgecolor="none"
        )
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def roc_panels(
    predictions: pd.DataFrame, summary: pd.DataFrame, titles: Mapping[str, str], *, dataset: str
) -> list[Axes]:
    """Draw every model on one set of patients, a panel each, in the order of `titles`."""
    rows = first_repetition(predictions[predictions["dataset"] == dataset])
    records = summary[summary["dataset"] == dataset].to_dict("records")
    results = {str(row["model"]): {str(key): row[key] for key in row} for row in records}
    shown = [name for name in titles if name in results]
    n_rows = max(1, -(-len(shown) // PANELS_PER_ROW))
    size = (2.6 * PANELS_PER_ROW, 2.75 * n_rows)
    figure, axes = plt.subplots(
        n_rows, PANELS_PER_ROW, figsize=size, layout="constrained", squeeze=False
    )
    flat = list(axes.ravel())
    for ax, name in zip(flat, shown, strict=False):
        plot_roc(rows[rows["model"] == name], results[name], title=titles[name], ax=ax)
    for ax in flat[len(shown) :]:
        figure.delaxes(ax)
    return flat[: len(shown)]


def plot_auc_intervals(
    summary: pd.DataFrame, titles: Mapping[str, str], *, ax: Axes | None = None
) -> Axes:
    """Draw the AUC of every model with its interval, a colour for each set of patients."""
    names = [name for name in titles if (summary["model"] == name).any()]
    sets = list(dict.fromkeys(zip(summary["split"], summary["dataset"], strict=True)))
    if ax is None:
        size = (7.6, 0.8 + (0.22 + 0.06 * len(sets)) * len(names))
        _, ax = plt.subplots(figsize=size, layout="constrained")
    sets.sort(key=lambda one: (one[0] != VALIDATION, one[1] != "external", one[1]))
    colours = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "0.5")
    step = min(0.22, 0.8 / max(1, len(sets)))
    for place, ((split, dataset), colour) in enumerate(zip(sets, cycle(colours), strict=False)):
        part = summary[(summary["split"] == split) & (summary["dataset"] == dataset)]
        rows = part.set_index("model").reindex(names)
        height = np.arange(len(names)) + step * (place - (len(sets) - 1) / 2)
        ax.hlines(height, rows["lower"], rows["upper"], color=colour, linewidth=1.4)
        label = f"{words(dataset)}, {'held-out folds' if split == VALIDATION else 'soft vote'}"
        ax.scatter(rows["auc"], height, s=16, color=colour, label=label, zorder=3)
    ax.axvline(0.5, color="0.6", linestyle=":", linewidth=0.8)
    labels = [fill(titles[name], TITLE_WIDTH) for name in names]
    ax.set_yticks(range(len(names)), labels, fontsize=7.5)
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.invert_yaxis()
    least = min(0.2, float(summary["auc"].min()) - 0.02) if len(summary) else 0.2
    ax.set(xlabel="AUC", xlim=(max(0.0, least), 1.0))
    if sets:
        handles, names_of_sets = ax.get_legend_handles_labels()
        ax.figure.legend(
            handles, names_of_sets, loc="outside upper center", ncols=2, frameon=False, fontsize=7
        )
    ax.spines[["top", "right"]].set_visible(False)
    return ax
