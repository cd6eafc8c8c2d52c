"""A clinical table written in the test, and an image index written by hand."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import pandas as pd
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
    RTDoseStorage,
    RTPlanStorage,
    generate_uid,
)

from psp_core.cohorts.burdenko import COLUMNS

HEADER = list(COLUMNS)
BLANK = dict.fromkeys(HEADER, "")
PATIENT = {
    **BLANK,
    "AnonymPatientID": "Burdenko-GBM-001",
    "AnonymStudyDate": "5/6/04",
    "Sex": "F",
    "IDH1/2": "negative",
    "MGMT": "positive",
    "Response_1st_fup": "response",
    "Response_2nd_fup": "progression",
    "AnonymDate of surgery": "4/10/04",
    "AnonymStart of RT": "5/15/04",
    "AnonymEnd of RT": "6/27/04",
    "AnonymDate of topometric MRI": "5/6/04",
    "Anonym1st_fup": "7/8/04",
    "Anonym2nd_fup": "8/16/04",
    "Anonym3rd_fup": " ",
    "AnonymDeath": " ",
    "AgeAtStudyDate": "51",
}


@pytest.fixture
def patient() -> Callable[..., dict[str, str]]:
    """Make one row of the clinical CSV, changed where asked."""

    def make(number: int = 1, changes: Mapping[str, str] | None = None) -> dict[str, str]:
        return {**PATIENT, "AnonymPatientID": f"Burdenko-GBM-{number:03d}", **(changes or {})}

    return make


@pytest.fixture
def write_clinical(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as the clinical CSV."""

    def write(
        rows: Sequence[Mapping[str, str]],
        columns: Sequence[str] = HEADER,
        name: str = "Burdenko-GBM-clinical-data.csv",
    ) -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(columns), extrasaction="ignore", restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def clinical_csv(reference_dir: Path) -> Path:
    """Find the real clinical table."""
    return reference_dir / "burdenko_clinical" / "burdenko_clinical.csv"


class SeriesTable:
    """Builds the series table of an index, one study at a time."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(
        self, patient: str, study: str, date: str, *series: tuple[str, str], **changes: Any
    ) -> SeriesTable:
        """Add a study with series (modality, description)."""
        for modality, description in series:
            uid = f"1.2.{len(self.rows) + 1}"
            row = {
                "patient_id": patient,
                "study_uid": f"1.1.{crc32(f'{patient}{study}{date}'.encode())}",
                "study_description": study,
                "study_date": date,
                "series_uid": uid,
                "series_number": len(self.rows),
                "series_description": description,
                "modality": modality,
                "frame_uid": "1.3",
                "n_files": 20,
                "rows": 256,
                "columns": 256,
                "referenced_series_uid": "",
            }
            self.rows.append({**row, **changes})
        return self

    def planning(self, patient: str, date: str, **changes: Any) -> SeriesTable:
        """Add a complete planning study; the structure set refers to its CT."""
        self.add(
            patient, "Radiotherapy planning 00", date,
            ("CT", "CT00CT"), ("MR", "MR00T1"), ("MR", "MRCET1"), ("MR", "MR00T2"),
            ("MR", "MR0T2FLAIR"), ("RTPLAN", "RTPLAN"), ("RTDOSE", "RTDOSE"), **changes,
        )  # fmt: skip
        ct_uid = self.rows[-7]["series_uid"]
        return self.add(
            patient, "Radiotherapy planning 00", date,
            ("RTSTRUCT", "RTSTRUCT"), referenced_series_uid=ct_uid, **changes,
        )  # fmt: skip

    def visit(self, patient: str, number: int, date: str, *descriptions: str) -> SeriesTable:
        """Add a control visit, by default with T1CE and FLAIR."""
        chosen = descriptions or ("MRCET1", "MR0T2FLAIR")
        return self.add(patient, f"Control visit {number}", date, *(("MR", d) for d in chosen))

    @property
    def table(self) -> pd.DataFrame:
        """The series table."""
        table = pd.DataFrame(self.rows)
        counts = ["series_number", "rows", "columns"]
        return table.astype(dict.fromkeys(counts, "Int64"))


@pytest.fixture
def series_table() -> SeriesTable:
    return SeriesTable()


@pytest.fixture
def write_dicom() -> Callable[..., Path]:
    """Write one small DICOM file; its study and series are named by its folders."""

    def write(path: Path, modality: str, description: str = "", **tags: Any) -> Path:
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        storage = {
            "MR": MRImageStorage,
            "CT": CTImageStorage,
            "RTPLAN": RTPlanStorage,
            "RTDOSE": RTDoseStorage,
        }[modality]
        dataset.SOPClassUID = storage
        dataset.SOPInstanceUID = generate_uid()
        dataset.StudyInstanceUID = generate_uid(entropy_srcs=[path.parts[-3]])
        dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[path.parts[-3], path.parts[-2]])
        dataset.PatientID = "P-1"
        dataset.Modality = modality
        dataset.SeriesDescription = description
        if modality in ("MR", "CT", "RTDOSE"):
            dataset.Rows = dataset.Columns = dataset.SamplesPerPixel = 1
            dataset.BitsAllocated = dataset.BitsStored = 16
            dataset.HighBit, dataset.PixelRepresentation = 15, 0
            dataset.PhotometricInterpretation = "MONOCHROME2"
            dataset.PixelData = b"\0\0"
        for name, value in tags.items():
            setattr(dataset, name, value)
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.file_meta.MediaStorageSOPClassUID = storage
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(path, enforce_file_format=True)
        return path

    return write
