"""The tables of LUMIERE: ratings by week, patients, and which sequences there should be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.cohorts.cleaning import is_missing, read_text_table, shown
from psp_core.cohorts.markers import idh_status, mgmt_status
from psp_core.cohorts.schema import RANGES
from psp_core.cohorts.sheet_cells import (
    Reader,
    covariate,
    id_faults,
    number,
    place,
    repeated_ids,
    word,
    words,
)
from psp_core.cohorts.sheet_columns import pick_columns
from psp_core.errors import TableError

Week = tuple[int, int]  # week number, and which scan of that week (0 when not said)

PATIENT = re.compile(r"Patient-\d{3}")
RESPONSES = ("PD", "SD", "PR", "CR")
STAGES = ("Pre-Op", "Post-Op")
_WEEK = re.compile(r"week-(\d{3})(?:-([1-9]\d*))?")
_CODES = {code.lower(): code for code in (*RESPONSES, *STAGES)}
_MARK = {"x": "x"}
_SEX = {"male": "M", "female": "F", "m": "M", "f": "F"}
_PATIENT_COLUMN = {"patient": ("Patient",)}
_KEY_COLUMNS = {**_PATIENT_COLUMN, "week": ("Date", "Timepoint", "Date*", "Timepoint*")}
_RATING_COLUMNS = {
    **_KEY_COLUMNS,
    "mark": ("LessThan3Months*",),
    "rating": ("Rating (according to RANO*",),
}
_COVARIATES: Mapping[str, tuple[str, Reader]] = {
    "sex": ("Sex", word(_SEX)),
    "age_years": ("Age at surgery (years)", number(*RANGES["age_years"])),
    "idh_status": ("IDH (WT: wild type)", idh_status),
    "mgmt_status": ("MGMT qualitative", mgmt_status),
    "survival_days": ("Survival time (weeks)", number(0, 2000)),
}
_STARTS = {
    "age_years": ("Age at surgery*",),
    "idh_status": ("IDH (*",),
    "mgmt_status": ("MGMT qualitative*",),
    "survival_days": ("Survival time*",),
}
_SEQUENCES = {"t1ce_file": "CT1", "t1_file": "T1", "t2_file": "T2", "flair_file": "FLAIR"}


@dataclass(frozen=True)
class Rating:
    """What the expert wrote about one date.

    Attributes
    ----------
    week : Week
        When.
    codes : frozenset of str
        Of `RESPONSES` and `STAGES`; empty when not rated, several when rated twice.
    is_early : bool
        Marked as less than three months after radiotherapy.
    """

    week: Week
    codes: frozenset[str]
    is_early: bool


def parse_week(name: str) -> Week | None:
    """Read the name of a week, ``week-040-2``; None if it is none."""
    found = _WEEK.fullmatch(name)
    return (int(found[1]), int(found[2] or 0)) if found else None


def read_ratings(path: Path) -> tuple[dict[str, list[Rating]], list[dict[str, object]]]:
    """Read the expert ratings.

    Returns
    -------
    ratings : dict of str to list of Rating
        By patient, in the order of weeks.
    notes : list of mappings
        Dates that were rated twice.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    table, faults = _read(path, _RATING_COLUMNS)
    marks, wrong = words(table["mark"], table["patient"], "LessThan3Months", _MARK)
    faults += wrong
    codes = table["rating"].str.split("/")
    for (row, cells), patient in zip(codes.items(), table["patient"], strict=True):
        faults += [
            f"{place(row, patient, 'Rating')}: {shown(one.strip())}; expected {', '.join(_CODES)}"
            for one in cells
            if not is_missing(one) and one.strip().lower() not in _CODES
        ]
    if faults:
        raise TableError(path.name, faults)
    by_week: dict[tuple[str, Week], list[Rating]] = {}
    for patient, name, mark, cells in zip(
        table["patient"], table["week"], marks, codes, strict=True
    ):
        week = parse_week(name) or (0, 0)
        known = frozenset(_CODES[one.strip().lower()] for one in cells if not is_missing(one))
        by_week.setdefault((patient, week), []).append(Rating(week, known, mark == "x"))
    ratings: dict[str, list[Rating]] = {}
    notes: list[dict[str, object]] = []
    for (patient, week), several in sorted(by_week.items()):
        found = frozenset(code for one in several for code in one.codes)
        if len(several) > 1:
            detail = f"week {week[0]}: {' and '.join(sorted(found)) or 'no rating'}"
            notes.append(
                {"subject_id": patient, "check": "date rated more than once", "detail": detail}
            )
        is_early = any(one.is_early for one in several)
        ratings.setdefault(patient, []).append(Rating(week, found, is_early))
    return ratings, notes


def read_patients(path: Path) -> tuple[dict[str, dict[str, Any]], list[dict[str, object]]]:
    """Read sex, age, IDH, MGMT and survival of the patients.

    Returns
    -------
    patients : dict of str to dict
        Columns of the cohort table by patient.
    notes : list of mappings
        What could not be read and counts as unknown.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong ID of it.
    """
    columns = {
        **_PATIENT_COLUMN,
        **{name: (column, *_STARTS.get(name, ())) for name, (column, _) in _COVARIATES.items()},
    }
    table, faults = _read(path, columns)
    faults += repeated_ids(table["patient"])
    if faults:
        raise TableError(path.name, faults)
    notes: list[dict[str, object]] = []
    for name, (column, reader) in _COVARIATES.items():
        table[name], odd = covariate(table[name], table["patient"], column, reader)
        notes += odd
    table["survival_days"] = (7 * table["survival_days"].astype(float)).round()
    records = table.drop(columns="patient").to_dict("records")
    return dict(zip(table["patient"], records, strict=True)), notes


def read_completeness(path: Path) -> dict[tuple[str, Week], set[str]]:
    """Read which sequences the makers shipped, as file columns by patient and week.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    table, faults = _read(path, {**_KEY_COLUMNS, **{n: (told,) for n, told in _SEQUENCES.items()}})
    for name, column in _SEQUENCES.items():
        table[name], wrong = words(table[name], table["patient"], column, _MARK)
        faults += wrong
    if faults:
        raise TableError(path.name, faults)
    shipped: dict[tuple[str, Week], set[str]] = {}
    for cells in table.to_dict("records"):
        key = cells["patient"], parse_week(cells["week"]) or (0, 0)
        shipped.setdefault(key, set()).update(n for n in _SEQUENCES if cells[n] == "x")
    return shipped


def _read(path: Path, columns: Mapping[str, Sequence[str]]) -> tuple[pd.DataFrame, list[str]]:
    """Read the columns of a table; a patient who has no study ID is empty, and a fault."""
    table, faults = pick_columns(read_text_table(path), columns)
    if faults:
        raise TableError(path.name, faults)
    faults = id_faults(table["patient"], PATIENT, "Patient", "one like Patient-001")
    table["patient"] = table["patient"].where(table["patient"].str.fullmatch(PATIENT), "")
    if "week" in table:
        faults += [
            f"{place(row, patient, 'Date')}: {shown(week)}; expected a week like week-040 or "
            "week-040-2"
            for row, patient, week in table[["patient", "week"]].itertuples()
            if parse_week(week) is None
        ]
    return table, faults
