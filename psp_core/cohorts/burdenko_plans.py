"""Prescription and fractions of each patient, from the DICOM plan."""

from __future__ import annotations

import math
from dataclasses import replace

from psp_core.acquisition.index import DicomIndex
from psp_core.acquisition.plan import read_plan
from psp_core.cohorts.flow import LoadedCohort, join_notes, make_notes
from psp_core.errors import PSPError

PARTIAL_ABOVE_GY = 7.0  # dose per fraction that no whole course of a glioblastoma has


def read_prescriptions(loaded: LoadedCohort, index: DicomIndex) -> LoadedCohort:
    """Fill ``total_dose_gy`` and ``fractions`` from the plans of a cohort.

    One planning system writes no prescription: unknown then. A plan that cannot be
    read, or is one of several, fills nothing and is noted, and so is a plan whose
    fractions are far too few for its prescription (one phase of a treatment).

    """
    cohort = loaded.cohort.copy()
    plans = cohort.loc[cohort["plan_file"] != "", ["subject_id", "plan_file"]].drop_duplicates()
    notes: list[dict[str, object]] = []
    for subject, file in zip(plans["subject_id"], plans["plan_file"], strict=True):
        prescription_gy, fractions, check = _read(index, str(file))
        if check:
            notes.append({"subject_id": subject, "check": check})
        rows = cohort["subject_id"] == subject
        cohort.loc[rows, "total_dose_gy"] = prescription_gy
        cohort.loc[rows, "fractions"] = fractions
    return replace(loaded, cohort=cohort, notes=join_notes(loaded.notes, make_notes(notes)))


def _read(index: DicomIndex, file: str) -> tuple[float, float, str]:
    """Prescription in Gy, fractions (NaN when unknown) and what to note."""
    try:
        refs = index.files(file.removeprefix("series:"))
        if len(refs) > 1:
            return math.nan, math.nan, f"{len(refs)} plans in one series"
        plan = read_plan(refs[0])
    except PSPError as error:
        return math.nan, math.nan, f"plan cannot be read ({type(error).__name__})"
    prescription_gy = math.nan if plan.prescription_gy is None else float(plan.prescription_gy)
    fractions = math.nan if plan.fractions_planned is None else float(plan.fractions_planned)
    if prescription_gy > PARTIAL_ABOVE_GY * fractions:
        return prescription_gy, fractions, "plan has too few fractions for its prescription"
    return prescription_gy, fractions, ""
