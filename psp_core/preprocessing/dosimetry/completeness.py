"""Whether a dose grid holds the whole treatment or only a part of it.

Some archives keep one phase of a treatment: a boost of three fractions beside the
prescription of the whole course. Its doses are true, but they are not the dose the
lesion got.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from psp_core.cohorts.burdenko_prescriptions import PARTIAL_ABOVE_GY, SMALLEST_COURSE_GY
from psp_core.preprocessing.dosimetry.units import check_positive, eqd2

WHOLE_SUMMATIONS = ("PLAN", "MULTI_PLAN")
LOW_MAXIMUM = 0.80  # of the prescription; a planned maximum lies above it; ours
HIGH_MAXIMUM = 1.30  # of the prescription; beyond hot spots; ours
LARGEST_COURSE_EQD2_GY = 75.0  # 60 Gy in 15 fractions has 70 Gy, a boost to 72 Gy 73 Gy; ours

DERIVED = ("beams", "target_dose")  # sources of a prescription that no one stated

Status = Literal["complete", "partial", "unknown"]


@dataclass(frozen=True)
class PlanCompleteness:
    """Whether a plan is the whole course, and why not or why nobody knows."""

    status: Status
    reason: str = ""


def plan_completeness(
    *,
    dose_max_gy: float,
    prescription_gy: float,
    fractions: float,
    summation_type: str,
    is_derived: bool = False,
) -> PlanCompleteness:
    """Tell a whole course from one phase of it.

    Parameters
    ----------
    dose_max_gy : float
        Largest dose of the grid.
    prescription_gy, fractions : float
        Of the plan; NaN when unknown.
    summation_type : str
        DoseSummationType of the dose file; empty when it has none.

    is_derived : bool, default False
        Whether the prescription was told by the beams or the dose of this very plan, which
        then agree with it whatever part of the course it is.

    Returns
    -------
    PlanCompleteness
        ``partial`` as soon as one sign says so; ``complete`` only if prescription,
        fractions and summation are known and agree with the dose.

    Raises
    ------
    DoseValuesError
        If a known number is zero, negative or infinite.
    """
    check_positive("dose_max_gy", dose_max_gy)
    check_positive("prescription_gy", prescription_gy)
    check_positive("fractions", fractions)
    total_gy = dose_max_gy if math.isnan(prescription_gy) else prescription_gy
    is_dense = (
        total_gy > PARTIAL_ABOVE_GY * fractions
        or float(eqd2(total_gy, fractions)) > LARGEST_COURSE_EQD2_GY
    )
    maximum, prescribed = f"dose maximum {dose_max_gy:.1f} Gy", f"{prescription_gy:g} Gy prescribed"
    signs: list[tuple[bool, Status, str]] = [
        (
            bool(summation_type) and summation_type not in WHOLE_SUMMATIONS,
            "partial",
            f"the dose is that of a {summation_type.lower()}",
        ),
        (is_dense, "partial", f"{fractions:g} fractions are too few for {total_gy:g} Gy"),
        (
            dose_max_gy < LOW_MAXIMUM * prescription_gy,
            "partial",
            f"{maximum} is far below the {prescribed}",
        ),
        (
            dose_max_gy < SMALLEST_COURSE_GY,
            "partial",
            f"{maximum} is below that of any whole course",
        ),
        (
            dose_max_gy > HIGH_MAXIMUM * prescription_gy,
            "unknown",
            f"{maximum} is far above the {prescribed}",
        ),
        (math.isnan(dose_max_gy), "unknown", "dose maximum not known"),
        (math.isnan(prescription_gy), "unknown", "prescription not stated"),
        (math.isnan(fractions), "unknown", "number of fractions not stated"),
        (not summation_type, "unknown", "DoseSummationType not stated"),
        (is_derived, "unknown", "prescription told by this plan's own dose alone"),
    ]
    status, reason = next((sign[1:] for sign in signs if sign[0]), ("complete", ""))
    return PlanCompleteness(status, reason)
