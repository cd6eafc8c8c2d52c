"""Table 1: patient characteristics by class, beside the published ones, never merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from psp_core.cohorts.schema import CATEGORIES
from psp_core.evaluation.classes import CLASSES, NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.report.formatting import count, count_percent, plain_number, spread, words

KEYS = ["variable", "category"]
FIGURES = ("median", "minimum", "maximum", "known")
_COUNTED = ("sex", "idh_status", "mgmt_status")
_MEASURED = ("age_years", "days_since_rt", "total_dose_gy", "fractions")


def characteristics_table(cohort: pd.DataFrame) -> pd.DataFrame:
    """Characteristics of the labelled patients, one time point per patient.

    Parameters
    ----------
    cohort : DataFrame
        With ``subject_id``, ``label`` and any of ``sex``, ``idh_status``,
        ``mgmt_status``, ``age_years``, ``days_since_rt``, ``total_dose_gy``,
        ``fractions``. The first labelled row of a patient counts.

    Returns
    -------
    DataFrame
        ``variable``, ``category`` and, as floats, ``true_progression``,
        ``pseudoprogression`` and ``all``: counts of categories; median, minimum,
        maximum and ``known`` (how many are) of measurements.
    """
    labelled = cohort[cohort["label"].isin(CLASSES)].drop_duplicates("subject_id")
    counted = {name: CATEGORIES[name] for name in _COUNTED}
    return class_table(labelled, counted=counted, measured=_MEASURED)


def class_table(
    labelled: pd.DataFrame, *, counted: Mapping[str, Iterable[str]], measured: Iterable[str]
) -> pd.DataFrame:
    """Counts and medians by class and together, as `characteristics_table` gives them.

    Parameters
    ----------
    labelled : DataFrame
        One row per patient; of the variables those that it has are tabulated.
    counted : mapping of str to iterable of str
        Categories of each variable that is counted.
    measured : iterable of str
        Variables with median, minimum and maximum.
    """
    groups = {
        POSITIVE_CLASS: labelled[labelled["label"] == POSITIVE_CLASS],
        NEGATIVE_CLASS: labelled[labelled["label"] == NEGATIVE_CLASS],
        "all": labelled,
    }
    measured = list(measured)
    columns = {name: _group(group, counted, measured) for name, group in groups.items()}
    table = pd.DataFrame(columns, dtype=float)
    return table.rename_axis(KEYS).reset_index()


def beside(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put characteristics of several sources side by side, each under its own header.

    The result is indexed by variable and category in the order of the first table, with
    two-level columns (source, group); NaN where a source prints nothing.
    """
    indexed = {source: table.set_index(KEYS) for source, table in tables.items()}
    joined = pd.concat(indexed, axis=1)
    first = next(iter(indexed.values())).index
    rest = [key for key in joined.index if key not in first]
    return joined.reindex([*first, *rest])


def format_characteristics(table: pd.DataFrame) -> pd.DataFrame:
    """Write a table of `beside` as text: count (percent), median (range).

    Percentages refer to the row "patients"; a category that is 0 everywhere is
    left out.
    """
    totals = table.to_numpy(dtype=float)[list(table.index).index(("patients", "n"))].tolist()
    lines = {("patients", "n"): [count(total) for total in totals]}
    for variable in table.index.get_level_values("variable").unique():
        rows = table.xs(variable, level="variable")
        if variable == "patients":
            continue
        if "median" in rows.index:
            parts = rows.loc[["median", "minimum", "maximum"]].to_numpy(dtype=float).T
            lines[words(variable), "median (range)"] = [spread(*part) for part in parts]
            known = rows.reindex(["known"]).to_numpy(dtype=float)[0]
            if (known < np.array(totals)).any():
                lines[words(variable), "known, n"] = [plain_number(value) for value in known]
            continue
        for category, values in rows.iterrows():
            if (values.fillna(0) == 0).all():
                continue
            lines[words(variable), words(str(category))] = [
                count_percent(value, total)
                for value, total in zip(values.to_numpy(dtype=float), totals, strict=True)
            ]
    text = pd.DataFrame.from_dict(lines, orient="index")
    text.index = pd.MultiIndex.from_tuples(lines, names=["", ""])
    text.columns = table.columns.map(lambda pair: (pair[0], words(pair[1])))
    return text


def _group(
    group: pd.DataFrame, counted: Mapping[str, Iterable[str]], measured: Iterable[str]
) -> dict[tuple[str, str], float]:
    """Compute counts and medians of one group of patients."""
    values: dict[tuple[str, str], float] = {("patients", "n"): len(group)}
    for label in CLASSES:
        values["label", label] = (group["label"] == label).sum()
    for variable, categories in counted.items():
        for category in categories:
            if variable in group:
                values[variable, category] = (group[variable] == category).sum()
    for variable in measured:
        if variable in group:
            numbers = group[variable].dropna()
            figures = (numbers.median(), numbers.min(), numbers.max(), len(numbers))
            values |= dict(zip(((variable, name) for name in FIGURES), figures, strict=True))
    return values
