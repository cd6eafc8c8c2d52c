"""RT dose files in Gy on their grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from psp_core.acquisition.dicomfile import items, number, numbers, read_object, text
from psp_core.acquisition.files import FileRef, Source
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.pixels import decode_pixels
from psp_core.acquisition.resample import resample
from psp_core.acquisition.stack import SPACING_TOLERANCE, SPACING_TOLERANCE_MM, Slice, read_slice
from psp_core.acquisition.volume import Volume
from psp_core.errors import (
    AmbiguousSeriesError,
    DoseUnitsError,
    GeometryError,
    GridMismatchError,
    UnreadableFileError,
)

__all__ = ["Dose", "read_dose", "resample"]


@dataclass(frozen=True, eq=False)
class Dose:
    """A planned dose.

    Attributes
    ----------
    volume : Volume
        Gy, float64, slices growing along their normal.
    summation_type : str
        DoseSummationType as written: ``PLAN``, ``FRACTION``, ``BEAM``, ...;
        all but ``PLAN`` and ``MULTI_PLAN`` are only a part of the treatment.
    dose_type : str
        DoseType as written: ``PHYSICAL`` or ``EFFECTIVE``.
    referenced_plan_uid : str
        SOPInstanceUID of the plan; empty if the file names none.
    n_files : int
        Files that were added up.
    """

    volume: Volume
    summation_type: str
    dose_type: str
    referenced_plan_uid: str
    n_files: int = 1

    @property
    def frame_uid(self) -> str | None:
        """Frame of reference of the dose grid."""
        return self.volume.frame_uid


def read_dose(source: Source | Sequence[Source]) -> Dose:
    """Read the dose of one plan.

    Gy = stored integers × DoseGridScaling. Several files are added up only if they
    are different BEAM doses of one plan on one grid.

    Parameters
    ----------
    source : path, FileRef or sequence of them
        RTDOSE files, single-frame or multi-frame.

    Raises
    ------
    MissingInputError
        If a file is not there.
    UnreadableFileError
        If a file is no readable RTDOSE or has no DoseGridScaling.
    DoseUnitsError
        If the dose is relative, its units are not said, or it is a dose difference.
    GeometryError
        If frame offsets are missing, irregular, or fit neither form of the standard.
    AmbiguousSeriesError
        If several files are not the beams of one plan.
    GridMismatchError
        If several files lie on different grids.
    """
    if isinstance(source, (str, Path, FileRef)):
        return _read_file(source)[0]
    read = [_read_file(item) for item in source]
    if not read:
        raise AmbiguousSeriesError("no dose file was given, expected at least one")
    if len(read) == 1:
        return read[0][0]
    return _add_beams([dose for dose, _, _ in read], [uid for _, uid, _ in read], read[0][2])


def _add_beams(doses: Sequence[Dose], uids: Sequence[str], name: str) -> Dose:
    """Sum the beams of one plan."""
    first = doses[0]
    kinds = sorted({dose.summation_type or "none" for dose in doses})
    if kinds != ["BEAM"]:
        raise AmbiguousSeriesError(
            f"{len(doses)} dose files with DoseSummationType {', '.join(kinds)}; only BEAM doses "
            f"of one plan are added up; choose one file (first: {name})"
        )
    shared = {(dose.referenced_plan_uid, dose.dose_type, dose.frame_uid) for dose in doses}
    if len(shared) > 1 or not first.referenced_plan_uid:
        raise AmbiguousSeriesError(
            f"{len(doses)} BEAM doses do not name one plan, dose type and frame of reference "
            f"(first: {name}); give the files of one plan"
        )
    if len(set(uids)) < len(uids):
        raise AmbiguousSeriesError(f"a dose file was given twice (first: {name})")
    for dose in doses[1:]:
        if not first.volume.grid.same_grid(dose.volume.grid):
            raise GridMismatchError(
                f"BEAM doses of one plan lie on different grids: {first.volume.grid.shape} and "
                f"{dose.volume.grid.shape} or shifted (first: {name}); export them on one grid"
            )
    total = np.sum([dose.volume.values for dose in doses], axis=0)
    volume = Volume(total, first.volume.grid, first.frame_uid)
    return Dose(volume, "BEAM", first.dose_type, first.referenced_plan_uid, len(doses))


def _read_file(source: Source) -> tuple[Dose, str, str]:
    """Read one file: its dose, its SOPInstanceUID and its name."""
    dataset, name = read_object(source, "RTDOSE")
    units = text(dataset, "DoseUnits").upper()
    if units != "GY":
        raise DoseUnitsError(
            f"{name}: DoseUnits is {units or 'missing'}, expected GY; export the dose in Gy"
        )
    dose_type = text(dataset, "DoseType").upper()
    if dose_type == "ERROR":
        raise DoseUnitsError(
            f"{name}: DoseType is ERROR, a difference from the wanted dose; export the dose itself"
        )
    scaling = number(dataset, "DoseGridScaling")
    if scaling is None or scaling <= 0:
        raise UnreadableFileError(
            f"{name}: DoseGridScaling is {scaling}, expected a positive number; export again"
        )
    plane = read_slice(dataset, name)
    stored = decode_pixels(dataset, name)
    stored = stored[np.newaxis] if stored.ndim == 2 else stored
    offsets = _frame_offsets(dataset, plane, len(stored), name)
    order = np.argsort(offsets)
    step = (offsets.max() - offsets.min()) / (len(offsets) - 1) if len(offsets) > 1 else None
    affine = np.eye(4)
    affine[:3, 0] = plane.normal * (step or _thickness(dataset, plane, name))
    affine[:3, 1] = plane.orientation[1] * plane.spacing_mm[0]
    affine[:3, 2] = plane.orientation[0] * plane.spacing_mm[1]
    affine[:3, 3] = plane.position_mm + plane.normal * offsets.min()
    dose_gy = stored[order].astype(np.float64) * scaling
    grid = Grid(dose_gy.shape, affine)
    volume = Volume(dose_gy, grid, text(dataset, "FrameOfReferenceUID") or None)
    plans = items(dataset, "ReferencedRTPlanSequence", name)
    dose = Dose(
        volume,
        summation_type=text(dataset, "DoseSummationType").upper(),
        dose_type=dose_type,
        referenced_plan_uid=next((text(item, "ReferencedSOPInstanceUID") for item in plans), ""),
    )
    return dose, text(dataset, "SOPInstanceUID"), name


def _frame_offsets(
    dataset: Dataset, plane: Slice, n_frames: int, name: str
) -> npt.NDArray[np.float64]:
    """Distance of each frame from the first pixel's plane along the normal, in mm.

    The standard knows two forms of GridFrameOffsetVector: relative ones start with
    0; absolute ones are patient z and start with that of the position.

    References
    ----------
    DICOM PS3.3 C.8.8.3.2, Grid Frame Offset Vector.
    """
    if n_frames == 1:
        return np.zeros(1)
    values = numbers(dataset, "GridFrameOffsetVector")
    if values is None or len(values) != n_frames:
        raise GeometryError(
            f"{name}: {n_frames} frames but {len(values or ())} values in GridFrameOffsetVector"
        )
    offsets = np.array(values)
    if abs(offsets[0]) > 1e-6:
        z, along = plane.position_mm[2], plane.normal[2]
        if abs(abs(along) - 1) > 1e-4 or abs(offsets[0] - z) > SPACING_TOLERANCE_MM:
            raise GeometryError(
                f"{name}: GridFrameOffsetVector starts with {offsets[0]:g}; expected 0, or z of "
                f"the position ({z:g} mm) of an axial dose"
            )
        offsets = (offsets - offsets[0]) * np.sign(along)
    gaps = np.diff(offsets)
    typical = float(np.median(gaps))
    tolerance = max(SPACING_TOLERANCE * abs(typical), SPACING_TOLERANCE_MM)
    if abs(typical) <= SPACING_TOLERANCE_MM or np.abs(gaps - typical).max() > tolerance:
        raise GeometryError(
            f"{name}: irregular GridFrameOffsetVector: gaps {gaps.min():g} to {gaps.max():g} mm, "
            f"tolerance {tolerance:g} mm; export the dose on a regular grid"
        )
    return offsets


def _thickness(dataset: Dataset, plane: Slice, name: str) -> float:
    """Slice thickness of a single-frame dose, in mm."""
    values = numbers(dataset, "GridFrameOffsetVector") or []
    thickness = plane.thickness_mm or (abs(values[1] - values[0]) if len(values) > 1 else None)
    if not thickness:
        raise GeometryError(f"{name}: one frame without SliceThickness; its volume is unknown")
    return thickness
