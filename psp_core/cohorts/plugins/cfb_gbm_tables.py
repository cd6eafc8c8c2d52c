"""The tables of CFB-GBM, separated by tabs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.cohorts.cleaning import is_missing, read_text_table, shown
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

Note = dict[str, object]

PATIENT = re.compile(r"\d{3}")
TIMES = ("t0", "t1", "t2")
RESPONSES = ("CR", "PR", "MR", "SD", "PD")
HUMAN, AUTOMATIC = "humanSegmentation", "genSegmentation"
_TIMES = {time: time for time in TIMES}
_TIME = {"time": ("temporality",)}
_GTV_TYPE = {HUMAN.lower(): HUMAN, AUTOMATIC.lower(): AUTOMATIC}
_RESPONSE = re.compile(r"[A-Za-z ]*\(([A-Z]{2})\)")
_STUDY_ID = re.compile(r"[0-9]{1,3}")
_RESPONSES = {"to_t1": ("rano_t0_to_t1",), "to_t2": ("rano_t0_to_t2",)}
# By our name: published name, and how to read it.
_CLINICAL: Mapping[str, tuple[str, Reader]] = {
    "sex": ("gender", word({"f": "F", "m": "M"})),
    "age_years": ("age_at_t0 (years)", number(*RANGES["age_years"])),
    "weeks": ("survival (weeks)", number(0, 2000)),
}
_TREATMENT: Mapping[str, tuple[str, Reader]] = {
    "total_dose_gy": ("dose (Gy)", number(*RANGES["total_dose_gy"])),
    "fractions": ("fractions_number", number(*RANGES["fractions"])),
    "delay": ("delay_t0_to_radiotherapy (weeks)", number(-52, 260)),
}
_SCAN: Mapping[str, tuple[str, Reader]] = {
    "weeks": ("time_diff_t0 (weeks)", number(0, 2000)),
}


def read_clinical(path: Path) -> tuple[dict[str, dict[str, Any]], list[Note]]:
    """Read sex, age and survival, as columns of the cohort table by patient.

    The notes, here and below, say what could not be read and counts as unknown.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong column or ID of it.
    """
    table, faults = _read(path, _names(_CLINICAL))
    table, notes = _covariates(table, _CLINICAL, path.name, faults)
    table["survival_days"] = (7 * table["weeks"].astype(float)).round()
    table["survival_event"] = table["weeks"].notna().map({True: 1.0, False: math.nan})
    records = table.drop(columns=["patient", "weeks"]).to_dict("records")
    return dict(zip(table["patient"], records, strict=True)), notes


def read_treatment(path: Path) -> tuple[dict[str, dict[str, float]], list[Note]]:
    """Read dose, fractions and the estimated end of radiotherapy by patient.

    Returns
    -------
    schedules : dict of str to dict
        ``total_dose_gy``, ``fractions``, and ``end_days``: days from t0 to the last
        fraction, if five fractions are given a week from the start on; NaN if unknown.
    notes : list of mappings

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong column or ID of it.
    """
    table, faults = _read(path, _names(_TREATMENT))
    table, notes = _covariates(table, _TREATMENT, path.name, faults)
    values = table.drop(columns="patient").astype(float)
    values["end_days"] = (7 * values["delay"] + 7 / 5 * (values["fractions"] - 1)).round()
    records = values.drop(columns="delay").to_dict("records")
    return dict(zip(table["patient"], records, strict=True)), notes


def read_scan_weeks(path: Path) -> tuple[dict[tuple[str, str], float], list[Note]]:
    """Read the weeks from t0 to each scan, by patient and time.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong column, ID or time of it.
    """
    table, faults = _read(path, {**_TIME, **_names(_SCAN)})
    table, notes = _covariates(table, _SCAN, path.name, faults)
    keys = zip(table["patient"], table["time"], strict=True)
    return dict(zip(keys, table["weeks"], strict=True)), notes


def read_gtv_types(path: Path) -> dict[tuple[str, str], str]:
    """Read who drew each mask, by patient and time; unknown in a version without it.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    table, faults = _read(path, {**_TIME, "type": ("gtv_type",)}, optional=("type",))
    types, wrong = words(table["type"], table["patient"], "gtv_type", _GTV_TYPE)
    if faults or wrong:
        raise TableError(path.name, faults + wrong)
    return dict(zip(zip(table["patient"], table["time"], strict=True), types, strict=True))


def read_responses(path: Path) -> dict[str, tuple[str, str]]:
    """Read the responses by volume from t0 to t1 and from t0 to t2, by patient.

    Returns
    -------
    dict of str to (str, str)
        Of `RESPONSES`, empty when missing.

    Raises
    ------
    MissingInputError, TableError
        No such file; every wrong row of it.
    """
    table, faults = _read(path, _RESPONSES)
    expected = f"one that ends in ({'), ('.join(RESPONSES)})"
    for name, (column,) in _RESPONSES.items():
        found = [_response(cell) for cell in table[name]]
        faults += [
            f"{place(row, patient, column)}: {shown(cell)}; expected {expected}"
            for (row, cell), patient, response in zip(
                table[name].items(), table["patient"], found, strict=True
            )
            if response is None
        ]
        table[name] = found
    if faults:
        raise TableError(path.name, faults)
    return {patient: (first, second) for patient, first, second in table.itertuples(index=False)}


def _response(cell: str) -> str | None:
    """Letters in brackets of ``Progressive Disease (PD)``; None for another text."""
    if is_missing(cell):
        return ""
    found = _RESPONSE.fullmatch(cell)
    return found[1] if found and found[1] in RESPONSES else None


def _names(readers: Mapping[str, tuple[str, Reader]]) -> dict[str, tuple[str, ...]]:
    return {name: (column,) for name, (column, _) in readers.items()}


def _read(
    path: Path, columns: Mapping[str, Sequence[str]], *, optional: Sequence[str] = ()
) -> tuple[pd.DataFrame, list[str]]:
    """Read the columns of a table, the study ID padded; what is wrong with IDs and times."""
    text = read_text_table(path, separator="\t")
    table, faults = pick_columns(text, {"patient": ("id_patient",), **columns}, optional=optional)
    if faults:
        raise TableError(path.name, faults)
    ids = table["patient"]
    faults = id_faults(ids, _STUDY_ID, "id_patient", "a number from 1 to 999")
    table["patient"] = ids.str.zfill(3).where(ids.str.fullmatch(_STUDY_ID), "")
    names = "patient " + table["patient"]
    if "time" in table:
        names += " at " + table["time"]
        table["time"], wrong = words(table["time"], table["patient"], "temporality", _TIMES)
        faults += wrong
    return table, faults + repeated_ids(names.where(table["patient"] != "", ""))


def _covariates(
    table: pd.DataFrame,
    readers: Mapping[str, tuple[str, Reader]],
    source: str,
    faults: Sequence[str],
) -> tuple[pd.DataFrame, list[Note]]:
    """Read the other columns, once there is no fault."""
    if faults:
        raise TableError(source, faults)
    notes: list[Note] = []
    for name, (column, reader) in readers.items():
        table[name], odd = covariate(table[name], table["patient"], column, reader)
        notes += odd
    return table, notes
