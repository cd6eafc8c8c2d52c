"""The clinical workbook of MU-Glioma-Post: one row per patient, days from the diagnosis."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from psp_core.cohorts.cleaning import is_missing, shown
from psp_core.cohorts.schema import RANGES
from psp_core.cohorts.sheet_cells import numbers, words
from psp_core.cohorts.sheet_columns import pick_columns
from psp_core.cohorts.workbook import read_sheet
from psp_core.errors import TableError

SHEET = "MU Glioma Post"  # the second sheet; the other is the data dictionary
SUBJECT_ID = re.compile(r"PatientID_\d{4}")
TIMEPOINTS = range(1, 7)  # that the workbook has a day for

_ORDINALS = ("1st", "2nd", "3rd", "4th", "5th", "6th")
_DAYS: Mapping[str, str] = {
    "rt_end_day": "Number of days from Diagnosis to Radiation Therapy end date",
    "first_progression_day": "Number of days from Diagnosis to date of First Progression",
    **{
        f"mri_{n}_day": f"Number of Days from Diagnosis to {_ORDINALS[n - 1]} MRI (Timepoint_{n})"
        for n in TIMEPOINTS
    },
}
_AGE = "Age at diagnosis"
# By our name: published name, and category by code.
_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sex": ("Sex at Birth", {"f": "F", "female": "F", "m": "M", "male": "M"}),
    "idh1": ("IDH1 mutation", {"0": "wildtype", "1": "mutant", "2": "unknown"}),
    "idh2": ("IDH2 mutation", {"0": "wildtype", "1": "mutant", "2": "unknown"}),
    "mgmt_status": (
        "MGMT methylation",
        {"0": "unmethylated", "1": "methylated", "2": "unknown", "3": "unknown", "4": "unknown"},
    ),
}
_COLUMNS = {
    "subject_id": ("Patient_ID",),
    "age": (_AGE,),
    "dose": ("Dose",),
    "fractions": ("Number of Fractions",),
    **{name: (column,) for name, (column, _) in _WORDS.items()},
    **{name: (column,) for name, column in _DAYS.items()},
}
_DOSE = re.compile(r"(\d+(?:\.\d+)?) ?(c?gy)?", flags=re.IGNORECASE)
_FRACTIONS = re.compile(r"(\d+) ?(fx|fractions?)?", flags=re.IGNORECASE)


def read_clinical(path: Path) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Read the clinical workbook.

    Returns
    -------
    DataFrame
        Indexed by patient ID: ``age_at_diagnosis`` (years), ``sex``, ``idh_status``
        (mutant if IDH1 or IDH2 is; wildtype by IDH1 where IDH2 is unknown),
        ``mgmt_status``, ``total_dose_gy``, ``fractions``, and in days from the diagnosis
        ``rt_end_day``, ``first_progression_day``, ``mri_1_day`` ... ``mri_6_day``. NaN
        and ``unknown`` when missing.
    notes : list of dict
        Every cell whose text could not be read and counts as unknown.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault of the sheet, by row.
    """
    table, faults = pick_columns(read_sheet(path, sheet=SHEET), _COLUMNS)
    subjects = table["subject_id"]
    faults += _id_faults(subjects)
    subjects = subjects.where(subjects.map(lambda subject: bool(SUBJECT_ID.fullmatch(subject))), "")
    notes: list[dict[str, object]] = []
    read: dict[str, pd.Series[str] | pd.Series[float]] = {}
    for name, (column, meaning) in _WORDS.items():
        read[name], wrong = words(table[name], subjects, column, meaning)
        faults += wrong
    ages = {"age": (_AGE, "age_years")}
    for name, (column, kind) in (
        ages | {name: (column, "days_since_rt") for name, column in _DAYS.items()}
    ).items():
        read[name], wrong, more = numbers(table[name], subjects, column, kind)
        faults += wrong
        notes += more
    if faults:
        raise TableError(path.name, faults)
    for name, column, reader in (
        ("total_dose_gy", "dose", _dose_gy),
        ("fractions", "fractions", _fractions),
    ):
        read[name] = table[column].map(reader).astype(float)
        unread = read[name].isna() & ~table[column].map(is_missing)
        check = f"{_COLUMNS[column][0]} could not be read, taken as unknown"
        notes += [
            {"subject_id": subject, "check": check, "detail": shown(cell)}
            for subject, cell in zip(subjects[unread], table.loc[unread, column], strict=True)
        ]
    clinical = pd.DataFrame(read).rename(columns={"age": "age_at_diagnosis"})
    clinical["idh_status"] = clinical["idh1"].where(clinical["idh2"] != "mutant", "mutant")
    clinical.index = pd.Index(subjects, name="subject_id")
    return clinical.drop(columns=["idh1", "idh2"]), notes


def _id_faults(subjects: pd.Series[str]) -> list[str]:
    faults = [
        f"row {row}, Patient_ID: {'no study ID' if subject else 'empty'}; "
        "expected one like PatientID_0003"
        for row, subject in subjects.items()
        if not SUBJECT_ID.fullmatch(subject)
    ]
    for subject, rows in subjects.groupby(subjects).groups.items():
        if subject and len(rows) > 1 and SUBJECT_ID.fullmatch(str(subject)):
            numbers = " and ".join(map(str, rows))
            faults.append(f"rows {numbers} share the ID {subject}; two patients with one ID?")
    return faults


def _dose_gy(text: str) -> float:
    """Read a prescribed dose such as ``60 Gy``; NaN for several doses or another text."""
    match = _DOSE.fullmatch(text)
    if match is None:
        return math.nan
    dose_gy = float(match[1]) / (100 if (match[2] or "").lower() == "cgy" else 1)
    low, high, _ = RANGES["total_dose_gy"]
    return dose_gy if low <= dose_gy <= high else math.nan


def _fractions(text: str) -> float:
    """Read a number of fractions; NaN for another text."""
    match = _FRACTIONS.fullmatch(text)
    low, high, _ = RANGES["fractions"]
    return float(match[1]) if match and low <= float(match[1]) <= high else math.nan
