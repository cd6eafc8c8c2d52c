"""The clinical workbook of MU-Glioma-Post: one row per patient, days from the diagnosis."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from psp_core.cohorts.schema import RANGES
from psp_core.cohorts.sheet_cells import (
    Reader,
    covariate,
    id_faults,
    number,
    repeated_ids,
    word,
)
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
_DOSE = re.compile(r"(\d+(?:\.\d+)?) ?(c?gy)?", flags=re.IGNORECASE)
_FRACTIONS = re.compile(r"(\d+) ?(?:fx|fractions?)?", flags=re.IGNORECASE)


def _dose_gy(text: str) -> tuple[float, bool]:
    """Read a prescribed dose such as ``60 Gy``; several doses are not understood."""
    match = _DOSE.fullmatch(text)
    factor = 0.01 if match and (match[2] or "").lower() == "cgy" else 1
    gy = f"{factor * float(match[1]):.10g}" if match else text
    return number(*RANGES["total_dose_gy"])(gy)


def _fractions(text: str) -> tuple[float, bool]:
    match = _FRACTIONS.fullmatch(text)
    return number(*RANGES["fractions"])(match[1] if match else text)


_IDH = word({"0": "wildtype", "1": "mutant", "2": "unknown"})
_MGMT = word({"0": "unmethylated", "1": "methylated", **dict.fromkeys("234", "unknown")})
# By our name: published name, and how to read it.
_COVARIATES: Mapping[str, tuple[str, Reader]] = {
    "sex": ("Sex at Birth", word({"f": "F", "female": "F", "m": "M", "male": "M"})),
    "idh1": ("IDH1 mutation", _IDH),
    "idh2": ("IDH2 mutation", _IDH),
    "mgmt_status": ("MGMT methylation", _MGMT),
    "age_at_diagnosis": ("Age at diagnosis", number(*RANGES["age_years"])),
    "total_dose_gy": ("Dose", _dose_gy),
    "fractions": ("Number of Fractions", _fractions),
    **{name: (column, number(*RANGES["days_since_rt"])) for name, column in _DAYS.items()},
}
_COLUMNS = {
    "subject_id": ("Patient_ID",),
    **{name: (column,) for name, (column, _) in _COVARIATES.items()},
}


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
        With every fault of the columns and IDs, by row.
    """
    table, faults = pick_columns(read_sheet(path, sheet=SHEET), _COLUMNS)
    subjects = table["subject_id"]
    faults += id_faults(subjects, SUBJECT_ID, "Patient_ID", "one like PatientID_0003")
    faults += repeated_ids(subjects.where(subjects.str.fullmatch(SUBJECT_ID), ""))
    if faults:
        raise TableError(path.name, faults)
    notes: list[dict[str, object]] = []
    clinical = pd.DataFrame(index=table.index)
    for name, (column, reader) in _COVARIATES.items():
        clinical[name], odd = covariate(table[name], subjects, column, reader)
        notes += odd
    clinical["idh_status"] = clinical["idh1"].where(clinical["idh2"] != "mutant", "mutant")
    clinical.index = pd.Index(subjects, name="subject_id")
    return clinical.drop(columns=["idh1", "idh2"]), notes
