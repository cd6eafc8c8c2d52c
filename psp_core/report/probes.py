"""What probes tell over the steps of a pre-training."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from psp_core.report.formatting import NOT_ESTIMABLE, with_interval, words

TOKENS, GREY_VALUES = "tokens", "grey values"
COLOURS = {"all": "#3f6fb2", "lesion": "#c1662c"}
MARKERS = {"all": "o", "lesion": "s"}
POOLED = {"all": "all tokens", "lesion": "lesion tokens"}
AXES = {"r2": "R²", "auc": "AUC"}
LOWEST_R2 = -0.1  # worse than the mean of the patients: how much worse is of no interest


def plot_probes(probes: pd.DataFrame) -> Figure:
    """Draw one panel per target: tokens over the steps, grey values as lines.

    Parameters
    ----------
    probes : DataFrame
        Rows of `study.probing.probe_run` of one collection. The band is the interval; a
        dashed line is the percentiles of grey values of the same place. R² below -0.1 stands
        as a triangle at the lower edge.
    """
    targets = list(dict.fromkeys(probes["target"]))
    figure, axes = plt.subplots(
        1, len(targets), figsize=(2.35 * len(targets) + 0.4, 2.7), layout="constrained",
        squeeze=False,
    )  # fmt: skip
    for ax, target in zip(axes[0], targets, strict=True):
        of_target = probes[probes["target"] == target]
        metric = str(of_target["metric"].iloc[0])
        for pooling, part in of_target.groupby("pooling", sort=False):
            of_tokens = part[part["representation"] == TOKENS].sort_values("step")
            style: dict[str, Any] = {"color": COLOURS[str(pooling)]}
            steps = np.arange(len(of_tokens))
            label = POOLED[str(pooling)]
            ax.plot(steps, of_tokens["value"], marker=MARKERS[str(pooling)], ms=3.5, label=label,
                    **style)  # fmt: skip
            ax.fill_between(
                steps, of_tokens["lower"], of_tokens["upper"], alpha=0.18, linewidth=0, **style
            )
            ax.set_xticks(steps, [str(step) for step in of_tokens["step"]])
            plain = part.loc[part["representation"] == GREY_VALUES, "value"]
            place = "brain" if pooling == "all" else "lesion"
            if plain.notna().any():
                ax.axhline(plain.iloc[0], ls="--", lw=1, label=f"grey values, {place}", **style)
        floor = 0.5 if metric == "auc" else 0.0
        ax.axhline(floor, color="0.6", linewidth=0.8, linestyle=":")
        lowest = LOWEST_R2 if metric == "r2" else min(0.4, _smallest(of_target))
        _mark_below(ax, of_target, lowest)
        ax.set(title=words(target), xlabel="Step", ylabel=AXES[metric], ylim=(lowest, 1.0))
        ax.spines[["top", "right"]].set_visible(False)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    return figure


def _smallest(rows: pd.DataFrame) -> float:
    shown = rows[rows["representation"].isin([TOKENS, GREY_VALUES])]
    return float(shown[["value", "lower"]].min().fillna(1.0).min()) - 0.02


def _mark_below(ax: Axes, rows: pd.DataFrame, lowest: float) -> None:
    """Triangles at the lower edge: tokens at their step, a line of grey values at the right."""
    steps = sorted(rows.loc[rows["representation"] == TOKENS, "step"].unique())
    for row in rows[rows["value"] < lowest].to_dict("records"):
        style: dict[str, Any] = {
            "color": COLOURS[row["pooling"]],
            "marker": "v",
            "s": 22,
            "clip_on": False,
        }
        if row["representation"] == TOKENS:
            ax.scatter(steps.index(row["step"]), lowest, **style)
        elif row["representation"] == GREY_VALUES:
            ax.scatter(1.0, 0.0, transform=ax.transAxes, **style, facecolors="none")


def probe_table(probes: pd.DataFrame) -> pd.DataFrame:
    """Grey values, the untrained and the trained encoder side by side, as text.

    Parameters
    ----------
    probes : DataFrame
        Rows of `study.probing.probe_run`.
    """
    last = probes["step"].max()
    names = {-1: "grey values", 0: "untrained", last: f"after {last} steps"}
    kept = probes[probes["step"].isin(names) & probes["representation"].isin([TOKENS, GREY_VALUES])]
    about = kept.assign(
        cell=_cells(kept),
        collection=kept["dataset"].map(words),
        target=[
            f"{words(t)} ({AXES[m]})" for t, m in zip(kept["target"], kept["metric"], strict=True)
        ],
        place=kept["pooling"].map({"all": "all / brain", "lesion": "lesion"}),
        name=kept["step"].map(names),
    )
    index = ["collection", "target", "place"]
    wide = about.pivot_table(
        index=index, columns="name", values="cell", aggfunc="first", sort=False
    )
    return wide[[name for name in names.values() if name in wide]].reset_index()


def patch_table(probes: pd.DataFrame, *, voxel_mm: float) -> pd.DataFrame:
    """What patches of each size let through under a random map, as text.

    Parameters
    ----------
    probes : DataFrame
        Rows of `study.probing.probe_run`.
    voxel_mm : float
        Side of a voxel.
    """
    told = probes["representation"].str.extract(r"^random patches of side (\d+)$")[0]
    kept = probes[told.notna()]
    sides = told.dropna().astype(int)
    about = kept.assign(
        cell=_cells(kept),
        collection=kept["dataset"].map(words),
        patch=[f"{side} voxels, {side * voxel_mm:g} mm" for side in sides],
        tokens=kept["pooling"],
        target=[
            f"{words(t)} ({AXES[m]})" for t, m in zip(kept["target"], kept["metric"], strict=True)
        ],
    )
    index = ["collection", "patch", "tokens"]
    wide = about.pivot_table(
        index=index, columns="target", values="cell", aggfunc="first", sort=False
    )
    return wide.fillna("").reset_index()


def beside_grey_values(probes: pd.DataFrame) -> str:
    """How the trained encoder does beside grey values of the same place, in sentences.

    Parameters
    ----------
    probes : DataFrame
        Rows of `study.probing.probe_run`. R² and AUC have no common scale and are told apart.
    """
    at_end = probes[(probes["step"] == probes["step"].max()) & (probes["representation"] == TOKENS)]
    plain = probes[probes["representation"] == GREY_VALUES]
    keys = ["metric", "dataset", "target", "pooling"]
    gaps = (at_end.set_index(keys)["value"] - plain.set_index(keys)["value"]).dropna()
    told = [
        f"{AXES[str(metric)]} of tokens minus that of grey values: median {gap.median():+.2f} over "
        f"{len(gap)} probes, below zero (tokens tell less) in {int((gap < 0).sum())} of them."
        for metric, gap in gaps.groupby("metric", sort=False)
    ]
    return " ".join(told) or "Too few scans for any probe."


def _cells(rows: pd.DataFrame) -> list[str]:
    return [
        with_interval(row["value"], row["lower"], row["upper"], 2)
        if not row["note"]
        else f"{NOT_ESTIMABLE} ({row['n']} scans)"
        for row in rows.to_dict("records")
    ]
