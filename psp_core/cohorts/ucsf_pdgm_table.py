"""Metadata table of UCSF-PDGM: one row per exam; its IDs have three digits, the folders four."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from psp_core.cohorts.cleaning import column_faults, is_missing, read_text_table
from psp_core.cohorts.sheet_cells import numbers, words
from psp_core.errors import TableError

TABLE = "UCSF-PDGM-metadata"
_EXAM_ID = re.compile(r"UCSF-PDGM-(\d{3,4})(?:_FU(\d+)d)?")
_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sex": ("Sex", {"f": "F", "m": "M", "female": "F", "male": "M"}),
    "mgmt_status": (
        "MGMT status",
        {"positive": "methylated", "negative": "unmethylated", "indeterminate": "unknown"},
    ),
    "resection": ("EOR", {"gtr": "gross_total", "str": "subtotal", "biopsy": "biopsy"}),
    "survival_event": ("1-dead 0-alive", {"0": "0", "1": "1", "0.0": "0", "1.0": "1"}),
}
_NUMBERS = {"age_years": ("Age at MRI", "age_years"), "survival_days": ("OS", "survival_days")}
_COLUMNS = ("ID", "IDH", *(column for column, _ in (*_WORDS.values(), *_NUMBERS.values())))


def subject_of(digits: str) -> str:
    """Study ID of a patient, with the four digits of the folders."""
    return f"UCSF-PDGM-{int(digits):04d}"


def read_metadata(path: Path) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Read the metadata table.

    Returns
    -------
    table : DataFrame
        One row per exam: ``subject_id``, ``follow_up_day`` (0 for the exam before surgery),
        ``sex``, ``idh_status`` (anything but wildtype is mutant), ``mgmt_status``,
        ``resection`` (unknown is a category), ``age_years``, ``survival_days``,
        ``survival_event`` (NaN when missing).
    notes : list of dict
        ``subject_id``, ``check``, ``detail`` of what could not be read.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault of the table, by row of the file.
    """
    text = read_text_table(path, known=_COLUMNS)
    # A further column does no harm; told only where one is missing, which it may be misspelt.
    further = list(text.columns) if set(_COLUMNS) <= set(text.columns) else []
    faults = column_faults(list(text.columns), _COLUMNS, optional=further)
    if faults:
        raise TableError(path.name, faults)
    found = [_EXAM_ID.fullmatch(cell) for cell in text["ID"]]
    table = pd.DataFrame(index=text.index)
    table["subject_id"] = [subject_of(match[1]) if match else "" for match in found]
    table["follow_up_day"] = [int(match[2] or 0) if match else -1 for match in found]
    faults = _id_faults(text["ID"], table)
    notes: list[dict[str, object]] = []
    for name, (column, meaning) in _WORDS.items():
        table[name], wrong = words(text[column], text["ID"], column, meaning)
        faults += wrong
    for name, (column, kind) in _NUMBERS.items():
        table[name], wrong, odd = numbers(text[column], table["subject_id"], column, kind)
        faults += wrong
        notes += odd
    if faults:
        raise TableError(path.name, faults)
    idh = text["IDH"].str.lower()
    table["idh_status"] = idh.map({"wildtype": "wildtype"}).fillna("mutant")
    table.loc[idh.map(is_missing), "idh_status"] = "unknown"
    table["survival_event"] = pd.to_numeric(table["survival_event"], errors="coerce").astype(float)
    return table.reset_index(drop=True), notes


def _id_faults(cells: pd.Series[str], table: pd.DataFrame) -> list[str]:
    faults = [
        f"row {row}, ID: {'no exam ID' if cell else 'empty'}; expected one like UCSF-PDGM-004 "
        "or UCSF-PDGM-0429_FU003d"
        for row, cell, subject in zip(cells.index, cells, table["subject_id"], strict=True)
        if not subject
    ]
    named = table[table["subject_id"] != ""]
    for (subject, day), part in named.groupby(["subject_id", "follow_up_day"]):
        if len(part) > 1:
            rows = " and ".join(map(str, part.index))
            faults.append(
                f"rows {rows}: exam {subject} of day {day} is there more than once; "
                "two patients with one ID?"
            )
    return faults
