"""What few patients can show, as tables and figures: one model, two models, the best of many."""

from __future__ import annotations

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from psp_core.audit.paired_power import paired_power, patients_needed, simulated_paired_power
from psp_core.audit.power import implied_interval, power_against_chance

COLOURS = ("#0072b2", "#d55e00", "#009e73")
Counts = tuple[int, int]


def single_table(
    areas: Iterable[float],
    test: Counts,
    *,
    repetitions: int,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """What one model shows: interval of a printed AUC, power against chance if it is the true one.

    Returns
    -------
    DataFrame
        ``auc, standard_error, lower, upper, logit_lower, logit_upper, power, error``.
    """
    counts = {"n_positive": test[0], "n_negative": test[1]}
    rows, seed = [], int(rng.integers(2**32))
    for area in areas:
        implied = implied_interval(area, confidence_level=confidence_level, **counts)
        found = power_against_chance(
            area,
            repetitions=repetitions,
            rng=np.random.default_rng(seed),  # the same patients for all: rows can be compared
            alpha=1 - confidence_level,
            **counts,
        )
        rows.append({**vars(implied), "power": found.value, "error": found.error})
    return pd.DataFrame(rows)


def format_single(table: pd.DataFrame) -> pd.DataFrame:
    """Write `single_table` as text."""
    rows = table.to_dict("records")
    return pd.DataFrame(
        {
            "AUC": [f"{row['auc']:.3f}" for row in rows],
            "standard error": [f"{row['standard_error']:.3f}" for row in rows],
            "interval": [f"{row['lower']:.3f} to {row['upper']:.3f}" for row in rows],
            "on the logit scale": [
                f"{row['logit_lower']:.3f} to {row['logit_upper']:.3f}" for row in rows
            ],
            "told from chance, if true": [
                f"{row['power']:.3f} ± {row['error']:.3f}" for row in rows
            ],
        }
    )


def pair_table(
    first: float,
    second: float,
    test: Counts,
    *,
    correlations: Iterable[float],
    power: float,
    repetitions: int,
    rng: np.random.Generator,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Power to tell two models apart on the same patients, and the patients that `power` needs.

    Returns
    -------
    DataFrame
        ``correlation, analytic, simulated, error, needed``.
    """
    counts = {"n_positive": test[0], "n_negative": test[1]}
    rows, seed = [], int(rng.integers(2**32))
    for one in correlations:
        found = simulated_paired_power(
            first,
            second,
            repetitions=repetitions,
            rng=np.random.default_rng(seed),
            correlation=one,
            alpha=alpha,
            **counts,
        )
        rows.append(
            {
                "correlation": one,
                "analytic": paired_power(first, second, correlation=one, alpha=alpha, **counts),
                "simulated": found.value,
                "error": found.error,
                "needed": patients_needed(
                    first,
                    second,
                    correlation=one,
                    alpha=alpha,
                    share_positive=test[0] / sum(test),
                    power=power,
                ),
            }
        )
    return pd.DataFrame(rows)


def format_pair(table: pd.DataFrame, *, power: float) -> pd.DataFrame:
    """Write `pair_table` as text."""
    rows = table.to_dict("records")
    return pd.DataFrame(
        {
            "correlation of the scores": [f"{row['correlation']:g}" for row in rows],
            "power by formula": [f"{row['analytic']:.3f}" for row in rows],
            "power of DeLong's test, simulated": [
                f"{row['simulated']:.3f} ± {row['error']:.3f}" for row in rows
            ],
            f"patients for {100 * power:g} %": [f"{row['needed']:.0f}" for row in rows],
        }
    )


def power_curves(
    first: float,
    second: float,
    share_positive: float,
    correlations: Iterable[float],
    *,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Power by the number of patients, for every correlation: ``correlation, n, power``."""
    rows = []
    for n in np.unique(np.geomspace(10, 2000, 40).round().astype(int)):
        positive = min(n - 1, max(1, round(n * share_positive)))
        for one in correlations:
            counts = {"n_positive": int(positive), "n_negative": int(n - positive)}
            power = paired_power(first, second, correlation=one, alpha=alpha, **counts)
            rows.append({"correlation": one, "n": int(n), "power": power})
    return pd.DataFrame(rows)


def plot_power(curves: pd.DataFrame, *, target: float, n: int, ax: Axes | None = None) -> Axes:
    """Draw `power_curves`; the target and the `n` of the test set are marked."""
    if ax is None:
        _, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    groups = list(curves.groupby("correlation"))
    for (correlation, part), shade in zip(groups, np.linspace(0.75, 0.0, len(groups)), strict=True):
        ax.plot(
            part["n"], part["power"], color=plt.get_cmap("viridis")(shade),
            label=f"correlation {correlation:g}",
        )  # fmt: skip
    ax.axhline(target, color="0.6", linewidth=0.8, linestyle="--")
    ax.axvline(n, color="0.6", linewidth=0.8, linestyle=":")
    ax.text(n * 1.05, 0.93, f"n = {n}", fontsize=8)
    ax.set(xscale="log", xlabel="Patients", ylabel="Power", ylim=(0, 1))
    ax.set_xticks([10, 20, 50, 100, 200, 500, 1000, 2000])
    ax.set_xticklabels(["10", "20", "50", "100", "200", "500", "1000", "2000"])
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_best(table: pd.DataFrame, *, true_auc: float, ax: Axes | None = None) -> Axes:
    """Draw `audit.best_of.best_of_models`: the expected best and its range by number of models."""
    if ax is None:
        _, ax = plt.subplots(figsize=(6.0, 3.4), layout="constrained")
    ax.fill_between(
        table["n_models"], table["low"], table["high"], color=COLOURS[0], alpha=0.18, linewidth=0,
        label="range of the simulation",
    )  # fmt: skip
    ax.plot(table["n_models"], table["mean"], "o-", ms=4, color=COLOURS[0], label="expected best")
    ax.plot(table["n_models"], table["normal_mean"], "--", color=COLOURS[1], label="normal formula")
    ax.axhline(true_auc, color="0.4", linewidth=0.9, linestyle=":", label="true AUC of each")
    ax.set(xlabel="Models compared", ylabel="AUC that the best shows", xticks=table["n_models"])
    ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    ax.spines[["top", "right"]].set_visible(False)
    return ax
