"""What every DICOM object of a synthetic patient has in common."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, ExplicitVRLittleEndian

from psp_core.phantom.identity import unique_identifier

DS_LENGTH = 16  # characters that the decimal string of DICOM may have


@dataclass(frozen=True)
class SeriesHeader:
    """Identity of one series: whose, of which study, in which frame of reference."""

    patient_id: str
    study_uid: str
    study_date: dt.date
    study_description: str
    series_uid: str
    series_number: int
    series_description: str
    modality: str
    frame_uid: str

    def instance_uid(self, number: int = 1) -> str:
        """SOPInstanceUID of instance `number`, counted from 1."""
        return unique_identifier(self.series_uid, number)


def decimal_string(value: float) -> str:
    """Spell a number as a decimal string of exactly 16 characters, as precise as they allow."""
    return f"{value + 0.0:.14f}"[:DS_LENGTH]


def decimal_strings(values: npt.ArrayLike) -> list[str]:
    """Each of several numbers as `decimal_string`."""
    return [decimal_string(float(value)) for value in np.ravel(values)]


def image_orientation(affine: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the unit vectors along a row and along a column, LPS, shape (2, 3)."""
    vectors = affine[:3, [2, 1]].T
    oriented: npt.NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return oriented


def item(**attributes: object) -> Dataset:
    """Data set of the given attributes, by DICOM keyword."""
    ds = Dataset()
    for keyword, value in attributes.items():
        setattr(ds, keyword, value)
    return ds


def header_dataset(series: SeriesHeader) -> Dataset:
    """Patient, study, series and equipment of a series, without any pixel.

    Sex, age and birth date are left to the clinical table: a header says nothing
    of a patient but its identifier.
    """
    date = series.study_date.strftime("%Y%m%d")
    return item(
        SpecificCharacterSet="ISO_IR 100",
        StudyDate=date,
        SeriesDate=date,
        StudyTime="120000",
        AccessionNumber="",
        Modality=series.modality,
        Manufacturer="psp_core",
        ManufacturerModelName="computed phantom",
        SoftwareVersions="1",
        DeviceSerialNumber="1",
        ReferringPhysicianName="",
        OperatorsName="",
        StudyDescription=series.study_description,
        SeriesDescription=series.series_description,
        PatientName=series.patient_id,
        PatientID=series.patient_id,
        PatientBirthDate="",
        PatientSex="",
        PatientIdentityRemoved="YES",
        DeidentificationMethod="computed patient",
        StudyInstanceUID=series.study_uid,
        SeriesInstanceUID=series.series_uid,
        StudyID="",
        SeriesNumber=series.series_number,
        FrameOfReferenceUID=series.frame_uid,
        PositionReferenceIndicator="",
    )


def encoded(ds: Dataset, sop_class_uid: str, sop_instance_uid: str) -> bytes:
    """Encode a complete DICOM file: preamble, file meta and data set, explicit little endian."""
    ds.SOPClassUID = UID(sop_class_uid)
    ds.SOPInstanceUID = UID(sop_instance_uid)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(unique_identifier("psp_core"))
    meta.ImplementationVersionName = "PSP_CORE"
    ds.file_meta = meta
    buffer = BytesIO()
    dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()
