"""What a scan keeps of its planning study: the dose, and what was drawn of its lesion."""

from __future__ import annotations

from typing import Any

import numpy as np

from psp_core.acquisition.dose import read_dose
from psp_core.acquisition.nifti import is_nifti
from psp_core.acquisition.structures import read_structures
from psp_core.acquisition.volume import Volume
from psp_core.errors import PSPError
from psp_core.preprocessing.cases import Case, read_image, require
from psp_core.preprocessing.dosimetry.completeness import DERIVED, plan_completeness
from psp_core.preprocessing.dosimetry.planned_dose import planned_dose
from psp_core.preprocessing.drawn import contours_record
from psp_core.preprocessing.lesion.contours import follow_up_structures
from psp_core.preprocessing.store import Array


def dose_of(case: Case) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read the dose of a case.

    Returns
    -------
    arrays : dict
        ``dose`` (D, H, W) in Gy, float32; nothing if it cannot be used.
    record : dict
        ``affine`` and ``frame_uid`` of the grid, ``prescription_gy``, ``fractions``,
        ``completeness`` (complete, partial or unknown) with its reason, and ``reason``: why
        there is no usable dose.
    """
    record: dict[str, Any] = {
        "reason": "",
        "prescription_gy": case.prescription_gy,
        "fractions": case.fractions,
    }
    try:
        volume, summation = _read(case)
        planned_dose(
            volume,
            prescription_gy=case.prescription_gy,
            fractions=case.fractions,
            isodoses=(),
        )
        complete = plan_completeness(
            dose_max_gy=float(np.nanmax(volume.values)),
            prescription_gy=case.prescription_gy,
            fractions=case.fractions,
            summation_type=summation,
            is_derived=case.prescription_source in DERIVED,
        )
    except PSPError as error:
        return {}, {**record, "reason": f"{type(error).__name__}: {error}"}
    record |= {
        "affine": volume.grid.affine.tolist(),
        "frame_uid": volume.frame_uid,
        "completeness": complete.status,
        "completeness_reason": complete.reason,
    }
    return {"dose": volume.values.astype(np.float32)}, record


def contours_of(case: Case) -> dict[str, Any]:
    """What the planning structure set holds of this visit's lesion and of the one before.

    Returns
    -------
    dict
        ``event`` and ``previous``: regions as `drawn.contours_record` writes them;
        ``reason``: why the structure set cannot be read.
    """
    visits = {"event": case.timepoint, "previous": case.previous_timepoint}
    found: dict[str, Any] = {
        "event": {},
        "previous": {},
        "reason": case.faults.get("structures", ""),
    }
    if "structures" not in case.files:
        return found
    try:
        structures = read_structures(case.files["structures"][0])
        for name, visit in visits.items():
            if visit:  # 0 is the planning study, which has no follow-up's contours
                found[name] = contours_record(follow_up_structures(structures, visit))
    except PSPError as error:
        found["reason"] = f"{type(error).__name__}: {error}"
    return found


def _read(case: Case) -> tuple[Volume, str]:
    """Dose in Gy and its summation type; NIfTI has none and is taken for the whole plan."""
    files = require(case, "dose")
    if is_nifti(files[0].path):
        return read_image(files), "PLAN"
    dose = read_dose(files)
    return dose.volume, dose.summation_type
