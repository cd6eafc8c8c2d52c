"""Clinical table of Burdenko-GBM-Progression: one flat CSV, read from any of its names.

Absolute dates never leave this module except through `read_rt_end_dates`; everything
else is told in days from the end of radiotherapy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd

from psp_core.cohorts.cleaning import (
    column_faults,
    is_missing,
    number_or_nan,
    read_text_table,
    shown,
)
from psp_core.cohorts.labels import VISITS, response_fault
from psp_core.cohorts.schema import RANGES, SUBJECT_ID_PATTERN, subject_in_brackets
from psp_core.cohorts.versions import newest
from psp_core.errors import TableError

NAME = "burdenko"
TITLE = "Burdenko-GBM-Progression"
ROLE = "training and cross-validation"
DOI = "10.7937/E1QP-D183"
CLINICAL_TABLE_LICENCE = "CC BY 4.0"
LICENCE = f"images: NIH Controlled Data Access Policy; clinical table: {CLINICAL_TABLE_LICENCE}"
ACCESS = "images: on request (dbGaP phs004225); clinical table: open"
DISCLOSURE = "access-holders"
CLINICAL_TABLE_DISCLOSURE = "public"
HAS_LABEL = True
HAS_DOSE = True
REFERENCE_STANDARD = (
    "response at each follow-up as the treating centre read images and course; no histology in "
    "the table, and the interval since radiotherapy goes with the label"
)
FEATURE_SETS = ("full", "no_dose", "no_dose_no_time", "clinical_only", "image_only", "time_only")
FRAME = "native"
LABEL_MAP = "own"

_SCANS = re.compile(r"Burdenko-GBM-\d+")
_ORDINALS = ("1st", "2nd", "3rd", *(f"{number}th" for number in range(4, 11)))
_ID, _SEX, _IDH, _MGMT, _AGE = "AnonymPatientID", "Sex", "IDH1/2", "MGMT", "AgeAtStudyDate"
_RT_END = "AnonymEnd of RT"
_DATES: Mapping[str, str] = {
    "study_day": "AnonymStudyDate",
    "surgery_day": "AnonymDate of surgery",
    "rt_start_day": "AnonymStart of RT",
    "topometric_mri_day": "AnonymDate of topometric MRI",
    "death_day": "AnonymDeath",
    **{f"visit_{n}_day": f"Anonym{_ORDINALS[n - 1]}_fup" for n in VISITS},
}
_RESPONSES = {f"response_{n}": f"Response_{_ORDINALS[n - 1]}_fup" for n in VISITS}
COLUMNS = (_ID, _SEX, _IDH, _MGMT, _AGE, _RT_END, *_DATES.values(), *_RESPONSES.values())
_CATEGORIES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sex": (_SEX, {"f": "F", "m": "M"}),
    "idh_status": (_IDH, {"positive": "mutant", "negative": "wildtype"}),
    "mgmt_status": (_MGMT, {"positive": "methylated", "negative": "unmethylated"}),
}
_DATE_FORMATS = ("%m/%d/%y", "%m/%d/%Y", "%Y-%m-%d")  # the second and third: after a spreadsheet


def find_clinical_table(path: Path) -> tuple[Path, list[dict[str, object]]]:
    """Find the clinical CSV: the path itself, or the newest of its name in or under a folder.

    Returns
    -------
    The file, and notes of others of its name, which are not used.

    Raises
    ------
    MissingInputError
        If there is none.
    AmbiguousInputError
        If nothing tells which of several is the newest.
    """
    given = path if path.is_file() else None
    return newest(path, ("*burdenko*clinical*.csv",), scans=_SCANS, given=given)


def read_clinical_table(path: Path) -> pd.DataFrame:
    """Read the clinical table, with every date as days from the end of radiotherapy.

    Returns
    -------
    DataFrame
        One row per patient: ``subject_id``, ``sex``, ``idh_status``, ``mgmt_status``
        (unknown is a category), ``age_years``, ``study_day``, ``surgery_day``,
        ``rt_start_day``, ``topometric_mri_day``, ``death_day``, ``visit_1_day`` ...
        ``visit_10_day`` (NaN when missing) and ``response_1`` ... ``response_10``
        (empty when missing).

    Raises
    ------
    MissingInputError, AmbiguousInputError
        If there is no or more than one such file.
    TableError
        With every fault of the table, by row of the file.
    """
    text, dates = _read(path)
    table = pd.DataFrame({"subject_id": text[_ID]})
    for name, (column, meaning) in _CATEGORIES.items():
        table[name] = text[column].str.lower().map(meaning).fillna("unknown")
    table["age_years"] = text[_AGE].map(number_or_nan)
    for name, column in _DATES.items():
        table[name] = (dates[column] - dates[_RT_END]).dt.days.astype(float)
    for name, column in _RESPONSES.items():
        table[name] = text[column].where(~text[column].map(is_missing), "")
    return table.reset_index(drop=True)


def read_rt_end_dates(path: Path) -> pd.Series[pd.Timestamp]:
    """Absolute end of radiotherapy by subject ID: private, only to place images in time.

    Takes and raises what `read_clinical_table` does.
    """
    text, dates = _read(path)
    return pd.Series(dates[_RT_END].to_numpy(), index=pd.Index(text[_ID], name="subject_id"))


def _read(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Text and parsed dates under the canonical column names, all faults checked."""
    file, _ = find_clinical_table(path)
    text = read_text_table(file, known=COLUMNS)
    faults = column_faults(list(text.columns), COLUMNS)
    text = text.loc[:, ~text.columns.duplicated()]
    present = [name for name in COLUMNS if name in text]
    text = text.reindex(columns=list(COLUMNS), fill_value="")
    date_columns = [_RT_END, *_DATES.values()]
    dates = pd.DataFrame({column: text[column].map(_date_or_nat) for column in date_columns})
    dates = dates.astype("datetime64[ns]")
    if _ID in present:
        faults += _id_faults(text[_ID])
        faults += _cell_faults(text, dates)
    if faults:
        raise TableError(file.name, faults)
    return text, dates


