"""Figures of the timing question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from psp_core.evaluation.classes import CLASSES
from psp_core.report.events import COLOURS as OF_CLASS
from psp_core.report.formatting import words
from psp_core.study.timing_fits import DAYS_ALONE, MODELS, WITH_TIME, WITHOUT_TIME

# Okabe and Ito's, which colour-blind readers can tell apart
COLOURS = {
    "days, ranked": "#000000",
    "visit number, ranked": "#e69f00",
    WITH_TIME: "#0072b2",
    WITHOUT_TIME: "#d55e00",
    DAYS_ALONE: "#000000",
}
MARKERS = {"days, ranked": "o", "visit number, ranked": "D", WITH_TIME: "s", WITHOUT_TIME: "^",
           DAYS_ALONE: "o"}  # fmt: skip


def auc_points(single: pd.DataFrame, fits: pd.DataFrame) -> pd.DataFrame:
    """Both kinds of estimate in one table, for `plot_aucs`.

    Parameters
    ----------
    single : DataFrame
        See `timing_alone.single_variables`; its interval is logit-DeLong's.
    fits : DataFrame
        See `timing_question.real_fits`; its interval is the widened one. Its days alone are
        left out: they are ranked in `single`.

    Returns
    -------
    DataFrame
        ``rule, patients, series, auc, lower, upper`` and both class counts.
    """
    named = {"days_since_rt": "days, ranked", "visit_number": "visit number, ranked"}
    ranked = single.assign(
        series=single["score"].map(named), lower=single["logit_lower"], upper=single["logit_upper"]
    )
    fitted = fits[fits["model"].isin((WITH_TIME, WITHOUT_TIME))]
    fitted = fitted.assign(series=fitted["model"])
    columns = ["rule", "patients", "series", "auc", "lower", "upper"]
    columns += ["n_true_progression", "n_pseudoprogression"]
    return pd.concat([ranked[columns], fitted[columns]], ignore_index=True)


def shown_places(
    points: pd.DataFrame, names: Mapping[tuple[str, str], str]
) -> dict[tuple[str, str], str]:
    """Those of the analyses in `names` that `points` has: what was asked need not be there."""
    there = set(zip(points["rule"], points["patients"], strict=True))
    return {place: name for place, name in names.items() if place in there}


def plot_aucs(
    points: pd.DataFrame,
    places: Sequence[tuple[str, str]],
    names: Mapping[tuple[str, str], str],
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the AUC of each series at each analysis, with intervals and class counts.

    Parameters
    ----------
    points : DataFrame
        See `auc_points`; what has no AUC is not drawn.
    places : sequence of (rule, patients)
        Analyses from left to right; see `shown_places`.
    names : mapping of (rule, patients) to str
        What stands below each; the counts follow, true progression first.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(9, 4.4), layout="constrained")
    series = list(dict.fromkeys(points["series"]))
    labels = []
    for place, key in enumerate(places):
        here = points[(points["rule"] == key[0]) & (points["patients"] == key[1])]
        first = here.iloc[0]
        labels.append(
            f"{names[key]}\n{first['n_true_progression']:.0f} / {first['n_pseudoprogression']:.0f}"
        )
        for _, row in here[here["auc"].notna()].iterrows():
            name = str(row["series"])
            x = place + 0.16 * (series.index(name) - (len(series) - 1) / 2)
            ax.vlines(x, row["lower"], row["upper"], color=COLOURS[name], lw=1.2)
            ax.plot(x, row["auc"], MARKERS[name], color=COLOURS[name], ms=5)
    for name in series:
        ax.plot([], [], MARKERS[name], color=COLOURS[name], ms=5, label=name)
    ax.axhline(0.5, color="0.6", linewidth=0.8, linestyle="--")
    ax.set_xticks(range(len(places)), labels, fontsize=8)
    ax.set(ylabel="AUC", xlim=(-0.6, len(places) - 0.4), title=title)
    ax.legend(frameon=False, fontsize=8, ncols=len(series), loc="lower center",
              bbox_to_anchor=(0.5, 1.0 if not title else 1.07))  # fmt: skip
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_days_by_visit(table: pd.DataFrame, *, title: str, ax: Axes | None = None) -> Axes:
    """Draw median and quartiles of the days of each class, one pair of bars per follow-up.

    Parameters
    ----------
    table : DataFrame
        See `timing_alone.days_by_visit`, of one rule and one kind of analysis; a class without
        figures has its count alone.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 3), layout="constrained")
    names = list(dict.fromkeys(table["patients"]))
    for number, name in enumerate(names):
        for offset, label in zip((-0.17, 0.17), CLASSES, strict=True):
            row = table[(table["patients"] == name) & (table["label"] == label)].iloc[0]
            y = number + offset
            colour, at = OF_CLASS[label], 0.0
            if np.isfinite(row["median"]):
                at = row["upper_quartile"]
                ax.hlines(y, row["lower_quartile"], at, color=colour, lw=6, alpha=0.5)
                ax.plot(row["median"], y, "|", color=colour, ms=11, mew=2.5)
            ax.annotate(
                f"n = {row['n']:.0f}", (at, y), (6, 0), textcoords="offset points",
                va="center", fontsize=8, color=colour,
            )  # fmt: skip
    for label in CLASSES:
        ax.plot([], [], color=OF_CLASS[label], lw=6, alpha=0.5, label=words(label))
    ax.set_yticks(range(len(names)), [name.rpartition(" at ")[2] for name in names], fontsize=8)
    low, high = ax.get_xlim()
    ax.set_xlim(low, high + 0.12 * (high - low))  # room for the last count
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set(xlabel="Days from the end of radiotherapy", title=title)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_patterns(patterns: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the AUC of each model for real patients and every phantom cohort, with intervals.

    Parameters
    ----------
    patterns : DataFrame
        See `timing_mechanism.pattern_table`.
    """
    cohorts = list(dict.fromkeys(zip(patterns["setting"], patterns["n"], strict=True)))
    if ax is None:
        _, ax = plt.subplots(figsize=(8, 0.55 * len(cohorts) + 1.2), layout="constrained")
    for number, (setting, n) in enumerate(cohorts):
        here = patterns[(patterns["setting"] == setting) & (patterns["n"] == n)]
        for offset, name in zip((-0.22, 0.0, 0.22), MODELS, strict=True):
            row = here[here["model"] == name].iloc[0]
            if np.isfinite(row["auc"]):
                ax.hlines(number + offset, row["lower"], row["upper"], color=COLOURS[name], lw=1.2)
                ax.plot(row["auc"], number + offset, MARKERS[name], color=COLOURS[name], ms=5)
    for name in MODELS:
        ax.plot([], [], MARKERS[name], color=COLOURS[name], ms=5, label=name)
    ax.axvline(0.5, color="0.6", linewidth=0.8, linestyle="--")
    ax.set_yticks(range(len(cohorts)), [f"{name}, n = {n:.0f}" for name, n in cohorts], fontsize=8)
    ax.invert_yaxis()
    ax.set(xlabel="AUC, mean within folds")
    ax.legend(frameon=False, fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    ax.spines[["top", "right"]].set_visible(False)
    return ax
