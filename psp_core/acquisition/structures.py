"""RT structure sets: what was drawn, in LPS mm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from psp_core.acquisition.contours import CLOSED_TYPES, Structure, plane_gaps
from psp_core.acquisition.dicomfile import items, number, numbers, read_object, text
from psp_core.acquisition.files import Source
from psp_core.acquisition.rasterize import rasterize
from psp_core.errors import FaultsError

__all__ = ["Structure", "StructureSet", "rasterize", "read_structures"]


@dataclass(frozen=True, eq=False)
class StructureSet:
    """The regions of one RTSTRUCT file.

    Attributes
    ----------
    frame_uid : str or None
        Frame of reference of the set.
    referenced_series_uids : tuple of str
        Image series the set refers to, in the order of the file.
    structures : mapping of str to Structure
        By name, in the order of the ROI numbers; undrawn regions included.
    warnings : tuple of str
        What was repaired while reading, one sentence each.
    """

    frame_uid: str | None
    referenced_series_uids: tuple[str, ...]
    structures: Mapping[str, Structure]
    warnings: tuple[str, ...] = ()


def read_structures(source: Source) -> StructureSet:
    """Read one RTSTRUCT file.

    A region without a name is called ``ROI <number>``. If several regions share
    a name, the one with the smallest number keeps it and the others become
    ``<name> (ROI <number>)``. Single points beside the closed contours of a region
    are dropped, and so are exact copies of a contour, which the even-odd rule would
    turn into a hole. Each of these is a warning of the result.

    Parameters
    ----------
    source : path or FileRef
        The file; file meta information may be missing.

    Raises
    ------
    MissingInputError
        If there is no such file.
    UnreadableFileError
        If it is no readable RTSTRUCT.
    FaultsError
        If contour data are malformed or ROI numbers repeat; all faults at once.
    """
    dataset, name = read_object(source, "RTSTRUCT")
    frames = items(dataset, "ReferencedFrameOfReferenceSequence", name)
    frame_uid = next((uid for item in frames if (uid := text(item, "FrameOfReferenceUID"))), None)
    frame_uid = frame_uid or text(dataset, "FrameOfReferenceUID") or None
    faults: list[str] = []
    warnings: list[str] = []
    drawn = _drawn(dataset, faults, name)
    regions: dict[int, tuple[str, str | None]] = {}
    for item in items(dataset, "StructureSetROISequence", name):
        value = number(item, "ROINumber")
        if value is None:
            faults.append("a region has no ROINumber")
        elif int(value) in regions:
            faults.append(f"ROI number {int(value)} occurs twice")
        else:
            frame = text(item, "ReferencedFrameOfReferenceUID") or frame_uid
            regions[int(value)] = (text(item, "ROIName"), frame)
    for roi in sorted(set(drawn) - set(regions)):
        warnings.append(f"ROI {roi} has contours but is not listed")
        regions[roi] = ("", frame_uid)
    if faults:
        raise FaultsError(name, faults)

    structures: dict[str, Structure] = {}
    for roi, (written, frame) in sorted(regions.items()):
        unique = _unique_name(written, roi, structures, warnings)
        contours, kind = _one_type(drawn.get(roi, []), unique, warnings)
        structures[unique] = Structure(unique, roi, contours, kind, frame)
    return StructureSet(
        frame_uid,
        tuple(dict.fromkeys(_referenced_series(frames, name))),
        _with_plane_spacing(structures),
        tuple(warnings),
    )


def _referenced_series(frames: Iterable[Dataset], name: str) -> Iterable[str]:
    """Yield the image series a structure set refers to."""
    for frame in frames:
        for study in items(frame, "RTReferencedStudySequence", name):
            for series in items(study, "RTReferencedSeriesSequence", name):
                if uid := text(series, "SeriesInstanceUID"):
                    yield uid


def _drawn(
    dataset: Dataset, faults: list[str], name: str
) -> dict[int, list[tuple[str, npt.NDArray[np.float64]]]]:
    """Contours by ROI number, each with its geometric type; faults are collected."""
    drawn: dict[int, list[tuple[str, npt.NDArray[np.float64]]]] = {}
    for item in items(dataset, "ROIContourSequence", name):
        roi = number(item, "ReferencedROINumber")
        if roi is None:
            faults.append("contours without ReferencedROINumber")
            continue
        found = drawn.setdefault(int(roi), [])
        for position, contour in enumerate(items(item, "ContourSequence", name), start=1):
            values = numbers(contour, "ContourData")
            declared = number(contour, "NumberOfContourPoints")
            if not values or len(values) % 3:
                faults.append(
                    f"ROI {int(roi)}, contour {position}: {len(values or ())} numbers, "
                    "expected x, y, z of each point"
                )
            elif declared is not None and int(declared) != len(values) // 3:
                faults.append(
                    f"ROI {int(roi)}, contour {position}: {len(values) // 3} points, "
                    f"NumberOfContourPoints says {int(declared)}"
                )
            else:
                kind = text(contour, "ContourGeometricType").upper() or "CLOSED_PLANAR"
                found.append((kind, np.array(values).reshape(-1, 3)))
    return drawn


def _unique_name(
    written: str, roi: int, taken: Mapping[str, Structure], warnings: list[str]
) -> str:
    """Name of a region, unique within its set."""
    name = written or f"ROI {roi}"
    if not written:
        warnings.append(f"ROI {roi} has no name; called {name!r}")
    if name not in taken:
        return name
    unique = f"{name} (ROI {roi})"
    warnings.append(f"ROI {roi} shares the name {name!r}; called {unique!r}")
    return unique


def _one_type(
    contours: list[tuple[str, npt.NDArray[np.float64]]], name: str, warnings: list[str]
) -> tuple[tuple[npt.NDArray[np.float64], ...], str]:
    """Contours of a region and their common type; copies and stray points are dropped."""
    distinct = list({(kind, data.tobytes()): (kind, data) for kind, data in contours}.values())
    if len(distinct) < len(contours):
        warnings.append(f"{name!r}: {len(contours) - len(distinct)} repeated contour(s) dropped")
        contours = distinct
    kinds = sorted({kind for kind, _ in contours})
    if "POINT" in kinds and set(kinds) & set(CLOSED_TYPES):
        points = sum(kind == "POINT" for kind, _ in contours)
        warnings.append(f"{name!r}: {points} single point(s) beside closed contours dropped")
        contours = [(kind, data) for kind, data in contours if kind != "POINT"]
        kinds.remove("POINT")
    if len(kinds) > 1 and set(kinds) <= set(CLOSED_TYPES):
        kinds = ["CLOSED_PLANAR"]  # both are filled by the even-odd rule
    return tuple(data for _, data in contours), "+".join(kinds)


def _with_plane_spacing(structures: Mapping[str, Structure]) -> dict[str, Structure]:
    """Tell each structure the distance of its contour planes.

    A structure drawn on fewer than three neighbouring planes does not tell it
    itself and takes the smallest distance of the other structures in its frame.
    """
    gaps = {
        name: plane_gaps(item.contours)
        for name, item in structures.items()
        if item.geometric_type in CLOSED_TYPES
    }
    own = {name: float(np.median(found)) for name, found in gaps.items() if found.size >= 2}
    common: dict[str | None, float] = {}
    for name, spacing in own.items():
        frame = structures[name].frame_uid
        common[frame] = min(spacing, common.get(frame, spacing))
    return {
        name: replace(item, plane_spacing_mm=own.get(name, common.get(item.frame_uid)))
        for name, item in structures.items()
    }
