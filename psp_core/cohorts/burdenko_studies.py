"""Imaging studies of Burdenko-GBM-Progression: which are planning, which are visits.

Meaning is taken from DICOM tags alone; folder names differ between downloads.
"""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from psp_core.cohorts.cleaning import shown
from psp_core.cohorts.flow import make_notes
from psp_core.cohorts.series import FILE_COLUMN, choose_files, with_kinds

PLANNING, CONTROL, OTHER = "planning", "control", "other"
_CONTROL_VISIT = re.compile(r"CONTROL VISIT\s*(\d+)?")


def imaging_studies(series: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Gather the series of an index into planning studies and control visits.

    Returns
    -------
    studies : DataFrame
        One row per patient, study description and date: ``subject_id``, ``kind``
        (planning, control or other), ``visit_number`` (NaN unless a numbered control
        visit), ``study_date`` (Timestamp or NaT: private), ``study_uid`` and one
        column per kind of file (empty string when there is none).
    notes : DataFrame
        Series that were not recognised, and choices between several of one kind.
    """
    known = with_kinds(series)
    of_study = known.groupby(["patient_id", "study_uid"])
    for name in ("study_description", "study_date"):  # one series of a study may lack its own
        known[name] = of_study[name].transform(_commonest)
    rows: list[dict[str, Any]] = []
    notes: list[dict[str, object]] = []
    keys = ["patient_id", "study_description", "study_date"]
    for (patient, description, date), group in known.groupby(keys, sort=True):
        kind, number = study_kind(str(description))
        row: dict[str, Any] = {
            "subject_id": patient,
            "kind": kind,
            "visit_number": number,
            "study_date": pd.to_datetime(str(date), format="%Y%m%d", errors="coerce"),
            "study_uid": group["study_uid"].min(),
        }
        about = {"subject_id": patient, "visit_number": number}
        if kind == OTHER:
            detail = shown(str(description) or "no description")
            notes.append({**about, "check": "study is no planning and no visit", "detail": detail})
        files, choices = choose_files(group)
        rows.append({**row, **files})
        notes += [{**about, **choice} for choice in choices]
    columns = ["subject_id", "kind", "visit_number", "study_date", "study_uid"]
    studies = pd.DataFrame(rows, columns=[*columns, *FILE_COLUMN.values()])
    planned = studies.loc[studies["kind"] == PLANNING, "subject_id"].value_counts(sort=False)
    for patient, number in planned[planned > 1].items():
        detail = f"{number} studies, the one with CT, dose and most series is used"
        notes.append({"subject_id": patient, "check": "several planning studies", "detail": detail})
    studies["study_date"] = pd.to_datetime(studies["study_date"])
    return studies.astype({"visit_number": float}), make_notes(notes)


def _commonest(values: pd.Series[str]) -> str:
    """Most frequent text of a column that is not empty, the first in order on a tie."""
    filled = values[values != ""]
    return str(filled.mode().iloc[0]) if len(filled) else ""


def study_kind(description: str) -> tuple[str, float]:
    """Planning, control visit (with its number, NaN without) or other."""
    text = " ".join(description.upper().split())
    if "RADIOTHERAPY PLANNING" in text:
        return PLANNING, math.nan
    visit = _CONTROL_VISIT.search(text)
    if visit:
        return CONTROL, float(visit[1]) if visit[1] else math.nan
    return OTHER, math.nan
