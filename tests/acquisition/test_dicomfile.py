"""What counts as DICOM, and how values and pixels are taken from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from psp_core.acquisition.dicomfile import (
    items,
    looks_like_dicom,
    number,
    numbers,
    parse,
    promises_dicom,
    read_object,
    text,
)
from psp_core.errors import UnreadableFileError

Make = Callable[..., Dataset]


def test_dicom_is_known_by_its_first_bytes() -> None:
    assert looks_like_dicom(bytes(128) + b"DICM")
    assert looks_like_dicom(b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100")  # no preamble, explicit VR
    assert looks_like_dicom(b"\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100")  # and implicit VR
    assert not looks_like_dicom(b"Burdenko licence: see the web page")
    assert not looks_like_dicom(b"\x08\x00\x05\x00\xff\xff\xff\x00 something else")
    assert not looks_like_dicom(b"")


def test_names_that_promise_dicom() -> None:
    assert promises_dicom("a/1-1.DCM", 10)
    assert promises_dicom("1.IMA", 10)
    assert promises_dicom("IM0001", 0)  # an empty file without ending: a failed download
    assert not promises_dicom("IM0001", 10)
    assert not promises_dicom("LICENSE.txt", 0)


def test_numbers_are_read_as_they_stand() -> None:
    dataset = Dataset()
    dataset.PixelSpacing = ["0.5", "0.75"]
    dataset.Rows = 7
    assert numbers(dataset, "PixelSpacing", 2) == [0.5, 0.75]
    assert numbers(dataset, "PixelSpacing", 3) is None
    assert numbers(dataset, "ImagePositionPatient") is None
    assert number(dataset, "Rows") == 7
    assert text(dataset, "SeriesDescription") == ""
    assert items(dataset, "BeamSequence", "RP.dcm") == []


def test_malformed_numbers_are_no_numbers(tmp_path: Path, make_object: Make) -> None:
    dataset = make_object("MR", SliceThickness="3.0", ImageComments="spare")
    path = tmp_path / "1.dcm"
    dataset.save_as(path, enforce_file_format=True)
    data = path.read_bytes().replace(b"3.0 ", b"3,0 ")
    assert number(parse(data, "1.dcm"), "SliceThickness") is None


def test_files_without_meta_information_are_read() -> None:
    path = str(get_testdata_file("rtstruct.dcm", download=False))
    dataset, name = read_object(path, "RTSTRUCT")
    assert name == "rtstruct.dcm"
    assert number(dataset, "SeriesNumber") == 1


def test_another_modality_is_refused() -> None:
    path = str(get_testdata_file("rtplan.dcm", download=False))
    with pytest.raises(UnreadableFileError, match=r"rtplan.dcm: Modality is RTPLAN, expected RTD"):
        read_object(path, "RTDOSE")


def test_empty_and_other_files_are_refused() -> None:
    with pytest.raises(UnreadableFileError, match=r"a.dcm: empty file"):
        parse(b"", "a.dcm")
    with pytest.raises(UnreadableFileError, match=r"a.dcm: not a DICOM file"):
        parse(b"<html>404</html>" * 20, "a.dcm")


def test_a_file_that_ends_inside_a_sequence_is_refused() -> None:
    data = Path(str(get_testdata_file("rtplan.dcm", download=False))).read_bytes()
    for share in (0.5, 0.6, 0.75, 0.9):
        cut = data[: int(len(data) * share)]
        with pytest.raises(UnreadableFileError, match=r"rtplan.dcm: (the file ends inside|broken)"):
            parse(cut, "rtplan.dcm")


def test_a_broken_sequence_names_its_file(tmp_path: Path, make_object: Make) -> None:
    item = Dataset()
    item.BeamName = "Field 1"
    path = tmp_path / "RP.dcm"
    make_object("RTPLAN", BeamSequence=[item]).save_as(path, enforce_file_format=True)
    data = path.read_bytes()
    at = data.index(b"\xfe\xff\x00\xe0")  # the first item of a sequence that ends inside it
    data = data[: at - 4] + b"\5\0\0\0" + data[at : at + 5]
    with pytest.raises(UnreadableFileError, match=r"^RP.dcm: broken BeamSequence .*download it"):
        items(parse(data, "RP.dcm"), "BeamSequence", "RP.dcm")
