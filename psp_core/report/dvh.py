"""Dose-volume histograms of the lesion by class: median and interquartile band."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.report.events import COLOURS
from psp_core.report.formatting import words

QUARTILES = {"lower": 0.25, "median": 0.5, "upper": 0.75}
MARKED_PERCENT = (80.0, 95.0)


def dvh_bands(dvhs: pd.DataFrame) -> pd.DataFrame:
    """Quartiles of the volume share over the patients of each class.

    Parameters
    ----------
    dvhs : DataFrame
        ``subject_id``, ``label``, ``dose_percent`` (the same levels for everybody) and
        ``volume_share``; a share that is not known leaves its patient out.

    Returns
    -------
    DataFrame
        ``label``, ``dose_percent``, ``lower``, ``median``, ``upper``, ``n``.
    """
    known = dvhs.dropna(subset=["volume_share"])
    by_level = known.groupby(["label", "dose_percent"])["volume_share"]
    bands = pd.DataFrame({name: by_level.quantile(share) for name, share in QUARTILES.items()})
    return bands.assign(n=by_level.count().astype(float)).reset_index()


def plot_dvh_bands(bands: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the bands of `dvh_bands`."""
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
    for label in (POSITIVE_CLASS, NEGATIVE_CLASS):
        band = bands[bands["label"] == label]
        if band.empty:
            continue
        dose, colour = band["dose_percent"], COLOURS[label]
        lower, median, upper = (100 * band[name] for name in ("lower", "median", "upper"))
        ax.fill_between(dose, lower, upper, color=colour, alpha=0.22, linewidth=0)
        name = f"{words(label)} (n = {band['n'].max():.0f})"
        ax.plot(dose, median, color=colour, linewidth=1.8, label=name)
    for percent in MARKED_PERCENT:
        ax.axvline(percent, color="0.45", linestyle="--", linewidth=0.8)
    if len(bands):
        ax.set_xlim(0, bands["dose_percent"].max())
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    ax.set_ylim(0, 102)
    ax.set(xlabel="Dose, % of prescription", ylabel="Lesion volume that receives it, %")
    ax.spines[["top", "right"]].set_visible(False)
    return ax
