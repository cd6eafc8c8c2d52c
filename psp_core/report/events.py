"""When the events of each class happen: a histogram over the days since radiotherapy."""

from __future__ import annotations

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.report.formatting import words

COLOURS = {POSITIVE_CLASS: "#b2433f", NEGATIVE_CLASS: "#3f6fb2"}


def event_counts(events: pd.DataFrame, *, bin_days: int = 30, last_day: int = 390) -> pd.DataFrame:
    """Count the events of each class in bins of days.

    Parameters
    ----------
    events : DataFrame
        One event per patient: ``label``, ``days_since_rt``.
    bin_days : int, default 30
        Width of a bin.
    last_day : int, default 390
        Events at this day or later share the last bin.

    Returns
    -------
    DataFrame
        ``from_day`` (inclusive), ``to_day`` (exclusive; infinite in the last bin),
        ``true_progression``, ``pseudoprogression``. Events without a day are not counted.
    """
    dated = events[events["days_since_rt"].notna()]
    earliest = min(0.0, float(dated["days_since_rt"].min())) if len(dated) else 0.0
    first = int(np.floor(earliest / bin_days)) * bin_days
    edges = np.array([*range(first, last_day + 1, bin_days), np.inf])
    table = pd.DataFrame({"from_day": edges[:-1], "to_day": edges[1:]})
    for label in (POSITIVE_CLASS, NEGATIVE_CLASS):
        days = dated.loc[dated["label"] == label, "days_since_rt"]
        placed = np.searchsorted(edges, days.to_numpy(dtype=float), side="right") - 1
        table[label] = np.bincount(placed, minlength=len(table)).astype(float)
    return table


def plot_event_counts(
    counts: pd.DataFrame, *, windows_days: Iterable[int] = (), ax: Axes | None = None
) -> Axes:
    """Draw the histogram back to back: true progression up, pseudoprogression down.

    A dashed line is drawn at each of `windows_days` that is on the axis.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
    start = counts["from_day"].to_numpy()
    width = start[1] - start[0]
    for label, sign in ((POSITIVE_CLASS, 1), (NEGATIVE_CLASS, -1)):
        heights = counts[label].to_numpy()
        name = f"{words(label)} (n = {heights.sum():.0f})"
        ax.bar(start, sign * heights, width, align="edge", color=COLOURS[label], label=name)
    highest = max(1.0, counts[POSITIVE_CLASS].max())
    lowest = max(1.0, counts[NEGATIVE_CLASS].max())
    ax.set_ylim(-1.1 * lowest, 1.25 * highest)
    ax.set_xlim(start[0] - width / 3, start[-1] + width * 4 / 3)
    for window in windows_days:
        if window > start[-1]:
            continue
        ax.axvline(window, color="0.45", linestyle="--", linewidth=0.8)
        ax.text(window, 1.24 * highest, f" {window}", va="top", fontsize="x-small", color="0.3")
    ax.axhline(0, color="black", linewidth=0.8)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    ax.set_xticks([*range(0, int(start[-1]), 60), start[-1] + width / 2])
    ax.set_xticklabels([*map(str, range(0, int(start[-1]), 60)), f"≥ {start[-1]:.0f}"])
    ax.set(xlabel="Days from the end of radiotherapy to the event", ylabel="Patients")
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
