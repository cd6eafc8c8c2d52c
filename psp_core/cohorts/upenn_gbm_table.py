"""Clinical table of UPENN-GBM: one row per scan, in version 2.1 or with the header of 1.0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from psp_core.cohorts.cleaning import column_faults, read_text_table
from psp_core.cohorts.schema import cross_row_faults
from psp_core.cohorts.sheet_cells import numbers, words
from psp_core.errors import TableError

TABLE = "UPENN-GBM_clinical_info"
SCAN_ID = re.compile(r"(UPENN-GBM-\d{5})_(11|21)")
TIMEPOINTS = {"11": 0, "21": 1}  # before the first surgery, before a second one
SCORES = range(1, 7)

_SURVIVAL, _SURVIVAL_V1 = "Survival_from_surgery_days_UPDATED", "Survival_from_surgery_days"
_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sex": ("Gender", {"f": "F", "m": "M"}),
    "idh_status": (
        "IDH1",
        {"wildtype": "wildtype", "mutated": "mutant", "nos/nec": "unknown"},
    ),
    "mgmt_status": (
        "MGMT",
        {"methylated": "methylated", "unmethylated": "unmethylated", "indeterminate": "unknown"},
    ),
    "resection": ("GTR_over90percent", {"y": "gross_total", "n": "subtotal"}),
    "survival_event": (
        "Survival_Status",
        {
            "deceased": "1",
            "alive": "0",
            "lost to follow-up": "0",
            "deceased - uncertain date of death": "unknown",
        },
    ),
    "survival_censor": ("Survival_Censor", {"0": "0", "1": "1"}),
    "psp_tp_score": (
        "PsP_TP_score",
        {f"{score}{end}": str(score) for end in ("", ".0") for score in SCORES},
    ),
}
# Column of the file, and the column of the cohort table whose range its numbers keep.
_NUMBERS = {
    "age_years": ("Age_at_scan_years", "age_years"),
    "survival_days": (_SURVIVAL, "survival_days"),
    "days_since_baseline": ("Time_since_baseline_preop", "survival_days"),
}
_OPTIONAL = ("Survival_Status", "Survival_Censor")  # not in version 1.0
_COLUMNS = ("ID", *(column for column, _ in (*_WORDS.values(), *_NUMBERS.values())))


def read_clinical_table(path: Path) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Read the clinical table.

    Returns
    -------
    table : DataFrame
        One row per scan: ``scan_id``, ``subject_id``, ``timepoint``, ``sex``, ``idh_status``,
        ``mgmt_status``, ``resection`` (unknown is a category), ``age_years``,
        ``survival_days``, ``survival_event``, ``days_since_baseline``, ``psp_tp_score``
        (NaN when missing). The event is told by the survival status alone.
    notes : list of dict
        ``subject_id``, ``check``, ``detail`` of what is odd without being impossible.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault of the table, by row of the file.
    """
    text = read_text_table(path, known=(*_COLUMNS, _SURVIVAL_V1))
    if _SURVIVAL not in text:
        text = text.rename(columns={_SURVIVAL_V1: _SURVIVAL})
    required = [name for name in _COLUMNS if name not in _OPTIONAL]
    # A further column does no harm; told only where one is missing, which it may be misspelt.
    further = list(text.columns) if set(required) <= set(text.columns) else []
    faults = column_faults(list(text.columns), required, optional=[*_OPTIONAL, *further])
    if faults:
        raise TableError(path.name, faults)
    text = text.reindex(columns=list(_COLUMNS), fill_value="")
    table, faults = _read_ids(text)
    notes: list[dict[str, object]] = []
    for name, (column, meaning) in _WORDS.items():
        table[name], wrong = words(text[column], text["ID"], column, meaning)
        faults += wrong
    for name, (column, kind) in _NUMBERS.items():
        table[name], wrong, odd = numbers(text[column], text["ID"], column, kind)
        faults += wrong
        notes += odd
    named = table[table["subject_id"] != ""]
    rows = [int(str(row)) for row in named.index]
    faults += cross_row_faults(named[["subject_id", "timepoint", "sex"]], rows=rows)
    if faults:
        raise TableError(path.name, faults)
    for name in ("survival_event", "survival_censor", "psp_tp_score"):
        table[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
    notes = [{**note, "subject_id": str(note["subject_id"])[:-3]} for note in notes]  # of the scan
    notes += _notes(table)
    return table.drop(columns="survival_censor").reset_index(drop=True), notes


def _read_ids(text: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Scan, patient and time point; a wrong ID has no patient."""
    found = [SCAN_ID.fullmatch(cell) for cell in text["ID"]]
    faults = [
        f"row {row}, ID: {'no scan ID' if cell else 'empty'}; expected one like "
        "UPENN-GBM-00001_11 or UPENN-GBM-00001_21"
        for row, cell, match in zip(text.index, text["ID"], found, strict=True)
        if match is None
    ]
    table = pd.DataFrame({"scan_id": text["ID"]}, index=text.index)
    table["subject_id"] = [match[1] if match else "" for match in found]
    table["timepoint"] = [TIMEPOINTS[match[2]] if match else -1 for match in found]
    return table, faults


def _notes(table: pd.DataFrame) -> list[dict[str, object]]:
    """What is kept although it is odd."""
    notes: list[dict[str, object]] = []

    def note(odd: pd.Series[bool], check: str, detail: str = "") -> None:
        subjects = table.loc[odd, "subject_id"].drop_duplicates()
        notes.extend({"subject_id": one, "check": check, "detail": detail} for one in subjects)

    baseline = table["timepoint"] == 0
    note(baseline & table["psp_tp_score"].notna(), "score of a baseline scan, not used")
    moved = baseline & (table["days_since_baseline"] > 0)
    note(moved, "baseline scan with days since the baseline")
    known = table["mgmt_status"].where(table["mgmt_status"] != "unknown")
    several = known.groupby(table["subject_id"]).transform("nunique") > 1
    note(several, "two MGMT values of one patient", "each scan keeps its own")
    # Which value of the censor means death is not published, so what most rows say counts.
    told = table[["survival_event", "survival_censor"]].notna().all(axis=1)
    contradicts = told & (table["survival_event"] != table["survival_censor"])
    if contradicts.sum() > told.sum() / 2:
        check = "Survival_Censor is 0 for most of the deceased; the event is that of the status"
        notes.append({"subject_id": "", "check": check, "detail": ""})
        contradicts = told & ~contradicts
    note(contradicts, "Survival_Censor contradicts Survival_Status, which is used")
    return notes
