"""D98 of every patient with its interval from the uncertain registration."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.report.dose_features import default_lesions
from psp_core.report.events import COLOURS
from psp_core.report.formatting import words


def plot_dose_intervals(features: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw D98 of each patient, sorted, with the 2.5th to 97.5th percentile.

    Parameters
    ----------
    features : DataFrame
        As in ``dose_table``, with ``d98_low_gy`` and ``d98_high_gy``; a dot without known
        interval has no bar. Hollow dots are lesions below 0.1 cm³.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
    rows = default_lesions(features)
    shown = rows[rows["d98_gy"].notna()].sort_values("d98_gy", kind="stable")
    shown = shown.assign(rank=range(1, len(shown) + 1))
    for label in (POSITIVE_CLASS, NEGATIVE_CLASS):
        part, colour = shown[shown["label"] == label], COLOURS[label]
        ax.vlines(part["rank"], part["d98_low_gy"], part["d98_high_gy"], color=colour)
        is_unstable = part["is_unstable"].astype(bool)
        for dots, face in ((part[~is_unstable], colour), (part[is_unstable], "white")):
            ax.scatter(dots["rank"], dots["d98_gy"], s=18, c=face, edgecolors=colour, zorder=3)
        ax.scatter([], [], s=18, c=colour, label=f"{words(label)} (n = {len(part)})")
    if shown["is_unstable"].astype(bool).any():
        ax.scatter([], [], s=18, c="white", edgecolors="0.3", label="lesion below 0.1 cm³")
    missing = len(rows) - len(shown)
    ax.set_xlabel(
        "Patients in the order of D98" + (f"; {missing} without dose not shown" if missing else "")
    )
    ax.set_ylabel("D98 of the lesion, Gy")
    ax.set_xlim(0, len(shown) + 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
