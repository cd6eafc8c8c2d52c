"""Decision curves as figure, table and sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from psp_core.report.formatting import decimal, with_interval
from psp_core.report.set_grid import Place, grid_of, label_edges, ordered, rows_of, set_name

MODEL, ALL, NOBODY = "#0072b2", "#d55e00", "0.5"
LOWEST = -0.35  # net benefit below which it does not matter by how much


def plot_decision_curves(table: pd.DataFrame, titles: Mapping[str, str]) -> dict[Place, Axes]:
    """Draw each model with its band beside treating all and nobody.

    Parameters
    ----------
    table : DataFrame
        See `decision_tables.decision_table`.
    titles : mapping of str to str
    """
    panels = grid_of(table, titles)
    for place, ax in panels.items():
        part = rows_of(table, place).sort_values("threshold")
        at = part["threshold"]
        ax.axhline(0, color=NOBODY, linewidth=0.9, linestyle=":", label="treat nobody")
        ax.plot(at, part["treat_all"], color=ALL, linewidth=1.0, linestyle="--", label="treat all")
        ax.plot(at, part["net_benefit"], color=MODEL, linewidth=1.5, label="by the model")
        if part["lower"].notna().any():
            ax.fill_between(at, part["lower"], part["upper"], color=MODEL, alpha=0.18, lw=0)
        ax.set(ylim=(LOWEST, 0.8), xticks=(0.2, 0.4, 0.6))
    label_edges(panels, x="threshold", y="net benefit")
    if panels:
        first = next(iter(panels.values()))
        first.figure.legend(
            *first.get_legend_handles_labels(), loc="outside lower center", ncols=3,
            frameon=False, fontsize=7.5,
        )  # fmt: skip
    return panels


def format_decisions(
    table: pd.DataFrame, titles: Mapping[str, str], *, at: Iterable[float]
) -> pd.DataFrame:
    """Write the gain over the better of treating all and nobody, a column for each threshold.

    The thresholds are those of the table that are nearest; the head of a column says how many
    needless treatments are as bad as one that comes too late.
    """
    there = np.sort(table["threshold"].unique())
    wanted = sorted({there[np.abs(there - one).argmin()] for one in at}) if len(there) else []
    shown = ordered(table[table["threshold"].isin(wanted)], titles)
    named = shown.assign(
        patients=[set_name(*one) for one in zip(shown["split"], shown["dataset"], strict=True)],
        title=shown["model"].map(titles),
        head=[
            f"at {row['threshold']:.2f} ({row['needless_per_missed']:.1f} : 1)"
            for row in shown.to_dict("records")
        ],
        cell=[_cell(row) for row in shown.to_dict("records")],
    ).rename(columns={"model": "name", "title": "model"})
    wide = named.pivot_table(
        index=["patients", "model"], columns="head", values="cell", aggfunc="first", sort=False
    )
    return wide.reset_index().rename_axis(columns=None)


def tell_gains(table: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Say for which models on further sets the band of the gain lies above 0 somewhere."""
    shown = table[table["model"].isin(list(titles)) & table["gain_lower"].notna()]
    if shown.empty:
        return "No set that no model was trained on is large enough for a decision curve."
    above = shown[shown["gain_lower"] > 0]
    arms = shown.groupby(["dataset", "model"]).ngroups
    found = [
        f"{titles[str(model)]} on {set_name(str(split), str(dataset))} (thresholds "
        f"{part['threshold'].min():g} to {part['threshold'].max():g})"
        for (split, dataset, model), part in above.groupby(["split", "dataset", "model"])
    ]
    return (
        f"Of {arms} models on sets that no model was trained on, {len(found)} have a gain over the "
        "better of treating all and treating nobody whose band lies above 0 at some threshold"
        + (f": {'; '.join(found)}. " if found else ". ")
        + "Bands hold at each threshold by itself, so some lie above 0 by chance."
    )


def _cell(row: Mapping[Any, Any]) -> str:
    if row["n_treated"] in (0, row["n"]):
        return "treats all" if row["n_treated"] else "treats nobody"
    gain = decimal(row["gain"], 2)
    if pd.notna(row["gain_lower"]):
        gain = with_interval(row["gain"], row["gain_lower"], row["gain_upper"], 2)
    return f"{row['n_treated']}/{row['n']} treated, {gain}"
