"""The clinical workbook of UCSD-PTGBM: one row per time point, days counted from the scan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from psp_core.cohorts.markers import idh_status, mgmt_status
from psp_core.cohorts.plugins.ucsd_scan_id import (
    scan_id_faults,
    subject_of,
    timepoint_of,
    without_remarks,
)
from psp_core.cohorts.schema import RANGES, cross_row_faults
from psp_core.cohorts.sheet_cells import Reader, covariate, number, word
from psp_core.cohorts.sheet_columns import pick_columns
from psp_core.cohorts.workbook import read_sheet
from psp_core.errors import TableError

SHEETS = ("Cinical info", "Clinical info")  # the first is how it was published
CURRENT_VERSION = 3  # of the workbook; it gave some rows another patient ID

_SEX = {"f": "F", "female": "F", "m": "M", "male": "M"}
# By our name: published name, and how to read it; there day 0 is the scan.
_COVARIATES: Mapping[str, tuple[str, Reader]] = {
    "sex": ("Sex at birth", word(_SEX)),
    "idh_status": ("IDH", idh_status),
    "mgmt_status": ("MGMT", mgmt_status),
    "age_years": ("Patient's Age", number(*RANGES["age_years"])),
    "days_since_rt": (
        "Days from Acquistion to Date of last radiation prior to scan",
        number(*RANGES["days_since_rt"], sign=-1),
    ),
}
_COLUMNS = {
    "scan_id": ("ID", "Acquisition ID", "TCIA ID"),
    **{name: (column,) for name, (column, _) in _COVARIATES.items()},
}


def read_clinical(path: Path) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Read the clinical workbook, one row per time point.

    Returns
    -------
    DataFrame
        Indexed by scan ID: ``subject_id``, ``timepoint``, ``age_years``, ``sex``,
        ``idh_status``, ``mgmt_status``, ``days_since_rt``: days from the last radiation
        before the scan to the scan, the negative of the workbook's column (there day 0
        is the scan). NaN and ``unknown`` when missing.
    notes : list of dict
        What is odd and kept.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault of the columns and IDs, by row.
    """
    table, faults = pick_columns(read_sheet(path, sheet=SHEETS), _COLUMNS)
    table, notes = without_remarks(table)
    faults += scan_id_faults(table["scan_id"], _COLUMNS["scan_id"][0])
    subjects = table["scan_id"].map(subject_of)
    read = pd.DataFrame({"scan_id": table["scan_id"], "subject_id": subjects})
    read["timepoint"] = table["scan_id"].map(timepoint_of)
    for name, (column, reader) in _COVARIATES.items():
        read[name], odd = covariate(table[name], subjects, column, reader)
        notes += odd
    # Not the ages: days count from the last of several courses and are no common clock.
    known = read.loc[subjects != "", ["subject_id", "timepoint", "sex"]]
    faults += cross_row_faults(known, rows=[int(str(row)) for row in known.index])
    if faults:
        raise TableError(path.name, faults)
    notes += _version_notes(path)
    notes += [
        {
            "subject_id": scan["subject_id"],
            "visit_number": scan["timepoint"],
            "check": "last radiation after the scan",
            "days": scan["days_since_rt"],
        }
        for scan in read.to_dict("records")
        if scan["days_since_rt"] < 0
    ]
    return read.set_index("scan_id"), notes


def _version_notes(path: Path) -> list[dict[str, object]]:
    """Warn of a clinical workbook older than the corrected one."""
    found = re.search(r"_v(\d+)", path.name, flags=re.IGNORECASE)
    if found and int(found[1]) >= CURRENT_VERSION:
        return []
    version = f"version {found[1]}" if found else "no version in its name"
    detail = f"{version}; version {CURRENT_VERSION} corrected patient IDs that were wrong before"
    return [{"subject_id": "", "check": "older clinical workbook", "detail": detail}]
