"""The clinical workbook of UCSD-PTGBM: one row per time point, days counted from the scan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from psp_core.cohorts.plugins.ucsd_scan_id import scan_id_faults, subject_of, timepoint_of
from psp_core.cohorts.schema import cross_row_faults
from psp_core.cohorts.sheet_cells import numbers, words
from psp_core.cohorts.sheet_columns import pick_columns
from psp_core.cohorts.workbook import read_sheet
from psp_core.errors import TableError

SHEETS = ("Cinical info", "Clinical info")  # the first is how it was published
CURRENT_VERSION = 3  # of the workbook; it gave some rows another patient ID

_AGE, _SEX, _IDH, _MGMT = "Patient's Age", "Sex at birth", "IDH", "MGMT"
_LAST_RADIATION = "Days from Acquistion to Date of last radiation prior to scan"
_COLUMNS = {
    "scan_id": ("ID", "Acquisition ID", "TCIA ID"),
    "age_years": (_AGE,),
    "sex": (_SEX,),
    "idh_status": (_IDH,),
    "mgmt_status": (_MGMT,),
    "last_radiation_day": (_LAST_RADIATION,),
}
# The codes of the workbook are published nowhere: what a centre plausibly writes.
_UNKNOWN = ("not tested", "not done", "not performed", "indeterminate", "inconclusive", "pending")
_WORDS: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]] = {
    "sex": (_SEX, {"F": ("f", "female"), "M": ("m", "male")}),
    "idh_status": (
        _IDH,
        {
            "wildtype": ("wildtype", "wild type", "wild-type", "wt", "negative", "not mutated"),
            "mutant": ("mutant", "mutated", "mutation", "mut", "positive"),
            "unknown": _UNKNOWN,
        },
    ),
    "mgmt_status": (
        _MGMT,
        {
            "methylated": ("methylated", "positive"),
            "unmethylated": ("unmethylated", "not methylated", "negative"),
            "unknown": _UNKNOWN,
        },
    ),
}
_GENE = re.compile(r"^(idh ?1?(/2)?|mgmt)[ :,-]+|\(.*\)$", flags=re.IGNORECASE)


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
        With every fault of the sheet, by row.
    """
    table, faults = pick_columns(read_sheet(path, sheet=SHEETS), _COLUMNS)
    faults += scan_id_faults(table["scan_id"], _COLUMNS["scan_id"][0])
    subjects = table["scan_id"].map(subject_of)
    read = pd.DataFrame({"scan_id": table["scan_id"], "subject_id": subjects})
    read["timepoint"] = table["scan_id"].map(timepoint_of)
    for name, (column, spellings) in _WORDS.items():
        meaning = {word: category for category, told in spellings.items() for word in told}
        bare = table[name].map(lambda cell: _GENE.sub("", cell).strip())
        read[name], wrong = words(bare, subjects, column, meaning)
        faults += wrong
    read["age_years"], wrong, notes = numbers(table["age_years"], subjects, _AGE, "age_years")
    days, wrong_days, more = numbers(
        table["last_radiation_day"], subjects, _LAST_RADIATION, "days_since_rt"
    )
    read["days_since_rt"] = 0 - days
    faults += wrong + wrong_days
    known = read[read["subject_id"] != ""]
    faults += cross_row_faults(known, rows=[int(str(row)) for row in known.index])
    if faults:
        raise TableError(path.name, faults)
    notes += more + _version_notes(path)
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
