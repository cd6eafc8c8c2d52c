"""DICOM folders of an own cohort."""

from pathlib import Path

import pytest

from psp_core.cohorts.own import load_cohort
from psp_core.errors import TableError

HEADER = "subject_id,timepoint,label,dicom_folder\n"


def write_table(folder: Path, *dicom_folders: str) -> Path:
    rows = [f"A-1,{n},unlabelled,{name}\n" for n, name in enumerate(dicom_folders, start=1)]
    (folder / "cohort.csv").write_text(HEADER + "".join(rows))
    return folder / "cohort.csv"


def test_series_of_a_folder_fill_the_row(write_dicom, tmp_path: Path) -> None:
    for visit in ("v1", "v2"):
        write_dicom(tmp_path / visit / "a" / "1.dcm", "MR", "T1 post Gd", StudyDate="20040101")
        write_dicom(tmp_path / visit / "b" / "1.dcm", "MR", "FLAIR")
    cohort = load_cohort(write_table(tmp_path, "v1", "v2/")).cohort
    assert cohort["t1ce_file"].str.startswith("series:").all()
    assert cohort["t1ce_file"].is_unique
    assert cohort["flair_file"].is_unique


def test_a_folder_without_flair_says_what_it_found(write_dicom, tmp_path: Path) -> None:
    write_dicom(tmp_path / "v1" / "a" / "1.dcm", "MR", "MRCET1")
    with pytest.raises(
        TableError, match=r"no series in 'v1' is described as flair; found 'MRCET1'"
    ):
        load_cohort(write_table(tmp_path, "v1"))


def test_a_folder_of_two_patients_is_a_fault(write_dicom, tmp_path: Path) -> None:
    write_dicom(tmp_path / "v1" / "a" / "1.dcm", "MR", "MRCET1")
    write_dicom(tmp_path / "v1" / "b" / "1.dcm", "MR", "FLAIR", PatientID="P-2")
    with pytest.raises(TableError, match="'v1' holds 2 patients; expected one"):
        load_cohort(write_table(tmp_path, "v1"))


def test_a_folder_without_dicom_beside_one_with_is_a_fault(write_dicom, tmp_path: Path) -> None:
    write_dicom(tmp_path / "v1" / "a" / "1.dcm", "MR", "MRCET1")
    (tmp_path / "v2").mkdir()
    with pytest.raises(TableError, match="'v2' holds no usable DICOM file"):
        load_cohort(write_table(tmp_path, "v1", "v2"))


def test_a_folder_of_broken_files_says_so(write_dicom, tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "v1" / "a" / "1.dcm", "MR", "MRCET1")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(TableError, match="holds no usable DICOM file: 1 unusable, the first is"):
        load_cohort(write_table(tmp_path, "v1"))
