"""Verdicts of the controls on phantoms, as tables and one figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy.stats import sem, t

from psp_core.evaluation.comparison import holm
from psp_core.evaluation.null_cohorts import max_statistic
from psp_core.report.formatting import NOT_ESTIMABLE, decimal, p_value, with_interval

COLOUR = "#3f6fb2"


def plumbing_table(fits: pd.DataFrame, *, judged: str) -> pd.DataFrame:
    """Reached AUC beside the best possible one, with a verdict.

    Parameters
    ----------
    fits : DataFrame
        ``plumbing`` of `study.latent_controls.LatentControls`.
    judged : str
        The story on which the tolerance is asked for; others are shown only.
    """
    verdicts = ["" if row["story"] != judged else _verdict(row) for row in fits.to_dict("records")]
    table = pd.DataFrame(
        {
            "model": fits["title"],
            "phantoms": fits["story"],
            "reached": fits["auc"].map(decimal),
            "best possible": fits["ceiling"].map(decimal),
            "short by": [decimal(value + 0.0) for value in fits["shortfall"]],
            "verdict": verdicts,
            "note": fits["note"],
        }
    )
    return table if (fits["note"] != "").any() else table.drop(columns="note")


def fusion_table(fits: pd.DataFrame) -> pd.DataFrame:
    """The guided arm against the other fusions, Holm-corrected over all rows.

    Parameters
    ----------
    fits : DataFrame
        Of `study.latent_controls.latent_controls`; rows without a comparison are passed over.
    """
    compared = fits[fits["difference"].notna()]
    return pd.DataFrame(
        {
            "phantoms": compared["story"],
            "guided against": compared["title"],
            "guided minus other": [
                f"{row['difference']:+.3f} ({row['lower']:+.3f} to {row['upper']:+.3f})"
                for row in compared.to_dict("records")
            ],
            "p": [p_value(value) for value in compared["p_value"]],
            "p, Holm": [p_value(value) for value in holm(compared["p_value"])],
        }
    )


def failed_fits(fits: pd.DataFrame) -> str:
    """Which fits have no AUC, and why, as a list in Markdown.

    Parameters
    ----------
    fits : DataFrame
        ``title, n_train, auc, note``, and ``representation`` where there are several.
    """
    failed = fits[fits["auc"].isna()]
    if failed.empty:
        return f"All {len(fits)} fits succeeded."
    by = [name for name in ("representation", "title", "n_train") if name in fits]
    lines = [f"{len(failed)} of {len(fits)} fits failed, and are in no mean:", ""]
    for names, part in failed.groupby(by, sort=False):
        *arm, size = names
        told = "; ".join(dict.fromkeys(part["note"]))
        lines.append(f"- {': '.join(map(str, arm))}, {size} patients, {len(part)} times: {told}")
    return "\n".join(lines)


def null_folds_table(fits: pd.DataFrame, *, confidence_level: float) -> pd.DataFrame:
    """Mean held-out AUC over cohorts without effect, with Student's interval and a verdict.

    Parameters
    ----------
    fits : DataFrame
        Of `study.null_folds.null_cross_validation`.
    """
    rows = []
    for title, part in fits.groupby("title", sort=False):
        areas = part["auc"].dropna().to_numpy()
        mean, lower, upper = float("nan"), float("nan"), float("nan")
        if len(areas):
            mean = float(areas.mean())
        if len(areas) > 1:
            half = float(t.ppf(0.5 + confidence_level / 2, len(areas) - 1) * sem(areas))
            lower, upper = max(mean - half, 0.0), min(mean + half, 1.0)
        is_inside = lower <= 0.5 <= upper
        rows.append(
            {
                "model": title,
                "cohorts": len(areas),
                "mean held-out AUC": with_interval(mean, lower, upper),
                "0.5": NOT_ESTIMABLE if np.isnan(lower) else "inside" if is_inside else "outside",
            }
        )
    return pd.DataFrame(rows)


def zero_effect_table(
    fits: pd.DataFrame, *, tolerance: float, seed: int
) -> tuple[pd.DataFrame, str]:
    """Mean AUC per model on cohorts without effect, and a sentence on all of them.

    Parameters
    ----------
    fits : DataFrame
        ``zero_effect`` of `study.latent_controls.LatentControls`; models that failed on a
        cohort are left out of the common test, and counted.
    tolerance : float
        Of the mean over models and cohorts around 0.5.
    seed : int
        Of the sign changes of the maximum statistic.
    """
    areas = fits.pivot_table(index="seed", columns="title", values="auc", sort=False)
    areas = areas.reindex(columns=list(dict.fromkeys(fits["title"])))
    whole = areas.dropna(axis=1)
    found = max_statistic(whole.to_numpy(), seed=seed)
    statistics = dict(zip(whole.columns, found.statistics, strict=True))
    table = pd.DataFrame(
        {
            "model": areas.columns,
            "cohorts": areas.notna().sum().to_numpy(),
            "mean AUC": [decimal(value) for value in areas.mean()],
            "lowest": [decimal(value) for value in areas.min()],
            "highest": [decimal(value) for value in areas.max()],
            "standard errors from 0.5": [
                decimal(statistics.get(name, float("nan")), 1) for name in areas.columns
            ],
        }
    )
    mean = float(whole.to_numpy().mean())
    is_near = abs(mean - 0.5) <= tolerance
    verdict = "holds" if is_near and found.p_value >= 0.05 else "does not hold"
    left_out = len(areas.columns) - len(whole.columns)
    sentence = (
        f"The mean AUC of {len(whole.columns)} models on {len(whole)} cohorts is {mean:.3f} "
        f"(asked: within {tolerance:g} of 0.5). The model farthest from 0.5 lies "
        f"{found.largest:.1f} standard errors away; chance alone gives a maximum as "
        f"large with p = {found.p_value:.2f}. "
        f"The zero-effect control {verdict}."
    )
    if left_out:
        sentence += f" {left_out} models failed on some cohort and are not in the test."
    return table, sentence


def _verdict(row: Mapping[Any, Any]) -> str:
    if row["note"]:
        return NOT_ESTIMABLE
    return "within" if row["is_within"] else "short" if row["shortfall"] > 0 else "above"


def plot_zero_effect(fits: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the AUC of every model on every cohort without effect."""
    titles = list(dict.fromkeys(fits["title"]))
    if ax is None:
        _, ax = plt.subplots(figsize=(6.4, 0.34 * len(titles) + 0.9), layout="constrained")
    for place, title in enumerate(titles):
        values = np.sort(fits.loc[fits["title"] == title, "auc"].dropna().to_numpy())
        aside = 0.18 * np.cos(np.pi * np.arange(len(values)))
        ax.scatter(values, place + aside, s=9, color="0.6", linewidths=0)
        if len(values):
            ax.vlines(values.mean(), place - 0.32, place + 0.32, color=COLOUR, linewidth=2)
    ax.axvline(0.5, color="0.3", linewidth=0.8, linestyle="--")
    ax.set_yticks(range(len(titles)), titles)
    ax.invert_yaxis()
    ax.set(xlabel="AUC on patients not seen")
    ax.spines[["top", "right"]].set_visible(False)
    return ax
