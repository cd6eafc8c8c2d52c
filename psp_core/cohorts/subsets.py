"""Subsets of patients that a reviewer asks for, named once and usable in every table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from psp_core.errors import TableError
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS

TWELVE_WEEKS_DAYS = 84  # RANO: progression within 12 weeks of radiotherapy needs more than an image
UNKNOWN = "unknown"
COUNTS = ("dataset", "subset", POSITIVE_CLASS, NEGATIVE_CLASS, "note")


@dataclass(frozen=True)
class Subset:
    """A rule on patients.

    Attributes
    ----------
    title : str
        What a reader calls it.
    column : str
        What the rule reads; empty when it takes everybody.
    rule : callable
        Values of that column to a boolean series; False of what is not known.
    """

    title: str
    column: str
    rule: Callable[[pd.Series], pd.Series]


SUBSETS: Mapping[str, Subset] = {
    "all": Subset("all patients", "", lambda values: values.notna()),
    "histology_only": Subset(
        "label from histology", "reference_standard", lambda values: values == "histology"
    ),
    "first_follow_up_only": Subset(
        "event at the first follow-up", "visit_number", lambda values: values == 1
    ),
    "within_12_weeks": Subset(
        "event up to 12 weeks after radiotherapy",
        "days_since_rt",
        lambda values: values <= TWELVE_WEEKS_DAYS,
    ),
    "beyond_12_weeks": Subset(
        "event later than 12 weeks",
        "days_since_rt",
        lambda values: values > TWELVE_WEEKS_DAYS,
    ),
    "complete_dose_only": Subset(
        "dose of the whole course", "completeness", lambda values: values == "complete"
    ),
}


def in_subset(
    patients: pd.DataFrame, name: str, *, subsets: Mapping[str, Subset] = SUBSETS
) -> pd.Series:
    """Which patients belong to a subset; one of whom nothing is known does not.

    Parameters
    ----------
    patients : DataFrame
        One row per patient, see `study.patients.COLUMNS`.
    name : str
        One of `subsets`.
    subsets : mapping of str to Subset, optional
        `SUBSETS`, or others like `subgroups.SUBGROUPS`.

    Returns
    -------
    Series of bool
        With the index of the table.

    Raises
    ------
    TableError
        If there is no such subset, or the table lacks the column that it reads.
    """
    if name not in subsets:
        raise TableError("subsets", [f"no subset {name!r}; expected one of {', '.join(subsets)}"])
    subset = subsets[name]
    if not subset.column:
        return pd.Series(True, index=patients.index)
    if subset.column not in patients:
        fault = f"column {subset.column!r} is missing; subset {name!r} needs it"
        raise TableError("patients", [fault])
    return subset.rule(patients[subset.column]).astype(bool)


def subset_counts(patients: pd.DataFrame, names: Iterable[str] = tuple(SUBSETS)) -> pd.DataFrame:
    """Count the classes of every collection in every subset.

    Returns
    -------
    DataFrame
        `COUNTS`; ``note`` says of how many patients of the collection it is not known
        whether they belong to the subset.

    Raises
    ------
    TableError
        As `in_subset`.
    """
    chosen = {name: in_subset(patients, name) for name in names}
    rows = []
    for dataset, group in patients.groupby("dataset", sort=True):
        for name, belongs in chosen.items():
            labels = group.loc[belongs[group.index], "label"]
            counts = [int((labels == one).sum()) for one in (POSITIVE_CLASS, NEGATIVE_CLASS)]
            rows.append((dataset, name, *counts, _unknown(group, SUBSETS[name].column)))
    return pd.DataFrame(rows, columns=list(COUNTS))


def _unknown(group: pd.DataFrame, column: str) -> str:
    """Of how many patients a column is not known, as a note."""
    if not column:
        return ""
    missing = int((group[column].isna() | (group[column] == UNKNOWN)).sum())
    if missing == len(group):
        return f"{column} is known of nobody"
    return f"{column} is not known of {missing}" if missing else ""
