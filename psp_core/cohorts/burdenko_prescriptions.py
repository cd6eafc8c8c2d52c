"""The prescription of a plan that does not state one: from its beams, else from its dose.

One of the two planning systems of Burdenko-GBM-Progression writes no
TargetPrescriptionDose. What is found instead is the dose of this plan, which is that of
the course only if the plan is the whole course: too little for any course is not used.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from psp_core.acquisition.dose import Dose, read_dose
from psp_core.acquisition.index import DicomIndex
from psp_core.acquisition.plan import Plan
from psp_core.acquisition.rasterize import rasterize
from psp_core.acquisition.structures import StructureSet, read_structures
from psp_core.cohorts.roi_names import planning_targets
from psp_core.cohorts.schema import RANGES
from psp_core.cohorts.series import referenced_series
from psp_core.errors import FrameOfReferenceError, NoMaskError, PSPError

PARTIAL_ABOVE_GY = 7.0  # dose per fraction that no whole course of a glioblastoma has
SMALLEST_COURSE_GY = 25.0  # in 5 fractions, the shortest course in use (Roa 2015)
_WHOLE = ("PLAN", "MULTI_PLAN")


class Prescription(NamedTuple):
    """A dose in Gy (NaN when unknown) and what to note of where it comes from."""

    dose_gy: float
    source: str = "unknown"  # of `schema.CATEGORIES`
    check: str = ""
    detail: str = ""


def find_prescription(
    plan: Plan,
    index: DicomIndex,
    *,
    dose_file: str,
    structures_file: str,
    prescription_from_dose: bool,
) -> Prescription:
    """Find the prescription of one plan: stated, else by its beams, else by its dose.

    Parameters
    ----------
    plan : Plan
        As the file says.
    index : DicomIndex
        Where dose and structure set lie; they are read only if nothing else tells.
    dose_file, structures_file : str
        References of the cohort table; empty when there is none.
    prescription_from_dose : bool
        Whether the median dose of the largest planning target volume may stand for it.
    """
    lowest, highest, _ = RANGES["total_dose_gy"]
    if plan.prescription_gy is not None:
        if lowest <= plan.prescription_gy <= highest:
            return Prescription(plan.prescription_gy, "stated")
        check = "stated prescription cannot be Gy"
        return Prescription(math.nan, check=check, detail=f"{plan.prescription_gy:g}")
    dose_gy, told = _beam_dose(plan)
    source = "beams"
    if math.isnan(dose_gy) and prescription_from_dose:
        dose_gy, told = _target_dose(index, dose_file, structures_file)
        source = "target_dose"
    detail = told
    if dose_gy < SMALLEST_COURSE_GY:
        detail, dose_gy = f"unknown, {dose_gy:g} Gy by {told} are no whole course", math.nan
    elif dose_gy > highest:
        detail, dose_gy = f"unknown, {dose_gy:g} Gy by {told} are more than any course", math.nan
    elif not math.isnan(dose_gy):
        detail = f"{dose_gy:g} Gy by {told}, of this plan"
    source = "unknown" if math.isnan(dose_gy) else source
    return Prescription(dose_gy, source, "plan states no prescription", detail)


def median_target_dose_gy(structures: StructureSet, dose: Dose) -> float:
    """Median dose (D50 %) of the largest drawn planning target volume, in Gy.

    Parameters
    ----------
    structures : StructureSet
        In the frame of reference of the dose.
    dose : Dose
        Of a whole plan. Its voxels with their centre in the target count.

    Raises
    ------
    NoMaskError
        If no planning target volume is drawn, or none holds a voxel of the dose.
    FrameOfReferenceError
        If the structure set lies in another frame than the dose, or one of them does
        not name its frame.
    GeometryError
        If the contours are not parallel to the slices of the dose.

    References
    ----------
    ICRU Report 83 (2010): the median dose of the PTV is close to the prescription.
    """
    grid, frame_uid = dose.volume.grid, dose.frame_uid
    if not frame_uid or not structures.frame_uid:
        raise FrameOfReferenceError(
            "the dose or the structure set names no frame of reference, so their positions cannot "
            "be compared; expected one frame in both; give the prescription by hand"
        )
    targets = planning_targets(structures.structures)
    masks = [rasterize(target, grid, frame_uid=frame_uid) for target in targets]
    largest = max(masks, key=np.count_nonzero, default=None)
    if largest is None or not largest.any():
        raise NoMaskError(
            f"{len(targets)} drawn planning target volumes, none holds a voxel of the dose; "
            "expected a region named PTV inside the dose grid; give the prescription by hand"
        )
    return round(float(np.median(dose.volume.values[largest])), 1)


def _beam_dose(plan: Plan) -> tuple[float, str]:
    """Dose of the beams in Gy and its name; NaN if it cannot be one, and why.

    Some systems write the dose of the whole course into every fraction.
    """
    total_gy, fractions = plan.beam_dose_gy, plan.fractions_planned
    if total_gy is None or fractions is None:
        return math.nan, "unknown, no doses of beams"
    if not total_gy <= min(PARTIAL_ABOVE_GY * fractions, RANGES["total_dose_gy"][1]):
        return math.nan, "unknown, the doses of the beams are none of one fraction"
    return round(total_gy, 2), "the doses of its beams"


def _target_dose(index: DicomIndex, dose_file: str, structures_file: str) -> tuple[float, str]:
    """Median target dose in Gy and its name; NaN if nothing tells it, and why."""
    try:
        structures = read_structures(index.files(referenced_series(structures_file))[0])
        dose = read_dose(index.files(referenced_series(dose_file)))
        if dose.summation_type not in _WHOLE:
            return math.nan, f"unknown, dose file of a {dose.summation_type.lower() or 'part'}"
        return median_target_dose_gy(structures, dose), "the median dose of its largest PTV"
    except PSPError as error:
        return math.nan, f"unknown, not told by the dose ({type(error).__name__})"
