"""How much dose figures move with the definition of the lesion."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from psp_core.evaluation.classes import CLASSES
from psp_core.report.formatting import NOT_KNOWN, count, spread, words

SUBJECT = ["dataset", "subject_id", "timepoint"]
DEFINITION = ["region", "component"]
LABEL_CHARACTERS = 32  # longer names of definitions are broken


def definition_differences(features: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Difference of each figure to that of the study's own definition, patient by patient.

    Parameters
    ----------
    features : DataFrame
        One row per ``dataset``, ``subject_id``, ``timepoint``, ``region`` and
        ``component``; ``is_default`` marks the study's own definition. Unlabelled
        patients are left out.
    names : iterable of str
        Figures to compare.

    Returns
    -------
    DataFrame
        `SUBJECT`, `DEFINITION`, ``feature``, ``difference``; NaN where one of the two
        definitions gives no figure.
    """
    names = list(names)
    rows = features[features["label"].isin(CLASSES)]
    is_default = rows["is_default"].astype(bool)
    own = rows.loc[is_default, SUBJECT + names]
    others = rows.loc[~is_default, SUBJECT + DEFINITION + names]
    paired = others.merge(own, on=SUBJECT, suffixes=("", "_own"), validate="many_to_one")
    differences = paired[SUBJECT + DEFINITION].copy()
    for name in names:
        differences[name] = paired[name].astype(float) - paired[f"{name}_own"].astype(float)
    return differences.melt(SUBJECT + DEFINITION, var_name="feature", value_name="difference")


def definition_table(differences: pd.DataFrame) -> pd.DataFrame:
    """Summarise `definition_differences` over patients.

    Returns
    -------
    DataFrame
        `DEFINITION`, ``feature``, ``n`` (known), ``median``, ``minimum``, ``maximum`` and
        ``median_absolute``.
    """
    rows = differences.assign(absolute=differences["difference"].abs())
    return (
        rows.groupby([*DEFINITION, "feature"], sort=False)
        .agg(
            n=("difference", "count"),
            median=("difference", "median"),
            minimum=("difference", "min"),
            maximum=("difference", "max"),
            median_absolute=("absolute", "median"),
        )
        .reset_index()
    )


def format_definition_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write `definition_table` as text: one row per definition, one column per figure."""
    cells = [
        f"{spread(row['median'], row['minimum'], row['maximum'])}; n = {count(row['n'])}"
        if row["n"]
        else NOT_KNOWN
        for row in table.to_dict("records")
    ]
    text = table[DEFINITION].assign(
        feature=table["feature"].map(words), cell=cells, lesion=_definition_names(table)
    )
    order = [list(dict.fromkeys(text[name])) for name in ("lesion", "feature")]
    wide = text.pivot_table(index="lesion", columns="feature", values="cell", aggfunc="first")
    return wide.reindex(index=order[0], columns=order[1]).rename_axis(index=None, columns=None)


def plot_definition_shift(
    differences: pd.DataFrame, *, feature: str = "d98_gy", ax: Axes | None = None
) -> Axes:
    """Draw the differences of one figure: a dot per patient, quartiles and median.

    Parameters
    ----------
    differences : DataFrame
        From `definition_differences`.
    feature : str, default "d98_gy"
        The figure to draw.
    """
    rows = differences[differences["feature"] == feature]
    rows = rows.assign(lesion=_definition_names(rows))
    lesions = list(dict.fromkeys(rows["lesion"]))
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 1.0 + 0.42 * max(1, len(lesions))), layout="constrained")
    names = []
    for place, lesion in enumerate(lesions):
        values = np.sort(rows.loc[rows["lesion"] == lesion, "difference"].dropna().to_numpy())
        names.append(
            textwrap.fill(
                f"{lesion} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{len(values)})", LABEL_CHARACTERS
            )
        )
        if not len(values):
            continue
        height = place + 0.22 * np.cos(np.pi * np.arange(len(values)))  # two lines of dots
        ax.scatter(values, height, s=9, color="0.65", linewidths=0)
        lower, median, upper = np.percentile(values, [25, 50, 75])
        ax.hlines(place, lower, upper, color="#3f6fb2", linewidth=4)
        ax.scatter([median], [place], s=36, color="white", edgecolors="#3f6fb2", zorder=3)
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlabel(f"{words(feature)}\nchange against the study's own definition")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return ax


def _definition_names(rows: pd.DataFrame) -> pd.Series:
    """Name of each row's lesion definition."""
    ending = rows["component"].map(lambda name: " components" if name == "all" else " component")
    return rows["region"].map(words) + ", " + rows["component"].map(words) + ending
