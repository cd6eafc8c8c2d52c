"""Calibration as a table and as reliability curves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from psp_core.evaluation.decision_tables import judged_sets
from psp_core.evaluation.reliability import smooth_reliability
from psp_core.report.formatting import NOT_ESTIMABLE, decimal, with_interval
from psp_core.report.set_grid import Place, grid_of, label_edges, ordered, rows_of, set_name

COLOURS = {"bins": "#0072b2", "smooth": "#d55e00"}


def format_calibration(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Write `decision_tables.calibration_table`; a slope without a value shows its interval."""
    rows = []
    for row in ordered(table, titles).to_dict("records"):
        bounds = f"{row['slope_lower']:.2f} to {row['slope_upper']:.2f}"
        slope = with_interval(row["slope"], row["slope_lower"], row["slope_upper"], digits=2)
        if slope == NOT_ESTIMABLE and np.isfinite(row["slope_lower"]):
            slope = f"{NOT_ESTIMABLE} ({bounds})"
        rows.append(
            {
                "patients": set_name(str(row["split"]), str(row["dataset"])),
                "model": titles[str(row["model"])],
                "true progression": f"{row['n_true_progression']}/{row['n']}",
                "observed": decimal(row["observed"], 2),
                "mean score": decimal(row["mean_score"], 2),
                "Brier": decimal(row["brier"]),
                "null": decimal(row["null_brier"]),
                "scaled": decimal(row["scaled_brier"], 2),
                "intercept": with_interval(
                    row["intercept"], row["intercept_lower"], row["intercept_upper"], digits=2
                ),
                "slope": slope,
                "note": row["note"],
            }
        )
    return pd.DataFrame(rows)


def tell_calibration(table: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Count the rows that beat the null Brier score, and those whose intervals say something."""
    shown = table[table["model"].isin(list(titles))]
    if shown.empty:
        return "No set of patients is large enough."
    better, known = int((shown["scaled_brier"] > 0).sum()), int(shown["slope"].notna().sum())
    shifted = (shown["intercept_lower"] > 0) | (shown["intercept_upper"] < 0)
    stretched = (shown["slope_lower"] > 1) | (shown["slope_upper"] < 1)
    return (
        f"Of {len(shown)} models on sets of patients, {better} have a Brier score below that of "
        f"the plain share of true progression; {known} have an estimable slope. The "
        f"interval of the intercept leaves out 0 for {int(shifted.sum())}, and that of the slope, "
        f"estimable or not, leaves out 1 for {int(stretched.sum())}."
    )


def plot_reliability(
    predictions: pd.DataFrame,
    bins: pd.DataFrame,
    titles: Mapping[str, str],
    *,
    smooth_from: int,
) -> dict[Place, Axes]:
    """Draw observed shares against scores, with Wilson's intervals; the diagonal is perfect.

    Parameters
    ----------
    predictions : DataFrame
        See `evaluation.predictions`.
    bins : DataFrame
        Their `decision_tables.reliability_table`.
    titles : mapping of str to str
    smooth_from : int
        Patients from which on a smoothed curve is drawn, too.
    """
    panels = grid_of(bins, titles)
    scores = {(k["split"], k["dataset"], k["model"]): part for k, part in judged_sets(predictions)}
    for place, ax in panels.items():
        part, judged = rows_of(bins, place), scores[place]
        ax.plot([0, 1], [0, 1], color="0.6", linestyle=":", linewidth=0.8)
        around = [part["share"] - part["wilson_lower"], part["wilson_upper"] - part["share"]]
        ax.errorbar(
            part["mean_score"], part["share"], yerr=np.abs(around), fmt="o", ms=3.5, lw=0.9,
            color=COLOURS["bins"],
        )  # fmt: skip
        if len(judged) >= smooth_from:
            smoothed = smooth_reliability(judged["y_true"], judged["y_score"])
            ax.plot(*smoothed, color=COLOURS["smooth"], linewidth=1.2)
        ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    label_edges(panels, x="mean score", y="observed share")
    return panels
