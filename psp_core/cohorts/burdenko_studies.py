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

    A structure set belongs to the planning study whose CT it refers to, and a dose or plan
    in a study without a CT to one that has none, in the frame of its CT: planning systems
    give them studies of their own.

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
    known = with_kinds(series).reset_index(drop=True)
    of_study = known.groupby(["patient_id", "study_uid"])
    for name in ("study_description", "study_date"):  # one series of a study may lack its own
        known[name] = of_study[name].transform(_commonest)
    rows: list[dict[str, Any]] = []
    notes: list[dict[str, object]] = []
    keys = ["patient_id", "study_description", "study_date"]
    groups = dict(list(known.groupby(keys, sort=True)))
    taken = {
        key: _taken(known, own)
        for key, own in groups.items()
        if study_kind(str(key[1]))[0] == PLANNING
    }
    elsewhere = {row for rows in taken.values() for row in rows}
    for key, own in groups.items():
        patient, description, date = key
        rows_taken = taken.get(key, [])
        group = known.loc[[*own.index.difference(list(elsewhere)), *rows_taken]]
        if group.empty:
            continue
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
        if rows_taken:
            detail = ", ".join(sorted(set(known.loc[rows_taken, "kind"])))
            check = "taken from another study of the patient"
            notes.append({**about, "check": check, "detail": detail})
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


def _taken(known: pd.DataFrame, group: pd.DataFrame) -> list[int]:
    """Rows of other studies of the patient that belong to a planning study."""
    ct = group[group["kind"] == "ct"]
    others = known[known["patient_id"] == group["patient_id"].iloc[0]].drop(index=group.index)
    drawn = (others["kind"] == "structures") & others["referenced_series_uid"].isin(
        ct["series_uid"]
    )
    with_ct = others.loc[others["kind"] == "ct", "study_uid"]
    frames = set(ct["frame_uid"]) - {""}
    lacking = {"dose", "plan"} - set(group["kind"])
    loose = others["kind"].isin(lacking) & others["frame_uid"].isin(frames)
    return list(others.index[drawn | (loose & ~others["study_uid"].isin(with_ct))])


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
