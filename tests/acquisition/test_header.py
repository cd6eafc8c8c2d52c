"""One header as one row; pixels are never read."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from psp_core.acquisition.dicomfile import quiet
from psp_core.acquisition.header import read_header


def encode(dataset: Dataset) -> bytes:
    written = BytesIO()
    dataset.save_as(written, enforce_file_format=True)
    return written.getvalue()


@pytest.fixture
def large(make_series: Callable[..., list[Dataset]]) -> Dataset:
    """Return one slice with half a megabyte of pixels."""
    return make_series(np.zeros((1, 512, 512), np.uint16))[0]


class CountingBytes(BytesIO):
    """Remembers the furthest byte that was read."""

    furthest = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.furthest = max(self.furthest, self.tell())
        return data


def test_the_row_holds_what_the_header_says(large: Dataset) -> None:
    large.SeriesDescription = " MRCET1 "
    data = encode(large)
    header = read_header(BytesIO(data), len(data), "1-1.dcm")
    assert header.fault == header.ignored == ""
    assert header.row == {
        "sop_class_uid": "1.2.840.10008.5.1.4.1.1.4",
        "sop_uid": "1.2.3.1.1",
        "study_uid": "1.2.3",
        "series_uid": "1.2.3.1",
        "frame_uid": "1.2.3.9",
        "study_date": "20040506",
        "modality": "MR",
        "study_description": "Control visit 1",
        "series_description": "MRCET1",
        "patient_id": "Case-001",
        "series_number": 4,
        "instance_number": 1,
        "rows": 512,
        "columns": 512,
        "referenced_series_uid": "",
    }


def test_no_pixel_byte_is_read(large: Dataset) -> None:
    data = encode(large)
    stream = CountingBytes(data)
    assert read_header(stream, len(data), "1-1.dcm").fault == ""
    assert stream.furthest <= len(data) - 512 * 512 * 2


@pytest.mark.parametrize("left", [0, 1, 1000])
def test_cut_pixels_leave_the_row_and_are_told_by_size_alone(large: Dataset, left: int) -> None:
    data = encode(large)
    cut = data[: len(data) - 512 * 512 * 2 + left]
    whole = read_header(BytesIO(data), len(data), "1-1.dcm")
    header = read_header(BytesIO(cut), len(cut), "1-1.dcm")
    assert header.row == whole.row
    assert header.fault == f"truncated: {left} of 524288 bytes of pixel data or contours"


def test_an_image_that_ends_before_its_pixels_is_truncated(large: Dataset) -> None:
    del large.PixelData
    data = encode(large)
    header = read_header(BytesIO(data), len(data), "1-1.dcm")
    assert header.fault == "truncated: the file ends before its pixel data"


def test_implicit_and_deflated_syntaxes_give_the_same_row(large: Dataset) -> None:
    explicit = encode(large)
    for syntax in (ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian):
        large.file_meta.TransferSyntaxUID = syntax
        data = encode(large)
        header = read_header(BytesIO(data), len(data), "1-1.dcm")
        assert header == read_header(BytesIO(explicit), len(explicit), "1-1.dcm")


def test_texts_follow_the_character_set(large: Dataset) -> None:
    large.SpecificCharacterSet = "ISO_IR 144"
    large.StudyDescription = "Контроль 1"
    data = encode(large)
    assert read_header(BytesIO(data), len(data), "a").row["study_description"] == "Контроль 1"


def test_an_rtstruct_tells_the_series_it_was_drawn_on(
    make_structures: Callable[..., Dataset],
) -> None:
    square = [(0, 0, 0), (1, 0, 0), (1, 1, 0)]
    data = encode(
        make_structures([(1, "GTV", [("CLOSED_PLANAR", square)])], image_series="1.2.7.7")
    )
    assert read_header(BytesIO(data), len(data), "a").row["referenced_series_uid"] == "1.2.7.7"
    cut = data[:-30]
    fault = read_header(BytesIO(cut), len(cut), "a").fault
    assert fault.startswith("truncated:")
    assert fault.endswith("contours")


def test_numbers_that_are_none_become_unknown(large: Dataset) -> None:
    data = encode(large)
    data = data.replace(b"IS\x02\x004 ", b"IS\x02\x00x ").replace(b"IS\x02\x001 ", b"IS\x02\x00  ")
    row = read_header(BytesIO(data), len(data), "a").row
    assert row["series_number"] is None
    assert row["instance_number"] is None


@pytest.mark.parametrize(
    ("data", "name", "fault", "ignored"),
    [
        (b"", "1-1.dcm", "empty file (0 bytes)", ""),
        (b"", "IM0001", "empty file (0 bytes)", ""),
        (b"", "notes.txt", "", "not DICOM"),
        (b"<html>", "1-1.dcm", "no DICOM header, though the file name promises one", ""),
        (b"MIT License", "LICENSE", "", "not DICOM"),
        (b"PK\3\4", "1.2.zip", "archive inside an archive; unpack the outer one", ""),
        (
            bytes(128) + b"DICM",
            "IM0001",
            "broken DICOM header: no sop_uid, series_uid, study_uid, modality",
            "",
        ),
    ],
)
def test_files_without_header_are_told_apart(
    data: bytes, name: str, fault: str, ignored: str
) -> None:
    header = read_header(BytesIO(data), len(data), name)
    assert (header.fault, header.ignored) == (fault, ignored)


def test_a_dicomdir_is_ignored(tmp_path: Path, make_object: Callable[..., Dataset]) -> None:
    directory = make_object("MR")
    directory.SOPClassUID = "1.2.840.10008.1.3.10"
    data = encode(directory)
    assert read_header(BytesIO(data), len(data), "DICOMDIR").ignored == "DICOMDIR"


def test_no_garbage_raises(large: Dataset, stored: npt.NDArray[np.int16]) -> None:
    data = encode(large)[:2000]
    rng = np.random.default_rng(3)
    for _ in range(300):
        garbled = bytearray(data[: rng.integers(1, len(data))])
        for position in rng.integers(0, len(garbled), size=8):
            garbled[position] = rng.integers(0, 256)
        with quiet():
            read_header(BytesIO(bytes(garbled)), len(data), "1-1.dcm")
