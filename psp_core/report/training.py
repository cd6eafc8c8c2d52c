"""How a network was trained, and how well it draws what it has not seen."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

COLOUR = "#3f6fb2"
SMOOTHED_SHARE = 0.02  # of the steps, for the line over the single losses


def plot_history(history: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the loss of every step, with a running median.

    Parameters
    ----------
    history : DataFrame
        ``step``, ``loss``.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(3.6, 2.4), layout="constrained")
    ax.plot(history["step"], history["loss"], color="0.8", linewidth=0.6)
    width = max(3, round(SMOOTHED_SHARE * len(history)))
    smooth = history["loss"].rolling(width, center=True, min_periods=1).median()
    ax.plot(history["step"], smooth, color=COLOUR, linewidth=1.4)
    ax.set(xlabel="Step", ylabel="Loss", ylim=(0, None))
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_agreement(
    held_out: pd.DataFrame, *, least: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the Dice of each held-out case, by region, with the median.

    Parameters
    ----------
    held_out : DataFrame
        ``case_id`` and one column of Dice per region; NaN where a region is not there.
    least : float, optional
        Dashed line: what is asked for.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(3.6, 2.4), layout="constrained")
    regions = [str(name) for name in held_out if name != "case_id"]
    for place, region in enumerate(regions):
        values = np.sort(held_out[region].dropna().to_numpy(dtype=float))
        aside = 0.16 * np.cos(np.pi * np.arange(len(values)))
        ax.scatter(place + aside, values, s=8, color="0.65", linewidths=0)
        if len(values):
            ax.hlines(np.median(values), place - 0.3, place + 0.3, color=COLOUR, linewidth=2)
    if least is not None:
        ax.axhline(least, color="0.4", linestyle="--", linewidth=0.8)
    ax.set_xticks(range(len(regions)), regions)
    ax.set(ylabel="Dice", ylim=(0, 1.02))
    ax.spines[["top", "right"]].set_visible(False)
    return ax
