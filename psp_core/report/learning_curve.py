"""AUC against the number of labelled patients, beside the best that is possible."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from psp_core.report.formatting import NOT_ESTIMABLE, decimal

LIMITS = (0.4, 0.9)  # wider where the data are
STYLES = ("o-", "s--", "^-.", "D:", "v-", "P--", "X-.", "<:", ">-")
# Okabe and Ito's, which colour-blind readers can tell apart
COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


def plot_learning_curve(
    fits: pd.DataFrame,
    ceilings: Mapping[str, float],
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean AUC per arm, with the range over draws of patients.

    Parameters
    ----------
    fits : DataFrame
        ``arm, n_train, seed, auc``, one row per fit; fits of one draw (``seed``) are averaged
        first, so that halves of one cohort count as one draw. What stands before a colon in
        an arm's name decides its colour.
    ceilings : mapping of str to float
        Horizontal lines by what they are.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(8.2, 4.2), layout="constrained")
    draws = _draws(fits)
    groups = dict.fromkeys(str(arm).partition(": ")[0] for arm in draws["arm"])
    colour_of = dict(zip(groups, cycle(COLOURS), strict=False))
    for (arm, part), style in zip(draws.groupby("arm", sort=False), cycle(STYLES), strict=False):
        colour = colour_of[str(arm).partition(": ")[0]]
        by_size = part.groupby("n_train")["auc"].agg(["mean", "min", "max"])
        ax.plot(by_size.index, by_size["mean"], style, color=colour, ms=4, lw=1.3, label=str(arm))
        ax.vlines(by_size.index, by_size["min"], by_size["max"], color=colour, lw=0.8, alpha=0.6)
    for (name, value), line in zip(ceilings.items(), ("-", "--", ":"), strict=False):
        ax.axhline(value, color="0.25", linewidth=1, linestyle=line, label=name)
    ax.axhline(0.5, color="0.7", linewidth=0.8)
    sizes = sorted(fits["n_train"].unique())
    ax.set_xscale("log")
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.minorticks_off()
    drawn = [*draws["auc"].dropna(), *ceilings.values()]
    limits = (min([LIMITS[0], *(one - 0.02 for one in drawn)]),
              max([LIMITS[1], *(one + 0.02 for one in drawn)]))  # fmt: skip
    ax.set(xlabel="Labelled patients", ylabel="AUC", ylim=limits, title=title)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax


def learning_table(fits: pd.DataFrame) -> pd.DataFrame:
    """Mean AUC and its range per arm and number of patients, as text.

    Parameters
    ----------
    fits : DataFrame
        See `plot_learning_curve`. The last figure of a cell is the number of draws; one draw
        has no range.
    """
    grouped = _draws(fits).groupby(["arm", "n_train"], sort=False)["auc"]
    spread = grouped.agg(["mean", "min", "max", "count"]).reset_index()
    spread["cell"] = [
        _cell(row["mean"], row["min"], row["max"], int(row["count"]))
        for row in spread.to_dict("records")
    ]
    wide = spread.pivot_table(
        index="arm", columns="n_train", values="cell", aggfunc="first", sort=False
    )
    wide.columns = [f"n = {size}" for size in wide.columns]
    return wide.fillna("").reset_index()


def _cell(mean: float, least: float, greatest: float, n_draws: int) -> str:
    if not n_draws:
        return NOT_ESTIMABLE
    spread = f" ({least:.2f} to {greatest:.2f}; {n_draws})" if n_draws > 1 else ""
    return f"{decimal(mean, 2)}{spread}"


def reached_sizes(fits: pd.DataFrame, wanted: tuple[int, ...]) -> str:
    """Say which sizes were reached, and how many draws the arms have.

    Parameters
    ----------
    fits : DataFrame
        See `plot_learning_curve`.
    wanted : tuple of int
        The sizes that the parameters ask for.
    """
    missing = [str(size) for size in wanted if size not in set(fits["n_train"])]
    told = f"Not reached, for want of patients: {', '.join(missing)}." if missing else ""
    by_count: dict[int, list[str]] = {}
    for arm, number in fits.groupby("arm", sort=False)["seed"].nunique().items():
        by_count.setdefault(int(number), []).append(str(arm))
    counts = ", ".join(f"{number} ({'; '.join(arms)})" for number, arms in by_count.items())
    return f"{told} Draws of patients per arm: {counts}.".strip()


def _draws(fits: pd.DataFrame) -> pd.DataFrame:
    averaged: pd.DataFrame = fits.groupby(["arm", "n_train", "seed"], sort=False, as_index=False)[
        ["auc"]
    ].mean()
    return averaged
