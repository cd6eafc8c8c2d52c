"""Planned dose as a multi-frame RTDOSE of integers with a scaling to Gy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydicom.uid import RTDoseStorage, RTPlanStorage

from psp_core.errors import GeometryError
from psp_core.phantom.dicom_header import (
    SeriesHeader,
    decimal_string,
    decimal_strings,
    encoded,
    header_dataset,
    image_orientation,
    item,
)
from psp_core.phantom.patient import Image, PlanningSystem
from psp_core.phantom.stored import StoredType, stored_integers

_STORAGE: Mapping[PlanningSystem, tuple[StoredType, float]] = {
    # type and Gy per stored step: one pair per planning system, none taken from a patient's maximum
    "varian": ("uint32", 1e-6),
    "amphora": ("uint16", 2e-3),
}


def encode_dose(
    dose: Image,
    series: SeriesHeader,
    plan: SeriesHeader,
    planning_system: PlanningSystem,
    *,
    descending: bool = False,
) -> bytes:
    """Encode an RTDOSE of the whole plan.

    Parameters
    ----------
    dose : Image
        Gy, shape (D, H, W) with D of 2 or more, in the frame of the planning CT.
    series, plan : SeriesHeader
        Of the dose, and of the RTPLAN it belongs to.
    planning_system : {"varian", "amphora"}
        Chooses 32 or 16 bits and the step in Gy.
    descending : bool, default False
        Order the frames so that GridFrameOffsetVector falls; the physical dose
        stays the same.

    Returns
    -------
    bytes
        A complete file.

    Raises
    ------
    GeometryError
        If the frames are not stacked along their normal, or there is only one.
    StoredRangeError
        If a dose is negative, not finite or too large for the type.
    """
    affine, values = dose.affine, dose.values
    orientation = image_orientation(affine)
    normal = np.cross(*orientation)
    step_mm = float(normal @ affine[:3, 0])
    sides_mm = np.linalg.norm(affine[:3, :3], axis=0)
    if len(values) < 2 or not np.allclose(affine[:3, 0], step_mm * normal, atol=1e-6 * sides_mm[0]):
        raise GeometryError(
            f"found {len(values)} dose frames, {np.round(affine[:3, 0], 4).tolist()} mm apart; "
            "expected two or more, stacked along their normal: resample the dose first"
        )
    first = affine[:3, 3]
    if descending != (step_mm < 0):
        values, first, step_mm = values[::-1], first + (len(values) - 1) * affine[:3, 0], -step_mm
    dtype, step_gy = _STORAGE[planning_system]
    stored = stored_integers(values, slope=step_gy, dtype=dtype, what="dose in Gy")

    ds = header_dataset(series)
    ds.ContentDate = ds.StudyDate
    ds.InstanceNumber = 1
    ds.ImagePositionPatient = decimal_strings(first)
    ds.ImageOrientationPatient = decimal_strings(orientation)
    ds.PixelSpacing = decimal_strings(sides_mm[1:])
    ds.SliceThickness = decimal_string(sides_mm[0])
    ds.NumberOfFrames = len(stored)
    ds.FrameIncrementPointer = 0x3004000C
    ds.GridFrameOffsetVector = decimal_strings(step_mm * np.arange(len(stored)))
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = stored.shape[1:]
    ds.BitsAllocated = ds.BitsStored = 8 * stored.itemsize
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = 0
    ds.DoseUnits = "GY"
    ds.DoseType = "PHYSICAL"
    ds.DoseSummationType = "PLAN"
    ds.DoseGridScaling = f"{step_gy:.10f}"
    ds.ReferencedRTPlanSequence = [
        item(ReferencedSOPClassUID=RTPlanStorage, ReferencedSOPInstanceUID=plan.instance_uid())
    ]
    ds.add_new(0x7FE00010, "OW", stored.tobytes())
    return encoded(ds, RTDoseStorage, series.instance_uid())
