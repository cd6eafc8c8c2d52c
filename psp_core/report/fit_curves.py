"""How each network learned: loss of its training fold beside that of the patients it held out."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

PANELS_PER_ROW = 4
TITLE_WIDTH = 30  # characters
COLOURS = {"training_loss": "#0072b2", "held_out_loss": "#d55e00"}
LABELS = {"training_loss": "training fold", "held_out_loss": "held-out patients"}


def fit_curves(curves: pd.DataFrame, titles: Mapping[str, str]) -> list[Axes]:
    """Draw training and held-out loss of every network, of the first repetition.

    The training loss is the mean since the snapshot before, with dropout and, where the
    estimator does so, weighted by class; the held-out loss has neither, so their levels need not
    agree.

    Parameters
    ----------
    curves : DataFrame
        See `study.votes.Outcome`.
    titles : mapping of str to str
        What a reader calls each model; those without a curve have no panel.

    Returns
    -------
    list of Axes
        A panel a network: folds thin, their mean thick.
    """
    first = curves[curves["seed"] == curves["seed"].min()]
    shown = [name for name in titles if (first["model"] == name).any()]
    if not shown:
        return []
    n_rows = -(-len(shown) // PANELS_PER_ROW)
    columns = min(PANELS_PER_ROW, len(shown))
    size = (2.5 * columns, 2.3 * n_rows + 0.4)
    figure, grid = plt.subplots(
        n_rows, columns, figsize=size, layout="constrained", squeeze=False, sharey=True
    )
    panels = list(grid.flat)
    for ax, name in zip(panels, shown, strict=False):
        part = first[first["model"] == name]
        for column, colour in COLOURS.items():
            for _, fold in part.groupby("fold"):
                ax.plot(fold["step"], fold[column], color=colour, linewidth=0.5, alpha=0.35)
            mean = part.groupby("step")[column].mean()
            ax.plot(mean.index, mean, color=colour, linewidth=1.6, label=LABELS[column])
        ax.set_title(fill(titles[name], TITLE_WIDTH), fontsize=7)
        ax.tick_params(labelsize=7)
        ax.spines[["top", "right"]].set_visible(False)
    for ax in panels[len(shown) :]:
        ax.remove()
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False, fontsize=8)
    figure.supxlabel("Step", fontsize=9)
    figure.supylabel("Loss", fontsize=9)
    return panels[: len(shown)]


def best_beside_last(curves: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Held-out AUC at the last step, and at the best of the snapshots, as means over the folds.

    The second is what stopping on the held-out patients would have reported.
    """
    first = curves[curves["seed"] == curves["seed"].min()]
    rows = []
    for name in titles:
        part = first[first["model"] == name]
        if part.empty:
            continue
        by_fold = part.sort_values("step").groupby("fold")["held_out_auc"]
        rows.append((titles[name], by_fold.last().mean(), by_fold.max().mean()))
    columns = ["model", "held-out AUC at the last step", "at the best step, chosen on them"]
    return pd.DataFrame(rows, columns=columns)
