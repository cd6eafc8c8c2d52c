"""One DICOM header as one flat row; pixels are never read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from psp_core.acquisition.dicomfile import (
    HEAD_BYTES,
    PARSE_ERRORS,
    UNDEFINED_LENGTH,
    is_directory,
    looks_like_dicom,
    promises_dicom,
)

UIDS = {
    "sop_class_uid": 0x00080016,
    "sop_uid": 0x00080018,
    "study_uid": 0x0020000D,
    "series_uid": 0x0020000E,
    "frame_uid": 0x00200052,
}
TEXTS = {
    "study_date": 0x00080020,
    "modality": 0x00080060,
    "study_description": 0x00081030,
    "series_description": 0x0008103E,
    "patient_id": 0x00100020,
}
INTEGERS = {
    "series_number": 0x00200011,
    "instance_number": 0x00200013,
    "rows": 0x00280010,
    "columns": 0x00280011,
}
COLUMNS = (*UIDS, *TEXTS, *INTEGERS, "referenced_series_uid")  # of a row
REFERENCED_FRAMES = 0x30060010
ROI_CONTOURS = 0x30060039
STOP_TAGS = (ROI_CONTOURS, 0x7FE00008, 0x7FE00009, 0x7FE00010)  # contours and kinds of pixels
WANTED = [*UIDS.values(), *TEXTS.values(), *INTEGERS.values(), REFERENCED_FRAMES]
NEEDED = ("sop_uid", "series_uid", "study_uid", "modality")
IMAGE_MODALITIES = ("CT", "MR", "PT")
LONG_VRS = ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "UC", "UN", "UR", "UT")

Row = dict[str, str | int | None]


@dataclass(frozen=True)
class Header:
    """What one file says about itself.

    Attributes
    ----------
    row : mapping
        The columns of the instances table that stand in the header.
    fault : str
        Why the file cannot be used; empty if it can.
    ignored : str
        Why the file is no patient data at all; empty if it is.
    """

    row: Row
    fault: str = ""
    ignored: str = ""


class _Stop:
    """Stop before pixels or contours, and remember how many bytes they declare."""

    length: int | None = None
    header_bytes = 8

    def __call__(self, tag: BaseTag, vr: str | None, length: int) -> bool:
        plain = int(tag)  # comparing a BaseTag is slow, and this runs for every element
        if plain < ROI_CONTOURS or plain not in STOP_TAGS:
            return False
        self.length = length
        self.header_bytes = 12 if vr in LONG_VRS else 8
        return True


def read_header(stream: BinaryIO, size_bytes: int, name: str) -> Header:
    """Read the header of one open file.

    Parameters
    ----------
    stream : seekable binary file
        At its start; read only up to the pixel data or contours.
    size_bytes : int
        Size of the whole file, to tell a file that was cut off.
    name : str
        Name of the file; an ending ``.dcm`` promises DICOM.

    Returns
    -------
    Header
        Never an exception: what is wrong is said in `fault`.
    """
    try:
        if not looks_like_dicom(stream.read(HEAD_BYTES)):
            return _other_file(size_bytes, name)
        stream.seek(0)
        stop = _Stop()
        dataset = read_partial(stream, stop_when=stop, force=True, specific_tags=list(WANTED))
        if is_directory(dataset):
            return Header({}, ignored="DICOMDIR")
        row = _row(dataset)
        if lacking := [key for key in NEEDED if not row[key]]:
            return Header(row, fault=f"broken DICOM header: no {', '.join(lacking)}")
        if dataset.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
            return Header(row)  # positions would count inflated bytes
        return Header(row, fault=_missing_bytes(stop, stream.tell(), size_bytes, row))
    except (*PARSE_ERRORS, MemoryError) as error:
        return Header({}, fault=f"broken DICOM header ({type(error).__name__})")


def _other_file(size_bytes: int, name: str) -> Header:
    """Judge a file that does not start like DICOM."""
    if name.lower().endswith(".zip"):
        return Header({}, fault="archive inside an archive; unpack the outer one")
    if not promises_dicom(name, size_bytes):
        return Header({}, ignored="not DICOM")
    if size_bytes == 0:
        return Header({}, fault="empty file (0 bytes)")
    return Header({}, fault="no DICOM header, though the file name promises one")


def _missing_bytes(stop: _Stop, position: int, size_bytes: int, row: Row) -> str:
    """Say how a file is cut off, from its size alone."""
    if stop.length is None:
        if row["rows"] is not None or row["modality"] in IMAGE_MODALITIES:
            return "truncated: the file ends before its pixel data"
        return "truncated: the file ends inside its header" if position > size_bytes else ""
    available = max(size_bytes - position - stop.header_bytes, 0)
    if stop.length != UNDEFINED_LENGTH and stop.length > available:
        return f"truncated: {available} of {stop.length} bytes of pixel data or contours"
    return "truncated: no pixel data" if available == 0 and stop.length else ""


def _row(dataset: Dataset) -> Row:
    row: Row = {name: _text(dataset, tag) for name, tag in (UIDS | TEXTS).items()}
    row |= {name: _integer(dataset, tag) for name, tag in INTEGERS.items()}
    row["referenced_series_uid"] = _referenced_series(dataset)
    return row


def _text(dataset: Dataset, tag: int) -> str:
    """Text of an element; plain ASCII is decoded here, the rest by its character set."""
    value: Any = dataset.get_item(BaseTag(tag)).value if BaseTag(tag) in dataset else None
    if isinstance(value, bytes) and value.isascii() and b"\x1b" not in value:
        value = value.decode("ascii")
    elif value is not None:
        value = dataset[tag].value
    return "" if value is None else str(value).strip(" \0\t\r\n")


def _integer(dataset: Dataset, tag: int) -> int | None:
    """Whole number of a US or IS element; None if absent or malformed."""
    if tag not in dataset:
        return None
    element: Any = dataset.get_item(tag)
    value = element.value
    if not value:
        return None
    try:
        if not isinstance(value, bytes):
            return int(value)
        if tag in (INTEGERS["rows"], INTEGERS["columns"]):
            return int.from_bytes(value[:2], "little" if element.is_little_endian else "big")
        return int(float(value.strip(b" \0")))
    except (ValueError, TypeError, OverflowError):
        return None


def _referenced_series(dataset: Dataset) -> str:
    """First image series that an RTSTRUCT refers to; empty if none."""
    if REFERENCED_FRAMES not in dataset:
        return ""
    for frame in dataset[REFERENCED_FRAMES].value or ():
        for study in frame.get("RTReferencedStudySequence") or ():
            for series in study.get("RTReferencedSeriesSequence") or ():
                return str(series.get("SeriesInstanceUID", "") or "").strip()
    return ""
