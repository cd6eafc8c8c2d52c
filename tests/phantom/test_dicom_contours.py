"""Hand-encoded contours, decoded by pydicom."""

from io import BytesIO

import numpy as np
import pytest
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset

from psp_core.errors import GeometryError, StoredRangeError
from psp_core.phantom.dicom_contours import encoded_roi_contours, encoded_sequence
from psp_core.phantom.patient import Structure

AFFINE = np.array([[0, 0, 2.0, -20], [0, 2, 0, -20], [3, 0, 0, 40], [0, 0, 0, 1]])
SLICES = [("1.2.840.10008.5.1.4.1.1.2", f"2.25.{n}") for n in (11, 12, 13)]
UPWARDS = np.array([0, 0, 30])
TRIANGLE = np.array([[0, 0, 43.2], [5.125, 0, 43.2], [0, -7.5, 43.2]])


def test_another_encoder_reads_the_same_contours() -> None:
    drawn = [(1, Structure("gtv", (TRIANGLE, TRIANGLE + UPWARDS))), (2, Structure("ptv", ()))]
    content = encoded_roi_contours(drawn, SLICES, AFFINE)
    ds = read_dataset(DicomBytesIO(content), is_implicit_VR=False, is_little_endian=True)
    first, second = ds.ROIContourSequence
    assert (first.ReferencedROINumber, second.ReferencedROINumber) == (1, 2)
    assert len(first.ROIDisplayColor) == 3
    assert "ContourSequence" not in second
    inside, beyond = first.ContourSequence
    assert inside.ContourGeometricType == "CLOSED_PLANAR"
    assert inside.NumberOfContourPoints == 3
    np.testing.assert_allclose(np.reshape(inside.ContourData, (3, 3)), TRIANGLE, atol=0.0051)
    images = [c.ContourImageSequence[0].ReferencedSOPInstanceUID for c in (inside, beyond)]
    assert images == ["2.25.12", "2.25.13"]


def test_empty_sequence_has_a_length_of_zero() -> None:
    assert encoded_sequence(0x3006, 0x0039, ()) == b"\x06\x30\x39\x00SQ\x00\x00" + bytes(4)
    assert BytesIO(encoded_sequence(0x3006, 0x0039, (b"",))).getvalue()[8] == 8


@pytest.mark.parametrize(
    "points", [np.zeros((2, 3)), np.zeros((5, 2)), np.full((4, 3), np.nan), np.zeros(9)]
)
def test_what_is_no_contour_is_refused(points: np.ndarray) -> None:
    with pytest.raises(GeometryError, match="structure gtv: a contour has shape"):
        encoded_roi_contours([(1, Structure("gtv", (points,)))], SLICES, AFFINE)


def test_contour_with_too_many_points_is_refused() -> None:
    points = np.full((5000, 3), -100.25)
    with pytest.raises(StoredRangeError, match=r"5000 points needs .* fewer points"):
        encoded_roi_contours([(1, Structure("body", (points,)))], SLICES, AFFINE)