def _id_faults(ids: pd.Series[str]) -> list[str]:
    faults = [
        f"row {row}, {_ID}: {'an ID with blanks or signs' if subject else 'empty'}; "
        "expected one like Burdenko-GBM-001"
        for row, subject in ids.items()
        if not re.fullmatch(SUBJECT_ID_PATTERN, subject)
    ]
    for subject, rows in ids.groupby(ids).groups.items():
        if subject and len(rows) > 1:
            numbers = " and ".join(map(str, rows))
            faults.append(
                f"rows {numbers} share the patient ID {subject}; two patients with one ID?"
            )
    return faults


def _cell_faults(text: pd.DataFrame, dates: pd.DataFrame) -> list[str]:
    """Faults of single cells, row by row; a date is never repeated in a message."""
    faults = []
    low_days, high_days, _ = RANGES["days_since_rt"]
    low_age, high_age, _ = RANGES["age_years"]
    from_rt_end = {name: (dates[name] - dates[_RT_END]).dt.days for name in dates}
    unreadable = dates.isna()
    for position, (row, cells) in enumerate(text.iterrows()):
        where = f"row {row}" + subject_in_brackets(cells[_ID])
        for column, meaning in _CATEGORIES.values():
            value = cells[column]
            if not is_missing(value) and value.lower() not in meaning:
                expected = ", ".join(meaning)
                faults.append(f"{where}, {column}: {shown(value)}; expected {expected} or nothing")
        age = number_or_nan(cells[_AGE])
        if not is_missing(cells[_AGE]) and not low_age <= age <= high_age:
            faults.append(
                f"{where}, {_AGE}: {shown(cells[_AGE])}; expected {low_age:g} to {high_age:g} years"
            )
        for column in dates.columns:
            if not is_missing(cells[column]) and unreadable[column].iloc[position]:
                faults.append(f"{where}, {column}: not a date; expected month/day/year")
            days = from_rt_end[column].iloc[position]
            if not math.isnan(days) and not low_days <= days <= high_days:
                faults.append(
                    f"{where}, {column}: {days:g} days from the end of radiotherapy; "
                    f"expected {low_days:g} to {high_days:g}"
                )
        for column in _RESPONSES.values():
            fault = None if is_missing(cells[column]) else response_fault(cells[column])
            if fault:
                faults.append(f"{where}, {column}: {fault}")
    return faults


def _date_or_nat(text: str) -> datetime | None:
    for date_format in _DATE_FORMATS:
        try:
            return datetime.strptime(text, date_format)
        except ValueError:
            continue
    return None
