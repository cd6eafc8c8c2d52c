"""Drawn structures as an RTSTRUCT that references one image series.

Contours make an RTSTRUCT larger or smaller with the lesion, so every file is
padded to one size: the number of bytes says nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import RTStructureSetStorage

from psp_core.errors import StoredRangeError
from psp_core.phantom.dicom_contours import encoded_roi_contours, encoded_sequence
from psp_core.phantom.dicom_header import SeriesHeader, encoded, header_dataset, item
from psp_core.phantom.patient import PlanningSystem, Structure
from psp_core.phantom.roi_names import interpreted_type, roi_name

FILE_BYTES = 2 * 2**20
"""Size of every RTSTRUCT file; room for about 40,000 contour points."""

_DETACHED_STUDY = "1.2.840.10008.3.1.2.3.1"
_PADDING = struct.Struct("<HH2sHI")


class ReferencedSeries(NamedTuple):
    """The image series that contours are drawn on."""

    header: SeriesHeader
    sop_class_uid: str
    affine: npt.NDArray[np.float64]  # of the image, LPS
    n_slices: int

    def slice_references(self) -> list[tuple[str, str]]:
        """SOP class and instance UID of every slice."""
        numbers = range(1, self.n_slices + 1)
        return [(self.sop_class_uid, self.header.instance_uid(number)) for number in numbers]


def encode_structures(
    structures: Sequence[Structure],
    series: SeriesHeader,
    drawn_on: ReferencedSeries,
    planning_system: PlanningSystem,
    *,
    file_bytes: int = FILE_BYTES,
) -> bytes:
    """Encode an RTSTRUCT.

    Parameters
    ----------
    structures : sequence of Structure
        Contours in the frame of `drawn_on`, LPS mm; a structure without contours
        is listed only.
    series : SeriesHeader
        Of the RTSTRUCT itself; its frame must be that of `drawn_on`.
    drawn_on : ReferencedSeries
        Image series of the contours.
    planning_system : {"varian", "amphora"}
        Dialect of the names.
    file_bytes : int, default 2 MiB
        Size of the file, reached with data set trailing padding; even.

    Returns
    -------
    bytes
        A complete file of `file_bytes` bytes.

    Raises
    ------
    GeometryError
        If a contour is not an array of at least three points in mm.
    StoredRangeError
        If one contour or the whole file is larger than what fits.
    AmbiguousSeriesError
        If a structure has no spelling in the dialect.
    """
    ds = header_dataset(series)
    ds.StructureSetLabel = "PLAN" if drawn_on.header.modality == "CT" else "MR"
    ds.StructureSetDate = ds.StudyDate
    ds.StructureSetTime = ds.StudyTime
    ds.ApprovalStatus = "UNAPPROVED"
    ds.ReferencedFrameOfReferenceSequence = [_frame_reference(drawn_on)]
    ds.StructureSetROISequence = []
    ds.ROIContourSequence = []
    ds.RTROIObservationsSequence = []
    for number, structure in enumerate(structures, start=1):
        ds.StructureSetROISequence.append(
            item(
                ROINumber=number,
                ReferencedFrameOfReferenceUID=series.frame_uid,
                ROIName=roi_name(structure.name, planning_system),
                ROIGenerationAlgorithm="MANUAL",
            )
        )
        ds.RTROIObservationsSequence.append(
            item(
                ObservationNumber=number,
                ReferencedROINumber=number,
                RTROIInterpretedType=interpreted_type(structure.name),
                ROIInterpreter="",
            )
        )
    file = encoded(ds, RTStructureSetStorage, series.instance_uid())
    before, _, after = file.partition(encoded_sequence(0x3006, 0x0039, ()))
    contours = encoded_roi_contours(
        enumerate(structures, start=1), drawn_on.slice_references(), drawn_on.affine
    )
    return _padded(before + contours + after, file_bytes)


def _frame_reference(drawn_on: ReferencedSeries) -> Dataset:
    """Frame of reference -> study -> series -> every slice."""
    images = [
        item(ReferencedSOPClassUID=sop_class_uid, ReferencedSOPInstanceUID=uid)
        for sop_class_uid, uid in drawn_on.slice_references()
    ]
    series = item(SeriesInstanceUID=drawn_on.header.series_uid, ContourImageSequence=images)
    study = item(
        ReferencedSOPClassUID=_DETACHED_STUDY,
        ReferencedSOPInstanceUID=drawn_on.header.study_uid,
        RTReferencedSeriesSequence=[series],
    )
    return item(FrameOfReferenceUID=drawn_on.header.frame_uid, RTReferencedStudySequence=[study])


def _padded(content: bytes, file_bytes: int) -> bytes:
    """Bring a file to `file_bytes` by Data Set Trailing Padding (FFFC,FFFC)."""
    missing = file_bytes - len(content) - _PADDING.size
    if missing < 0 or file_bytes % 2:
        raise StoredRangeError(
            f"a structure set of {len(content)} bytes does not fit a file of {file_bytes} bytes "
            "(even, the same for all patients): draw contours with fewer points or pass a larger "
            "file_bytes for the whole collection"
        )
    return content + _PADDING.pack(0xFFFC, 0xFFFC, b"OB", 0, missing) + bytes(missing)
