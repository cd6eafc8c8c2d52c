"""The audit's figure: printed specificity, the specificity of the matrix, and its precision."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

MARKS = {
    "specificity": ("specificity of the matrix", "o", "tab:blue"),
    "ppv": ("positive predictive value", "s", "tab:orange"),
}


def plot_specificity(corrected: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw one line per row: the printed specificity among the two values it may be.

    Parameters
    ----------
    corrected : DataFrame
        See `psp_core.audit.implied.corrected_rows`.
    ax : Axes, optional

    Returns
    -------
    Axes
        Rows from top to bottom as in the table.
    """
    rows = list(dict.fromkeys(corrected["row"]))
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 0.45 * len(rows) + 1.6), layout="constrained")
    places = {row: place for place, row in enumerate(reversed(rows))}
    for rate, (label, mark, colour) in MARKS.items():
        chosen = corrected[corrected["rate"] == rate]
        ax.scatter(
            chosen["value"],
            chosen["row"].map(places),
            marker=mark,
            s=80,
            facecolors="none",
            edgecolors=colour,
            linewidths=1.6,
            label=label,
        )
    printed = corrected[(corrected["rate"] == "specificity") & (corrected["printed"] != "")]
    ax.scatter(
        printed["printed"].astype(float),
        printed["row"].map(places),
        marker="x",
        s=40,
        color="black",
        label="printed as specificity",
        zorder=3,
    )
    ax.set_yticks(list(places.values()), list(places))
    ax.set(xlabel="share", xlim=(0, 1), ylim=(-0.6, len(rows) - 0.4))
    ax.grid(axis="y", alpha=0.3)
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return ax
