"""What every DICOM object has in common."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pydicom
import pytest
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from psp_core.phantom.dicom_header import (
    SeriesHeader,
    decimal_string,
    encoded,
    header_dataset,
    image_orientation,
)


@pytest.mark.parametrize("value", [0.0, -0.0, 1 / 3, -2 / 3, 123.456789, -987.654321, 1e-9])
def test_decimal_string_has_16_characters_and_keeps_the_value(value: float) -> None:
    text = decimal_string(value)
    assert len(text) == 16
    assert float(text) == pytest.approx(value, abs=1e-10)


def test_orientation_is_that_of_rows_then_columns() -> None:
    affine = np.diag([3.0, 2.5, 2.0, 1.0])[[2, 1, 0, 3]]  # d -> z, h -> y, w -> x
    np.testing.assert_array_equal(image_orientation(affine), [[1, 0, 0], [0, 1, 0]])


def test_header_names_the_study_id_and_nothing_else_of_the_patient(
    header: Callable[..., SeriesHeader],
) -> None:
    content = encoded(header_dataset(header()), CTImageStorage, "2.25.1")
    ds = pydicom.dcmread(BytesIO(content))
    assert ds.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert ds.PatientName == ds.PatientID == "Burdenko-GBM-007"
    assert ds.PatientBirthDate == ds.PatientSex == ""
    assert "PatientAge" not in ds
    assert ds.StudyDate == "20040506"
    assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID == "2.25.1"
