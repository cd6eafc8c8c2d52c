"""Confusion matrices with their counts: soft vote at the frozen threshold."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from psp_core.evaluation.predictions import SOFT_VOTE, VALIDATION, first_repetition

PANELS_PER_ROW = 5
TITLE_WIDTH = 26  # characters
CLASSES = ("TP", "PsP")  # as in the papers' tables: true progression is the positive class


def confusion_counts(predictions: pd.DataFrame, *, dataset: str) -> pd.DataFrame:
    """Counts of each model's decisions on one set of patients, of the first repetition.

    Held-out patients of the training cohort are judged by the fold model that did not see them,
    others by the soft vote; each decision is at the threshold frozen with that model.

    Returns
    -------
    DataFrame
        ``model, true_positives, false_negatives, false_positives, true_negatives``.
    """
    rows = first_repetition(predictions[predictions["dataset"] == dataset])
    rows = rows[(rows["split"] == VALIDATION) | (rows["member"] == SOFT_VOTE)]
    is_called = rows["y_score"] >= rows["threshold"]
    counted = pd.DataFrame(
        {
            "model": rows["model"],
            "true_positives": rows["y_true"] & is_called,
            "false_negatives": rows["y_true"] & ~is_called,
            "false_positives": ~rows["y_true"] & is_called,
            "true_negatives": ~rows["y_true"] & ~is_called,
        }
    )
    return counted.groupby("model", sort=False).sum().reset_index()


def confusion_panels(counts: pd.DataFrame, titles: Mapping[str, str]) -> list[Axes]:
    """Draw `confusion_counts`, a panel a model as `titles` has them; shade: share of the class."""
    by_model = counts.set_index("model")
    shown = [name for name in titles if name in by_model.index]
    if not shown:
        return []
    n_rows = -(-len(shown) // PANELS_PER_ROW)
    figure, grid = plt.subplots(
        n_rows,
        PANELS_PER_ROW,
        figsize=(2.1 * PANELS_PER_ROW, 2.2 * n_rows),
        layout="constrained",
        squeeze=False,
    )
    panels = list(grid.flat)
    for ax, name in zip(panels, shown, strict=False):
        row = by_model.loc[name]
        cells = np.array(
            [
                [row["true_positives"], row["false_negatives"]],
                [row["false_positives"], row["true_negatives"]],
            ]
        )
        _draw(ax, cells, titles[name])
    for ax in panels[len(shown) :]:
        ax.remove()
    figure.supxlabel("called", fontsize=9)
    figure.supylabel("is", fontsize=9)
    return panels[: len(shown)]


def _draw(ax: Axes, cells: np.ndarray, title: str) -> None:
    shares = cells / np.maximum(cells.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(cells):
        colour = "white" if shares[row, column] > 0.6 else "black"
        ax.text(column, row, f"{count}", ha="center", va="center", color=colour, fontsize=11)
    ax.set_xticks([0, 1], CLASSES, fontsize=8)
    ax.set_yticks([0, 1], CLASSES, fontsize=8)
    ax.tick_params(length=0)
    ax.set_title(fill(title, TITLE_WIDTH), fontsize=7.5)
    ax.spines[:].set_visible(False)
