"""Clinical table of UPENN-GBM: one row per scan, in version 2.1 or with the header of 1.0."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from psp_core.cohorts.cleaning import read_text_table
from psp_core.cohorts.markers import mgmt_status
from psp_core.cohorts.schema import RANGES, cross_row_faults
from psp_core.cohorts.sheet_cells import covariate, id_faults, number, word, words
from psp_core.cohorts.sheet_columns import pick_columns
from psp_core.errors import TableError

TABLE = "UPENN-GBM_clinical_info"
SCAN_ID = re.compile(r"(UPENN-GBM-\d{5})_(11|21)")
TIMEPOINTS = {"11": 0, "21": 1}  # before the first surgery, before a second one
SCORES = range(1, 7)

_SCORE = {str(score): str(score) for score in SCORES}
_COVARIATES = {
    "sex": ("Gender", word({"f": "F", "m": "M"})),
    "idh_status": (
        "IDH1",
        word({"wildtype": "wildtype", "mutated": "mutant", "nos/nec": "unknown"}),
    ),
    "mgmt_status": ("MGMT", mgmt_status),
    "resection": ("GTR_over90percent", word({"y": "gross_total", "n": "subtotal"})),
    "survival_event": (
        "Survival_Status",
        word(
            {
                "deceased": "1",
                "alive": "0",
                "lost to follow-up": "0",
                "deceased - uncertain date of death": "unknown",
            }
        ),
    ),
    "survival_censor": ("Survival_Censor", number(*RANGES["survival_event"])),
    "age_years": ("Age_at_scan_years", number(*RANGES["age_years"])),
    "survival_days": ("Survival_from_surgery_days_UPDATED", number(*RANGES["survival_days"])),
    "days_since_baseline": ("Time_since_baseline_preop", number(*RANGES["survival_days"])),
}
_COLUMNS = {
    "scan_id": ("ID",),
    "psp_tp_score": ("PsP_TP_score",),
    **{name: (column,) for name, (column, _) in _COVARIATES.items()},
    "survival_days": ("Survival_from_surgery_days_UPDATED", "Survival_from_surgery_days"),
}
_OPTIONAL = ("survival_event", "survival_censor")  # not in version 1.0


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
        With every fault of its columns, IDs and scores, by row of the file.
    """
    text, faults = pick_columns(read_text_table(path), _COLUMNS, optional=_OPTIONAL)
    if faults:
        raise TableError(path.name, faults)
    scan_ids = text["scan_id"]
    faults = id_faults(scan_ids, SCAN_ID, "ID", "one like UPENN-GBM-00001_11 or UPENN-GBM-00001_21")
    found = [SCAN_ID.fullmatch(cell) for cell in scan_ids]
    table = pd.DataFrame({"scan_id": scan_ids}, index=text.index)
    table["subject_id"] = [match[1] if match else "" for match in found]
    table["timepoint"] = [TIMEPOINTS[match[2]] if match else -1 for match in found]
    table["psp_tp_score"], wrong = words(text["psp_tp_score"], scan_ids, "PsP_TP_score", _SCORE)
    faults += wrong
    notes: list[dict[str, object]] = []
    for name, (column, reader) in _COVARIATES.items():
        table[name], odd = covariate(text[name], table["subject_id"], column, reader)
        notes += odd
    named = table[table["subject_id"] != ""]
    rows = [int(str(row)) for row in named.index]
    faults += cross_row_faults(named[["subject_id", "timepoint", "sex"]], rows=rows)
    if faults:
        raise TableError(path.name, faults)
    for name in ("survival_event", "psp_tp_score"):
        table[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
    notes += _notes(table)
    return table.drop(columns="survival_censor").reset_index(drop=True), notes


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
