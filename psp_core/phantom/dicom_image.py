"""An image as a DICOM series: CT in HU or MR, one file per slice.

The header of a series is encoded once; each slice gets a copy with its UID,
number and position spliced in at fixed offsets. All files of a series, and of the
same series of all patients with the same grid, have the same number of bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, MRImageStorage

from psp_core.errors import GeometryError
from psp_core.phantom.dicom_header import (
    SeriesHeader,
    decimal_string,
    decimal_strings,
    encoded,
    header_dataset,
    image_orientation,
)
from psp_core.phantom.identity import UID_LENGTH
from psp_core.phantom.patient import Image, Sequence
from psp_core.phantom.stored import stored_integers

CT_INTERCEPT_HU = -1024.0
_NUMBER_WIDTH = 4
_PIXEL_DATA = struct.pack("<HH2sH", 0x7FE0, 0x0010, b"OW", 0)

# Acquisition as the header tells it: the same for every patient and visit.
_SPOILED: Mapping[str, object] = {
    "ScanningSequence": "GR",
    "SequenceVariant": "SP",
    "MRAcquisitionType": "3D",
    "RepetitionTime": 25,
    "EchoTime": 4,
    "FlipAngle": 30,
}
_MR_ACQUISITION: Mapping[Sequence, Mapping[str, object]] = {
    "t1": _SPOILED,
    "t1ce": {**_SPOILED, "ContrastBolusAgent": "Gadolinium"},
    "t2": {
        "ScanningSequence": "SE",
        "SequenceVariant": "SK",
        "MRAcquisitionType": "2D",
        "RepetitionTime": 5000,
        "EchoTime": 100,
        "FlipAngle": 90,
    },
    "flair": {
        "ScanningSequence": ["SE", "IR"],
        "SequenceVariant": "SK",
        "MRAcquisitionType": "2D",
        "RepetitionTime": 9000,
        "EchoTime": 120,
        "InversionTime": 2500,
        "FlipAngle": 90,
    },
}


def encode_ct_series(image: Image, series: SeriesHeader) -> Iterator[bytes]:
    """Encode a CT in HU, slice by slice.

    Parameters
    ----------
    image : Image
        HU, shape (D, H, W), LPS affine with orthogonal axes.
    series : SeriesHeader
        Whose series this is.

    Yields
    ------
    bytes
        One file per slice; slice d has InstanceNumber d + 1.

    Raises
    ------
    GeometryError
        If the axes are not orthogonal.
    StoredRangeError
        If a value is below -1024 HU, above 64511 HU or not finite.
    """
    ds = _image_dataset(image, series)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.KVP = "120"
    ds.RescaleIntercept = f"{CT_INTERCEPT_HU:g}"
    ds.RescaleSlope = "1"
    ds.RescaleType = "HU"
    ds.WindowCenter, ds.WindowWidth = "40", "400"
    pixels = stored_integers(
        image.values, slope=1.0, intercept=CT_INTERCEPT_HU, dtype="uint16", what="CT"
    )
    return _slices(ds, CTImageStorage, image.affine, pixels, series)


def encode_mr_series(
    image: Image, series: SeriesHeader, sequence: Sequence, *, stored_per_unit: float = 1.0
) -> Iterator[bytes]:
    """Encode an MR image, slice by slice.

    Parameters
    ----------
    image : Image
        Arbitrary units, not negative, shape (D, H, W), LPS affine with orthogonal axes.
    series : SeriesHeader
        Whose series this is.
    sequence : {"t1", "t1ce", "t2", "flair"}
        Chooses the acquisition attributes.
    stored_per_unit : float, default 1.0
        Stored value = ``round(stored_per_unit * value)``; one number per collection,
        because a scale taken from an image would carry its brightest voxel.

    Yields
    ------
    bytes
        One file per slice; slice d has InstanceNumber d + 1.

    Raises
    ------
    GeometryError
        If the axes are not orthogonal.
    StoredRangeError
        If a stored value would be negative, above 65535 or not finite.
    """
    ds = _image_dataset(image, series)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    ds.ScanOptions = ""
    ds.EchoTrainLength = "1"
    ds.MagneticFieldStrength = "1.5"
    for name, value in _MR_ACQUISITION[sequence].items():
        setattr(ds, name, value)
    ds.WindowCenter, ds.WindowWidth = "500", "1000"
    pixels = stored_integers(
        image.values, slope=1 / stored_per_unit, dtype="uint16", what=series.series_description
    )
    return _slices(ds, MRImageStorage, image.affine, pixels, series)


def _image_dataset(image: Image, series: SeriesHeader) -> Dataset:
    """Header of an image series with its geometry; per-slice values are placeholders."""
    sides_mm = np.linalg.norm(image.affine[:3, :3], axis=0)  # d, h, w
    unit = image.affine[:3, :3] / sides_mm
    if not np.allclose(unit.T @ unit, np.eye(3), atol=1e-6):
        raise GeometryError(
            f"{series.series_description}: the axes of the affine are not orthogonal; DICOM slices "
            "are a stack along their normal: resample the image first"
        )
    ds = header_dataset(series)
    ds.BodyPartExamined = "HEAD"
    ds.PatientPosition = "HFS"
    ds.AcquisitionNumber = "1"
    ds.ImagePositionPatient = [decimal_string(0.0)] * 3
    ds.ImageOrientationPatient = decimal_strings(image_orientation(image.affine))
    ds.PixelSpacing = decimal_strings(sides_mm[1:])
    ds.SliceThickness = decimal_string(sides_mm[0])
    ds.SpacingBetweenSlices = decimal_string(sides_mm[0])
    ds.SliceLocation = decimal_string(0.0)
    ds.InstanceNumber = "0" * _NUMBER_WIDTH
    ds.ContentDate = ds.StudyDate
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = image.values.shape[1:]
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = 0
    return ds


def _slices(
    ds: Dataset,
    sop_class_uid: str,
    affine: npt.NDArray[np.float64],
    pixels: npt.NDArray[np.integer],
    series: SeriesHeader,
) -> Iterator[bytes]:
    """One file per slice: the encoded header with five values spliced in, then the pixels."""
    header = bytearray(encoded(ds, sop_class_uid, series.instance_uid(1)))
    uid_slots = [_slot(header, 0x0002, 0x0003, b"UI", 44), _slot(header, 0x0008, 0x0018, b"UI", 44)]
    number_slot = _slot(header, 0x0020, 0x0013, b"IS", _NUMBER_WIDTH)
    position_slot = _slot(header, 0x0020, 0x0032, b"DS", 50)
    location_slot = _slot(header, 0x0020, 0x1041, b"DS", 16)
    header += _PIXEL_DATA + struct.pack("<I", pixels[0].nbytes)
    normal = np.cross(*image_orientation(affine))
    for d, plane in enumerate(pixels):
        position_mm = affine[:3, 3] + d * affine[:3, 0]
        uid = series.instance_uid(d + 1).encode()
        for slot in uid_slots:
            header[slot : slot + UID_LENGTH] = uid
        header[number_slot : number_slot + _NUMBER_WIDTH] = b"%-*d" % (_NUMBER_WIDTH, d + 1)
        header[position_slot : position_slot + 50] = "\\".join(
            decimal_strings(position_mm)
        ).encode()
        header[location_slot : location_slot + 16] = decimal_string(
            float(normal @ position_mm)
        ).encode()
        yield bytes(header) + plane.tobytes()


def _slot(header: bytearray, group: int, element: int, vr: bytes, length: int) -> int:
    """Offset of the value of the only element with this tag, VR and length."""
    return header.index(struct.pack("<HH2sH", group, element, vr, length)) + 8
