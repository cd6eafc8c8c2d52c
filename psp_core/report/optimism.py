"""What the leaks of the published protocol add, as tables and a figure."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from scipy.stats import sem, t

from psp_core.report.formatting import NOT_ESTIMABLE, decimal

COLOURS = {"last step": "#000000", "watched": "#d55e00"}
LABELS = {
    "last step": "last step", "watched": "stopped on the validation fold"}  # fmt: skip
CLOSED, VALIDATION = "closed", "validation"


def optimism_table(
    table: pd.DataFrame, story: str, *, fresh: str, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Mean AUC of each arm's fold models on validation folds and fresh patients, with differences.

    Parameters
    ----------
    table : DataFrame
        Of `study.optimism.optimism_of_run`.
    story : str
        Which cohorts.
    fresh : str
        The set of patients who decided nothing.

    Returns
    -------
    DataFrame
        As text; intervals are Student's over the cohorts, differences are paired by cohort.
    """
    arms = table[(table["story"] == story) & (table["arm"] != "")]
    wide = arms.pivot_table(index="seed", columns=["arm", "dataset"], values="auc", sort=False)
    names = list(dict.fromkeys(arms["arm"]))
    names.sort(key=lambda name: (name != CLOSED, name != "selected inside the fold"))
    rows = []
    for name in names:
        inside, outside = wide[name, VALIDATION], wide[name, fresh]
        rows.append(
            {
                "arm": name,
                "variables": decimal(float(arms.loc[arms["arm"] == name, "n_features"].mean()), 1),
                "validation AUC": decimal(float(inside.mean())),
                "fresh AUC": decimal(float(outside.mean())),
                "validation minus closed": _mean(
                    inside - wide[CLOSED, VALIDATION], confidence_level
                ),
                "validation minus fresh": _mean(inside - outside, confidence_level),
                "fresh minus closed": _mean(outside - wide[CLOSED, fresh], confidence_level),
                "cohorts": len(inside.dropna()),
            }
        )
    return pd.DataFrame(rows)


def plot_curve(table: pd.DataFrame, story: str, *, fresh: str, ax: Axes | None = None) -> Axes:
    """Draw AUC against the number of variables: validation folds (solid), fresh (dashed)."""
    if ax is None:
        _, ax = plt.subplots(figsize=(6.8, 3.8), layout="constrained")
    curves = table[(table["story"] == story) & (table["arm"] == "")]
    for (curve, dataset), part in curves.groupby(["curve", "dataset"], sort=False):
        if dataset not in (VALIDATION, fresh):
            continue
        means = part.groupby("n_features")["auc"].mean()
        style = "o-" if dataset == VALIDATION else "s--"
        where = "validation" if dataset == VALIDATION else "fresh patients"
        label = f"{LABELS[str(curve)]}, {where}"
        ax.plot(means.index, means, style, ms=4, color=COLOURS[str(curve)], label=label)
    ax.axhline(0.5, color="0.7", linewidth=0.8)
    ax.set(xlabel="Variables, the most important first", ylabel="AUC")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=8)
    return ax


def _mean(values: pd.Series, confidence_level: float) -> str:
    """Mean with Student's interval."""
    known = values.dropna()
    if known.empty:
        return NOT_ESTIMABLE
    mean = float(known.mean())
    if len(known) < 2:
        return f"{mean:+.3f}"
    half = float(t.ppf(0.5 + confidence_level / 2, len(known) - 1) * sem(known))
    interval = "" if math.isnan(half) else f" ({mean - half:+.3f} to {mean + half:+.3f})"
    return f"{mean:+.3f}{interval}"
