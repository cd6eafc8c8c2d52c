"""DICOM files as pydicom datasets: what counts as DICOM, and how values are read."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any, TypeGuard

import numpy as np
from pydicom import config, dcmread
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.uid import MediaStorageDirectoryStorage

from psp_core.acquisition.files import Source, read_one
from psp_core.errors import UnreadableFileError

PARSE_ERRORS = (
    InvalidDicomError,
    BytesLengthException,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    AttributeError,
    TypeError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zlib.error,
)

UNDEFINED_LENGTH = 0xFFFFFFFF
HEAD_BYTES = 132  # preamble and the four letters DICM


def looks_like_dicom(head: bytes) -> bool:
    """Tell DICOM by its first bytes, also where the preamble was left out.

    Without the letters DICM the file must start with a meta or an identifying
    element (group 0002 or 0008) whose VR or length is plausible.
    """
    if head[128:132] == b"DICM":
        return True
    if len(head) < 12:
        return False
    group, element, length = struct.unpack("<HHL", head[:8])
    if group not in (0x0002, 0x0008) or element > 0x0020:
        return False
    explicit = head[4:6].isalpha() and head[4:6].isupper()
    return explicit or length <= 64


def promises_dicom(name: str, size_bytes: int) -> bool:
    """Tell whether a file that is not DICOM should have been, by its name and size.

    An empty file without any ending is taken for a failed download.
    """
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in (".dcm", ".ima") or (size_bytes == 0 and suffix == "")


def parse(data: bytes, name: str, *, tags: Sequence[str] | None = None) -> Dataset:
    """Parse one whole file; values are not validated, only read.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What the errors call it.
    tags : sequence of str, optional
        Keywords to keep; all by default.

    Raises
    ------
    UnreadableFileError
        If the file is empty, not DICOM, broken, or ends inside an element.
    """
    if not data:
        raise UnreadableFileError(f"{name}: empty file (0 bytes); download it again")
    if not looks_like_dicom(data[:HEAD_BYTES]):
        raise UnreadableFileError(f"{name}: not a DICOM file")
    try:
        with quiet():
            # pydicom then raises at an early end instead of warning
            config.settings.reading_validation_mode = config.RAISE
            dataset = dcmread(BytesIO(data), force=True, specific_tags=list(tags) if tags else None)
    except PARSE_ERRORS as error:
        raise UnreadableFileError(
            f"{name}: broken DICOM ({type(error).__name__}); download it again"
        ) from None
    short = [element for element in map(dataset.get_item, dataset.keys()) if _is_short(element)]
    if short:
        keyword = keyword_for_tag(short[0].tag) or str(short[0].tag)
        raise UnreadableFileError(f"{name}: the file ends inside {keyword}; download it again")
    return dataset


def _is_short(element: object) -> TypeGuard[RawDataElement]:
    """Tell an element that declares more bytes than the file holds."""
    if not isinstance(element, RawDataElement) or element.length == UNDEFINED_LENGTH:
        return False
    return len(element.value or b"") < element.length


def read_object(source: Source, modality: str) -> tuple[Dataset, str]:
    """Read one RT object and check that it is what the caller expects.

    Returns
    -------
    (Dataset, str)
        The dataset and the name that errors call the file.

    Raises
    ------
    MissingInputError
        If there is no such file.
    UnreadableFileError
        If it is no readable DICOM file of this modality.
    """
    ref, data = read_one(source)
    dataset = parse(data, ref.name)
    found = text(dataset, "Modality") or "missing"
    if found != modality:
        raise UnreadableFileError(f"{ref.name}: Modality is {found}, expected {modality}")
    return dataset, ref.name


def is_directory(dataset: Dataset) -> bool:
    """Tell a DICOMDIR, which lists other files and holds no patient data."""
    return str(dataset.file_meta.get("MediaStorageSOPClassUID", "")) == MediaStorageDirectoryStorage


def numbers(dataset: Dataset, keyword: str, length: int | None = None) -> list[float] | None:
    """Read a numeric attribute as floats; None if absent, malformed or of another length."""
    try:
        element: Any = dataset.get_item(keyword) if keyword in dataset else None
        if element is None or element.value is None:
            return None
        if isinstance(element, RawDataElement) and dictionary_VR(keyword) == "DS":
            # decimal text as it stands in the file: contours hold very many numbers
            values = [float(part) for part in element.value.rstrip(b" \0").split(b"\\")]
        else:
            values = np.ravel(np.asarray(dataset[keyword].value, dtype=np.float64)).tolist()
    except PARSE_ERRORS:
        return None
    if (length is not None and len(values) != length) or not np.isfinite(values).all():
        return None
    return values


def number(dataset: Dataset, keyword: str) -> float | None:
    """Read one number; None if absent or malformed."""
    values = numbers(dataset, keyword, 1)
    return values[0] if values else None


def text(dataset: Dataset, keyword: str) -> str:
    """Read a text attribute, stripped; empty if absent or malformed."""
    try:
        with quiet():
            value = dataset.get(keyword)
    except PARSE_ERRORS:
        return ""
    return "" if value is None else str(value).strip(" \0\t\r\n")


def items(dataset: Dataset, keyword: str, name: str) -> list[Dataset]:
    """Items of a sequence; none if it is absent.

    Raises
    ------
    UnreadableFileError
        If the sequence is broken; `name` is what the error calls the file.
    """
    try:
        with quiet():
            return list(dataset.get(keyword) or ())
    except PARSE_ERRORS as error:
        raise UnreadableFileError(
            f"{name}: broken {keyword} ({type(error).__name__}); download it again"
        ) from None


class quiet(warnings.catch_warnings):  # noqa: N801 - a context manager reads like a verb
    """Read what is there: no value validation, no warnings about spelling of values."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.simplefilter("ignore")
        self._validation = config.disable_value_validation()
        self._validation.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._validation.__exit__(None, None, None)
        super().__exit__(kind, error, trace)
