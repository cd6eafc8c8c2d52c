"""Prescription and fractions of each patient, from the DICOM plan."""

from __future__ import annotations

import math
from dataclasses import replace

from psp_core.acquisition.index import DicomIndex
from psp_core.acquisition.plan import Plan, read_plan
from psp_core.cohorts.burdenko import NAME
from psp_core.cohorts.burdenko_prescriptions import PARTIAL_ABOVE_GY, find_prescription
from psp_core.cohorts.flow import LoadedCohort, join_notes, make_notes
from psp_core.cohorts.schema import RANGES, check_cohort
from psp_core.cohorts.series import referenced_series
from psp_core.errors import PSPError


def read_prescriptions(
    loaded: LoadedCohort, index: DicomIndex, *, prescription_from_dose: bool = True
) -> LoadedCohort:
    """Fill dose, fractions and ``prescription_source`` from the plans of a cohort.

    One planning system writes no prescription: it is looked for in the beams, then in
    the dose, and its source is noted. A plan that cannot be read, or is one of several,
    fills nothing and is noted. So is a number that cannot be, and a plan whose fractions
    are far too few for its prescription (one phase of a treatment).

    Parameters
    ----------
    loaded : LoadedCohort
        Its rows name plan, dose and structure set.
    index : DicomIndex
        Where they lie.
    prescription_from_dose : bool, default True
        Whether the median dose of the largest planning target volume may stand for a
        prescription that neither plan nor beams state.

    Raises
    ------
    TableError
        If the cohort is none any more, as `schema.check_cohort` says.
    """
    cohort = loaded.cohort.copy()
    plans = cohort[cohort["plan_file"] != ""].drop_duplicates(["subject_id", "plan_file"])
    notes: list[dict[str, object]] = []
    for patient in plans.to_dict("records"):
        about = {"subject_id": patient["subject_id"]}
        rows = cohort["subject_id"] == patient["subject_id"]
        plan, check = _read(index, str(patient["plan_file"]))
        if plan is None:
            notes.append({**about, "check": check})
            continue
        if plan.fractions_planned is not None and plan.fractions_planned > RANGES["fractions"][1]:
            detail = str(plan.fractions_planned)
            notes.append({**about, "check": "number of fractions cannot be", "detail": detail})
            plan = replace(plan, fractions_planned=None)
        found = find_prescription(
            plan,
            index,
            dose_file=str(patient["dose_file"]),
            structures_file=str(patient["structures_file"]),
            prescription_from_dose=prescription_from_dose,
        )
        fractions = math.nan if plan.fractions_planned is None else float(plan.fractions_planned)
        if found.check:
            notes.append({**about, "check": found.check, "detail": found.detail})
        if found.dose_gy > PARTIAL_ABOVE_GY * fractions:
            check = "plan has too few fractions for its prescription"
            notes.append({**about, "check": check})
        cohort.loc[rows, "total_dose_gy"] = found.dose_gy
        cohort.loc[rows, "fractions"] = fractions
        cohort.loc[rows, "prescription_source"] = found.source
    check_cohort(cohort, source=NAME)
    return replace(loaded, cohort=cohort, notes=join_notes(loaded.notes, make_notes(notes)))


def _read(index: DicomIndex, file: str) -> tuple[Plan | None, str]:
    """Plan of a patient, or None and why."""
    try:
        refs = index.files(referenced_series(file))
        if len(refs) > 1:
            return None, f"{len(refs)} plans in one series"
        return read_plan(refs[0]), ""
    except PSPError as error:
        return None, f"plan cannot be read ({type(error).__name__})"
