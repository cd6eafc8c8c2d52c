"""Small downloads of UCSD-PTGBM and MU-Glioma-Post, with the headers as published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import nibabel as nib
import numpy as np
from openpyxl import Workbook

UCSD_HEADER = (
    "ID", "Patient's Age", "Sex at birth", "WHO 2021 Diagnosis", "Primary Diagnosis", "Grade",
    "IDH", "MGMT", "1p19q", "ATRX", "1st Chemo type", "Overall survival",
    "Days from Acquisition to Date of death",
    "Days from Acquisition to Date of initial surgery, treatment or diagnosis ",
    "Days from Acquistion to Date of first radiation ",
    "Days from Acquistion to Date of last radiation prior to scan",
)  # fmt: skip
LAST_RADIATION = UCSD_HEADER[-1]
UCSD_ROW = {
    "ID": "UCSD-PTGBM-0001_01",
    "Patient's Age": 61,
    "Sex at birth": "Male",
    "IDH": "Wildtype",
    "MGMT": "Unmethylated ",
    LAST_RADIATION: -90,
}
UCSD_IMAGES = ("T1pre", "T1post", "T2", "FLAIR", "BraTS_tumor_seg")
UCSD_CLINICAL = "UCSD_PTGBM-clinical-information_v3_2026-12-Mar.xlsx"
UCSD_NEGATIVE = "details_of_negative_cases_TCIA.xlsx"
UCSD_MAIN = "PKG - UCSD-PTGBM-v1/UCSD-PTGBM"
UCSD_TEST = "PKG - UCSD-PTGBM-BraTS-2024-test-set/UCSD-PTGBM-BraTS-2024-test-set"

MU_HEADER = (
    "Patient_ID", "Sex at Birth", "Race", "Age at diagnosis", " Primary Diagnosis",
    "Grade of Primary Brain Tumor", "Time to First Progression (Days)", "IDH1 mutation",
    "IDH2 mutation", "1p/19q", "MGMT methylation ",
    " Number of days from Diagnosis to Initial Chemo Therapy Start date", "Radiation Therapy",
    "Number of days from Diagnosis to Radiation Therapy Start date",
    "Number of days from Diagnosis to Radiation Therapy end date", "Dose", "Number of Fractions",
    "Number of days from Diagnosis to date of First Progression",
    "Number of Days from Diagnosis to 1st MRI (Timepoint_1) ",
    "Number of Days from Diagnosis to 2nd MRI (Timepoint_2) ",
    "Number of Days from Diagnosis to 3rd MRI (Timepoint_3) ",
    "Number of Days from Diagnosis to 4th MRI (Timepoint_4) ",
    "Number of Days from Diagnosis to 5th MRI (Timepoint_5) ",
    "Number of Days from Diagnosis to 6th MRI (Timepoint_6) ",
)  # fmt: skip
MU_RT_END, MU_DOSE, MU_FRACTIONS, MU_PROGRESSION = MU_HEADER[14:18]
MU_MRI = MU_HEADER[18:]
MU_ROW = {
    "Patient_ID": "PatientID_0003",
    "Sex at Birth": "Female",
    "Age at diagnosis": 54,
    "IDH1 mutation": 0,
    "IDH2 mutation": 2,
    "MGMT methylation ": 1,
    MU_RT_END: 80,
    MU_DOSE: "60 Gy",
    MU_FRACTIONS: 30,
    MU_PROGRESSION: 160,
    MU_MRI[0]: 20,
    MU_MRI[1]: 150,
}
MU_IMAGES = ("brain_t1n", "brain_t1c", "brain_t2w", "brain_t2f", "tumorMask")
MU_CLINICAL = "MU-Glioma-Post_ClinicalData-July2025.xlsx"
MU_PACKAGE = "PKG - MU-Glioma-Post/MU-Glioma-Post"

Row = Mapping[str, object]


def write_sheet(
    path: Path, header: Sequence[str], rows: Iterable[Row], *, sheets: Sequence[str] = ("Sheet1",)
) -> Path:
    """Write a workbook whose last sheet has the table, the ones before a line of text."""
    book = Workbook()
    book.remove(book.active)
    for name in sheets[:-1]:
        book.create_sheet(name).append(["Data Collection Name", "Descriptor"])
    sheet = book.create_sheet(sheets[-1])
    sheet.append(list(header))
    for row in rows:
        sheet.append([row.get(name) for name in header])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def write_scan(
    folder: Path, prefix: str, names: Sequence[str], *, empty: Sequence[str] = ()
) -> None:
    """Write tiny NIfTI files called after a prefix, some of zero bytes."""
    folder.mkdir(parents=True)
    volume = nib.Nifti1Image(np.zeros((2, 2, 2), dtype=np.uint8), np.eye(4))
    for name in names:
        nib.save(volume, folder / f"{prefix}_{name}.nii.gz")
    for name in empty:
        (folder / f"{prefix}_{name}.nii.gz").write_bytes(b"")


def write_ucsd_scan(
    root: Path,
    scan_id: str,
    *,
    package: str = UCSD_MAIN,
    names: Sequence[str] = UCSD_IMAGES,
    empty: Sequence[str] = (),
) -> None:
    """Write the folder of one time point of UCSD-PTGBM."""
    write_scan(root / package / scan_id, scan_id, names, empty=empty)


def write_ucsd_clinical(root: Path, *rows: Row, name: str = UCSD_CLINICAL) -> Path:
    """Write the clinical workbook, each row changed from `UCSD_ROW`."""
    filled = [{**UCSD_ROW, **row} for row in rows]
    return write_sheet(root / name, UCSD_HEADER, filled, sheets=("Legend", "Cinical info"))


def write_ucsd_negatives(
    root: Path, cases: Sequence[Sequence[str]], *, header: Sequence[str] = ("Acquisition ID", "Dx")
) -> Path:
    """Write the workbook of negative cases, one sequence of cells per row."""
    rows = [dict(zip(header, case, strict=True)) for case in cases]
    return write_sheet(root / UCSD_NEGATIVE, header, rows)


def write_mu_scan(
    root: Path,
    subject_id: str,
    timepoint: int,
    *,
    names: Sequence[str] = MU_IMAGES,
    empty: Sequence[str] = (),
) -> None:
    """Write the folder of one time point of MU-Glioma-Post."""
    folder = root / MU_PACKAGE / subject_id / f"Timepoint_{timepoint}"
    write_scan(folder, f"{subject_id}_Timepoint_{timepoint}", names, empty=empty)


def write_mu_clinical(root: Path, *rows: Row, header: Sequence[str] = MU_HEADER) -> Path:
    """Write the clinical workbook, each row changed from `MU_ROW`."""
    filled = [{**MU_ROW, **row} for row in rows]
    sheets = ("Data Dictionary", "MU Glioma Post")
    return write_sheet(root / MU_CLINICAL, header, filled, sheets=sheets)
