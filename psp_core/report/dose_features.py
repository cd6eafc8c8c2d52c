"""Dose to the lesion by class: figures, and where the lesion lies in the field."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from psp_core.evaluation.classes import CLASSES, NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.preprocessing.dosimetry.field_call import FIELD_CALLS
from psp_core.report.characteristics import class_table
from psp_core.report.formatting import words

MEASURED = (
    "mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy", "d98_percent", "d98_eqd2_gy",
    "d2_gy", "v95_percent", "centroid_to_95_mm", "farthest_to_95_mm", "centroid_to_80_mm",
    "farthest_to_80_mm", "volume_cm3",
)  # fmt: skip
CALL_COLOURS: dict[str, str] = dict(
    zip(FIELD_CALLS, ("#8c2d04", "#e08214", "#fdd49e", "#9e9e9e", "#dedede"), strict=True)
)
LIGHT_CALLS = ("outside", "unknown")
NARROWEST_NUMBERED = 0.03  # of the axis; a count does not fit into a shorter part of a bar


def default_lesions(features: pd.DataFrame) -> pd.DataFrame:
    """Keep the labelled patients, each with the study's own lesion definition.

    The first row of a patient counts. Where a lesion could not be found, its place in
    the field is unknown.
    """
    rows = features[features["is_default"].astype(bool) & features["label"].isin(CLASSES)]
    first = rows.drop_duplicates(["dataset", "subject_id"])
    return first.assign(field_call=first["field_call"].fillna("unknown"))


def dose_table(features: pd.DataFrame) -> pd.DataFrame:
    """Dose figures and places in the field by class.

    Parameters
    ----------
    features : DataFrame
        One row per ``dataset``, ``subject_id``, ``timepoint`` and lesion definition, with
        ``label``, ``is_default`` and the record of ``lesion_dose``.

    Returns
    -------
    DataFrame
        As ``characteristics_table``; format it with ``format_characteristics``. A lesion
        outside the dose grid has no dose, is missing from the medians (``known``) and
        counted under ``field_call``.
    """
    return class_table(
        default_lesions(features), counted={"field_call": FIELD_CALLS}, measured=MEASURED
    )


def field_call_counts(features: pd.DataFrame) -> pd.DataFrame:
    """Patients by class (rows) and place in the field (columns)."""
    rows = default_lesions(features)
    counts = pd.crosstab(rows["label"], rows["field_call"])
    classes = [POSITIVE_CLASS, NEGATIVE_CLASS]
    return counts.reindex(index=classes, columns=list(FIELD_CALLS), fill_value=0).astype(float)


def plot_field_calls(counts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the counts of `field_call_counts`, one stacked bar per class."""
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 2.6), layout="constrained")
    totals = counts.sum(axis=1)
    longest = max(1.0, float(totals.max()))
    names = [f"{words(str(label))}\n(n = {total:.0f})" for label, total in totals.items()]
    start = pd.Series(0.0, index=counts.index)
    for call in counts.columns[counts.sum() > 0]:
        width = counts[call]
        bars = ax.barh(
            names, width, left=start, color=CALL_COLOURS[call], edgecolor="white", label=words(call)
        )
        numbers = [f"{n:.0f}" if n > NARROWEST_NUMBERED * longest else "" for n in width]
        ax.bar_label(
            bars, numbers, label_type="center", color="black" if call in LIGHT_CALLS else "white"
        )
        start = start + width
    ax.invert_yaxis()
    ax.set_xlim(0, 1.02 * longest)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("Patients")
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
