"""Metadata table of UCSF-PDGM: one row per exam; its IDs have three digits, the folders four."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from psp_core.cohorts.cleaning import read_text_table
from psp_core.cohorts.markers import idh_status, mgmt_status
from psp_core.cohorts.schema import RANGES
from psp_core.cohorts.sheet_cells import covariate, id_faults, number, repeated_ids, word
from psp_core.cohorts.sheet_columns import pick_columns
from psp_core.errors import TableError

TABLE = "UCSF-PDGM-metadata"
_EXAM_ID = re.compile(r"UCSF-PDGM-(\d{3,4})(?:_FU(\d+)d)?")
_COVARIATES = {
    "sex": ("Sex", word({"f": "F", "m": "M", "female": "F", "male": "M"})),
    "idh_status": ("IDH", idh_status),
    "mgmt_status": ("MGMT status", mgmt_status),
    "resection": ("EOR", word({"gtr": "gross_total", "str": "subtotal", "biopsy": "biopsy"})),
    "age_years": ("Age at MRI", number(*RANGES["age_years"])),
    "survival_days": ("OS", number(*RANGES["survival_days"])),
    "survival_event": ("1-dead 0-alive", number(*RANGES["survival_event"])),
}
_COLUMNS = {"exam": ("ID",), **{name: (column,) for name, (column, _) in _COVARIATES.items()}}


def subject_of(digits: str) -> str:
    """Study ID of a patient, with the four digits of the folders."""
    return f"UCSF-PDGM-{int(digits):04d}"


def read_metadata(path: Path) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Read the metadata table.

    Returns
    -------
    table : DataFrame
        One row per exam: ``subject_id``, ``follow_up_day`` (0 for the exam before surgery),
        ``sex``, ``idh_status``, ``mgmt_status``, ``resection`` (unknown is a category),
        ``age_years``, ``survival_days``, ``survival_event`` (NaN when missing).
    notes : list of dict
        ``subject_id``, ``check``, ``detail`` of what could not be read and counts as unknown.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault of its columns and IDs, by row of the file.
    """
    text, faults = pick_columns(read_text_table(path), _COLUMNS)
    if faults:
        raise TableError(path.name, faults)
    exams = text["exam"]
    faults = id_faults(exams, _EXAM_ID, "ID", "one like UCSF-PDGM-004 or UCSF-PDGM-0429_FU003d")
    found = [_EXAM_ID.fullmatch(cell) for cell in exams]
    table = pd.DataFrame(index=text.index)
    table["subject_id"] = [subject_of(match[1]) if match else "" for match in found]
    table["follow_up_day"] = [int(match[2] or 0) if match else -1 for match in found]
    names = "exam " + table["subject_id"] + " of day " + table["follow_up_day"].astype(str)
    faults += repeated_ids(names.where(table["subject_id"] != "", ""))
    if faults:
        raise TableError(path.name, faults)
    notes: list[dict[str, object]] = []
    for name, (column, reader) in _COVARIATES.items():
        table[name], odd = covariate(text[name], table["subject_id"], column, reader)
        notes += odd
    return table.reset_index(drop=True), notes
