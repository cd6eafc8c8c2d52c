"""What each collection at hand holds, and everything odd about it, as tables for a page."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from psp_core.cohorts.collections import module_of
from psp_core.cohorts.flow import LoadedCohort
from psp_core.cohorts.schema import CATEGORIES
from psp_core.cohorts.subsets import SUBSETS, subset_counts
from psp_core.evaluation.classes import CLASSES
from psp_core.report.characteristics import beside, characteristics_table, class_table
from psp_core.report.formatting import NOT_KNOWN, words

# What a model, the dose pipeline or an evaluation may want, and the columns that tell it.
HOLDINGS: Mapping[str, tuple[str, ...]] = {
    "T1CE and FLAIR": ("t1ce_file", "flair_file"),
    "lesion mask": ("lesion_mask_file",),
    "structure set": ("structures_file",),
    "dose": ("dose_file",),
    "prescription": ("total_dose_gy",),
    "days since RT": ("days_since_rt",),
    "age": ("age_years",),
    "sex": ("sex",),
    "IDH": ("idh_status",),
    "MGMT": ("mgmt_status",),
    "resection": ("resection",),
    "survival": ("survival_days",),
}
_MEASURED = ("age_years", "days_since_rt", "total_dose_gy", "fractions", "survival_days")
_COUNTED = ("sex", "idh_status", "mgmt_status", "resection", "reference_standard")


def holdings(cohorts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count what is known, by collection.

    Parameters
    ----------
    cohorts : mapping of str to DataFrame
        Cohort tables by name of the collection.

    Returns
    -------
    DataFrame
        ``collection, patients, scans, true progression, pseudoprogression`` and one column per
        key of `HOLDINGS`: scans that have it.
    """
    rows = []
    for name, cohort in cohorts.items():
        row: dict[str, object] = {
            "collection": words(name),
            "patients": cohort["subject_id"].nunique(),
            "scans": len(cohort),
        }
        row |= {words(label): int((cohort["label"] == label).sum()) for label in CLASSES}
        for what, columns in HOLDINGS.items():
            known = pd.concat([_known(cohort[column]) for column in columns], axis=1)
            row[what] = int(known.all(axis=1).sum())
        rows.append(row)
    return pd.DataFrame(rows)


def stated(cohorts: Mapping[str, object]) -> pd.DataFrame:
    """Tabulate what each collection's module states: role, licence, labels, what it can serve."""
    rows = []
    for name in cohorts:
        module = module_of(name)
        rows.append(
            {
                "collection": module.TITLE,
                "role": module.ROLE,
                "licence": module.LICENCE,
                "single patients may be shown to": {
                    "public": "everybody",
                    "access-holders": "holders of the data access",
                }[module.DISCLOSURE],
                "reference standard": module.REFERENCE_STANDARD,
                "feature sets": ", ".join(map(words, module.FEATURE_SETS)) or NOT_KNOWN,
            }
        )
    return pd.DataFrame(rows)


def cohort_characteristics(
    cohort: pd.DataFrame, printed: Mapping[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Table 1 of a collection, by class where it has labels, beside printed ones.

    Parameters
    ----------
    cohort : DataFrame
        A cohort table. Without a label the first scan of each patient is described.
    printed : mapping of str to DataFrame, optional
        Tables of `report.published` by source.
    """
    if cohort["label"].isin(CLASSES).any():
        own = characteristics_table(cohort)
    else:
        first = cohort.drop_duplicates("subject_id")
        counted = {name: CATEGORIES[name] for name in _COUNTED}
        own = class_table(first, counted=counted, measured=_MEASURED)[
            ["variable", "category", "all"]
        ]
    return beside({"this run": own[_is_told(own)], **(printed or {})})


def notes_summary(loaded: Mapping[str, LoadedCohort]) -> pd.DataFrame:
    """Count what was noted: ``collection, check, patients, times, days`` (their range).

    A note on a whole table is of no patient.
    """
    parts = []
    for name, one in loaded.items():
        if one.notes.empty:
            continue
        found = one.notes.groupby("check", sort=False).agg(
            patients=("subject_id", lambda subjects: subjects[subjects != ""].nunique()),
            times=("subject_id", "size"),
            least=("days", "min"),
            most=("days", "max"),
        )
        found.insert(0, "collection", words(name))
        parts.append(found.reset_index())
    columns = ["collection", "check", "patients", "times", "days"]
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)
    table["days"] = [
        NOT_KNOWN if pd.isna(low) else f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
        for low, high in zip(table["least"], table["most"], strict=True)
    ]
    return table[columns]


def everybody_dropped(loaded: Mapping[str, LoadedCohort]) -> pd.DataFrame:
    """List everybody who was left out: ``collection, subject_id, step, reason``."""
    return _together({name: one.flow.dropped for name, one in loaded.items()})


def every_note(loaded: Mapping[str, LoadedCohort]) -> pd.DataFrame:
    """List every note, in the columns of `flow.make_notes` after the collection."""
    return _together({name: one.notes for name, one in loaded.items()})


def _together(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables of several collections below one another; columns are the same, rows may be none."""
    parts = [table.assign(collection=words(name)) for name, table in tables.items()]
    filled = [part for part in parts if len(part)] or parts[:1]
    joined = pd.concat(filled, ignore_index=True)
    return joined[["collection", *(name for name in joined if name != "collection")]]


def subset_table(cohorts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count the classes in the subsets that the cohort tables tell, as text.

    The dose is told by a later page, and with it the subset of complete doses.
    """
    labelled = [table[table["label"].isin(CLASSES)] for table in cohorts.values()]
    names = [name for name in SUBSETS if name != "complete_dose_only"]
    counts = subset_counts(pd.concat(labelled, ignore_index=True), names)
    return counts.assign(
        dataset=counts["dataset"].map(words),
        subset=counts["subset"].map({name: SUBSETS[name].title for name in names}),
        note=counts["note"].map(_said),
    ).rename(columns={"dataset": "collection"} | {name: words(name) for name in CLASSES})


def _said(note: str) -> str:
    """A note that begins with the name of a column, in words."""
    name, gap, rest = note.partition(" ")
    return f"{words(name)}{gap}{rest}"


def _is_told(table: pd.DataFrame) -> pd.Series:
    """Rows of variables of which something is known of somebody."""
    told = (table["category"] != "unknown") & (table["all"].fillna(0) > 0)
    return table["variable"].isin(table.loc[told, "variable"])


def _known(values: pd.Series) -> pd.Series:
    """Whether a cell of the cohort table says something."""
    return values.notna() & ~values.isin(["", "unknown"])
