"""Fig. 2 of Jang 2018: losses over the epochs, and AUC by cells, batch size and learning rate."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

PANELS = {
    "cells": "Cells of the LSTM",
    "batch_size": "Batch size",
    "learning_rate": "Learning rate",
}
COLOURS = {"loss": "#0072b2", "traced_loss": "#d55e00"}
LABELS = {"loss": "training", "traced_loss": "validation"}


def plot_searches(searches: pd.DataFrame) -> list[Axes]:
    """Draw the four searches, a panel each; every fold is a dot.

    Parameters
    ----------
    searches : DataFrame
        ``parameter, value, fold, auc, loss, traced_loss``, see `study.sweeps.jang_searches`.
    """
    _, axes = plt.subplots(1, 4, figsize=(10.4, 2.6), layout="constrained")
    first, *others = axes
    traces = searches[searches["parameter"] == "epochs"].dropna(subset=["value"])
    for place, (_, part) in enumerate(traces.groupby("fold")):
        for name, colour in COLOURS.items():
            label = LABELS[name] if place == 0 else None
            first.plot(part["value"], part[name], color=colour, linewidth=0.9, label=label)
    first.set(xlabel="Epoch", ylabel="Loss")
    if len(traces):
        first.legend(frameon=False, fontsize=7)
    for ax, (parameter, label) in zip(others, PANELS.items(), strict=True):
        part = searches[searches["parameter"] == parameter].dropna(subset=["auc"])
        groups = [(value, one["auc"].to_numpy()) for value, one in part.groupby("value")]
        if groups:
            ax.boxplot([values for _, values in groups], widths=0.5, showfliers=False)
            ax.set_xticks(range(1, len(groups) + 1), [f"{value:g}" for value, _ in groups])
        for place, (_, values) in enumerate(groups, start=1):
            aside = place + np.linspace(-0.12, 0.12, len(values))
            ax.scatter(aside, values, s=10, color="0.4", zorder=3)
        ax.axhline(0.5, color="0.6", linestyle=":", linewidth=0.8)
        ax.set(xlabel=label, ylabel="AUC", ylim=(0, 1))
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    return list(axes)
