"""LUMIERE and CFB-GBM in their own layouts, a few patients each, written by hand."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import nibabel as nib
import numpy as np

RATING = (
    "Rating (according to RANO, PD: Progressive disease, SD: Stable disease, PR: Partial "
    "response, CR: Complete response, Pre-Op: Pre-Operative, Post-Op: Post-Operative)"
)
RATINGS = (
    "Patient", "Date", "LessThan3Months", "NonMeasurableLesions", RATING,
    "Rating rationale (CRET: complete resection of the enhancing tumor)",
)  # fmt: skip
DEMOGRAPHICS = (
    "Patient", "Survival time (weeks)", "Sex", "Age at surgery (years)", "IDH (WT: wild type)",
    "IDH method", "MGMT qualitative", "MGMT quantitative",
)  # fmt: skip
COMPLETENESS = ("Patient", "Timepoint", "CT1", "T1", "T2", "FLAIR", "DeepBraTumIA")
MASK = "DeepBraTumIA-segmentation/native/segmentation/ct1_seg_mask.nii.gz"
FOUR = ("T1", "CT1", "T2", "FLAIR")

CLINICAL = (
    "id_patient", "survival (weeks)", "age_at_t0 (years)", "who_performance_status",
    "who_guideline", "gender", "height (cm)", "weight (kg)",
)  # fmt: skip
TREATMENT = (
    "id_patient", "delay_t0_to_radiotherapy (weeks)", "dose (Gy)", "fractions_number",
)  # fmt: skip
MRI = ("id_patient", "temporality", "time_diff_t0 (weeks)", "t1gd", "flair", "mri_machine")
IMAGING = ("id_patient", "temporality", "gtv", "gtv_type", "rtdose", "treatment_machine", "tps")
RANO = (
    "id_patient", "size_t0 (cm3)", "size_t1 (cm3)", "size_t2 (cm3)",
    "reduction_rate_t0_to_t1", "rano_t0_to_t1", "reduction_rate_t0_to_t2", "rano_t0_to_t2",
    "reduction_rate_t1_to_t2", "rano_t1_to_t2",
)  # fmt: skip
PD, SD = "Progressive Disease (PD)", "Stable Disease (SD)"


def write_table(
    path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]], *, separator: str = ","
) -> Path:
    """Write a table with the line ends of Windows; short rows are filled with nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(columns)
        writer.writerows([*row, *[""] * (len(columns) - len(row))] for row in rows)
    return path


def write_image(path: Path, value: float = 1.0, shape: tuple[int, int, int] = (4, 4, 4)) -> Path:
    """Write a small image of one value on a grid of 1 mm."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(np.full(shape, value, dtype=np.float32), np.eye(4)), path)
    return path


def write_week(
    root: Path,
    patient: str,
    week: str,
    *,
    names: Sequence[str] = FOUR,
    empty: Sequence[str] = (),
) -> Path:
    """Write one scan of LUMIERE; files are named, not filled."""
    folder = root / "Imaging" / patient / week
    for name in [*(f"{one}.nii.gz" for one in names), MASK]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"" if name in empty else b"x")
    return folder


def write_ratings(
    root: Path, rows: Sequence[tuple[str, str, str, str]], *, date: str = "Date"
) -> Path:
    """Write rows (patient, week, less than three months, rating)."""
    columns = [date if name == "Date" else name for name in RATINGS]
    cells = [(patient, week, mark, "", rating) for patient, week, mark, rating in rows]
    return write_table(root / "LUMIERE-ExpertRating-v202211.csv", columns, cells)


def write_lumiere(
    root: Path,
    ratings: Mapping[str, Sequence[tuple[str, str, str]]],
    *,
    demographics: Sequence[Sequence[str]] | None = None,
) -> Path:
    """Write a download in which every rated week has a scan.

    Parameters
    ----------
    ratings : mapping of str to sequence of (week, less than three months, rating)
        By patient.
    demographics : sequence of rows, optional
        One plain row per patient if not given.
    """
    for patient, weeks in ratings.items():
        for week in dict.fromkeys(week for week, _, _ in weeks):
            write_week(root, patient, week)
    write_ratings(root, [(one, *week) for one, weeks in ratings.items() for week in weeks])
    plain = [(one, "60", "male", "61", "WT", "IHC", "methylated", "40%") for one in ratings]
    rows = plain if demographics is None else demographics
    write_table(root / "LUMIERE-Demographics_Pathology.csv", DEMOGRAPHICS, rows)
    return root


def write_time(
    root: Path,
    patient: str,
    time: str,
    *,
    names: Sequence[str] = ("t1gd", "flair", "t2tse", "gtv"),
    padded: bool = False,
    empty: str = "",
) -> Path:
    """Write one scan of CFB-GBM; the folder is padded, the file names not unless asked."""
    folder = root / patient / time
    number = patient if padded else str(int(patient))
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        content = b"" if name == empty else b"x"
        (folder / f"{number}_{time}_{name}.nii.gz").write_bytes(content)
    return folder


def write_tsv(
    root: Path, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]],
    *, version: str = "v03_20260619",
) -> Path:  # fmt: skip
    """Write one table of CFB-GBM."""
    return write_table(root / f"CFB-GBM_{name}_{version}.tsv", columns, rows, separator="\t")


def write_cfb(root: Path, numbers: Sequence[int] = (1,)) -> Path:
    """Write a download: t0 to t2 of every patient, 60 Gy in 30 fractions from week 3 on."""
    ids = [str(number) for number in numbers]
    for one in ids:
        names = ("t1gd", "flair", "t2tse", "gtv", "rtdose", "ct")
        write_time(root, one.zfill(3), "t0", names=names)
        write_time(root, one.zfill(3), "t1")
        write_time(root, one.zfill(3), "t2")
    write_tsv(root, "clinical_data", CLINICAL, [(one, "30", "75", "0", "2016", "F") for one in ids])
    schedules = [(one, "3", "60", "30") for one in ids]
    write_tsv(root, "treatment_data", TREATMENT, schedules, version="v02_20260129")
    weeks = [(one, *cells) for one in ids for cells in (("t0", "0"), ("t1", "17"), ("t2", "29"))]
    write_tsv(root, "mri_availability", MRI, weeks, version="v02_20260129")
    drawn = [
        (one, time, "1", f"{'human' if time == 't0' else 'gen'}Segmentation", "1")
        for one in ids
        for time in ("t0", "t1", "t2")
    ]
    write_tsv(root, "treatment_imaging_availability", IMAGING, drawn)
    return root


def write_rano(root: Path, rows: Sequence[tuple[str, str, str]]) -> Path:
    """Write rows (patient, t0 to t1, t0 to t2) of the responses by volume."""
    cells = [(one, "", "", "", "", first, "", second) for one, first, second in rows]
    return write_tsv(root, "rano_criteria", RANO, cells)
