"""Every collection of NIfTI files with the same accidents: none stops the other patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from psp_core.acquisition.volume import read_volume
from psp_core.cohorts.collections import ALL, module_of
from psp_core.errors import TableError, UnreadableFileError
from tests.cohorts.collections_on_disk import (
    MU_IMAGES,
    UCSD_IMAGES,
    write_mu_clinical,
    write_mu_scan,
    write_ucsd_clinical,
    write_ucsd_scan,
)
from tests.cohorts.weak_collections import write_cfb, write_image, write_lumiere, write_table

UPENN = (
    "ID", "Gender", "Age_at_scan_years", "Survival_from_surgery_days_UPDATED", "Survival_Status",
    "Survival_Censor", "IDH1", "MGMT", "GTR_over90percent", "Time_since_baseline_preop",
    "PsP_TP_score",
)  # fmt: skip
UCSF = ("ID", "Sex", "Age at MRI", "MGMT status", "IDH", "1-dead 0-alive", "OS", "EOR")


@dataclass(frozen=True)
class Download:
    """A collection with two patients in its own layout.

    ``write`` takes the root and how many rows the first patient has in the table, and
    returns the table (None if the collection has none).
    """

    first: str
    second: str
    write: Callable[[Path, int], Path | None]


def brats2021(root: Path, rows: int) -> None:
    for number in (1, 2):
        case = f"BraTS2021_{number:05d}"
        for name in ("t1", "t1ce", "t2", "flair", "seg"):
            write_image(root / case / f"{case}_{name}.nii.gz")


def upenn_gbm(root: Path, rows: int) -> Path:
    scans = [f"UPENN-GBM-{number:05d}_11" for number in (1, 2)]
    for scan in scans:
        for name in ("T1", "T1GD", "T2", "FLAIR"):
            write_image(root / "images_structural" / scan / f"{scan}_{name}.nii.gz")
    lines = [*scans[:1] * rows, scans[1]]
    cells = [(scan, "F", "60.5", "300", "Deceased", "0", "Wildtype") for scan in lines]
    return write_table(root / "UPENN-GBM_clinical_info_v2.1.csv", UPENN, cells)


def ucsf_pdgm(root: Path, rows: int) -> Path:
    for number in (4, 5):
        exam = f"UCSF-PDGM-{number:04d}"
        for name in ("T1", "T1c", "T2", "FLAIR", "tumor_segmentation"):
            write_image(root / f"{exam}_nifti" / f"{exam}_{name}.nii.gz")
    ids = [*["UCSF-PDGM-004"] * rows, "UCSF-PDGM-005"]
    cells = [(one, "M", "60", "positive", "wildtype", "1", "300", "GTR") for one in ids]
    return write_table(root / "UCSF-PDGM-metadata_v5.csv", UCSF, cells)


def lumiere(root: Path, rows: int) -> Path:
    write_lumiere(
        root,
        {f"Patient-00{number}": [("week-010", "", "SD")] for number in (1, 2)},
        demographics=[*[("Patient-001", "60")] * rows, ("Patient-002", "70")],
    )
    return root / "LUMIERE-Demographics_Pathology.csv"


def cfb_gbm(root: Path, rows: int) -> Path:
    write_cfb(root, (1, 2))
    for time in ("t1", "t2"):
        for file in root.glob(f"*/{time}/*"):
            file.unlink()
    path = root / "CFB-GBM_clinical_data_v03_20260619.tsv"
    header, first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(header + first * rows + second)
    return path


def ucsd_ptgbm(root: Path, rows: int) -> Path:
    ids = [f"UCSD-PTGBM-000{number}_01" for number in (1, 2)]
    for one in ids:
        write_ucsd_scan(root, one, names=UCSD_IMAGES)
    return write_ucsd_clinical(root, *({"ID": one} for one in [*ids[:1] * rows, ids[1]]))


def mu_glioma_post(root: Path, rows: int) -> Path:
    ids = [f"PatientID_000{number}" for number in (3, 4)]
    for one in ids:
        write_mu_scan(root, one, 1, names=MU_IMAGES)
    return write_mu_clinical(root, *({"Patient_ID": one} for one in [*ids[:1] * rows, ids[1]]))


DOWNLOADS = {
    "brats2021": Download("BraTS2021_00001", "BraTS2021_00002", brats2021),
    "upenn_gbm": Download("UPENN-GBM-00001", "UPENN-GBM-00002", upenn_gbm),
    "ucsf_pdgm": Download("UCSF-PDGM-0004", "UCSF-PDGM-0005", ucsf_pdgm),
    "ucsd_ptgbm": Download("UCSD-PTGBM-0001", "UCSD-PTGBM-0002", ucsd_ptgbm),
    "lumiere": Download("Patient-001", "Patient-002", lumiere),
    "mu_glioma_post": Download("PatientID_0003", "PatientID_0004", mu_glioma_post),
    "cfb_gbm": Download("001", "002", cfb_gbm),
}
TABLES = [name for name in DOWNLOADS if name != "brats2021"]


def t1ce_of(name: str, root: Path) -> dict[str, Path]:
    """Files of T1CE by patient, as the cohort names them."""
    cohort = module_of(name).load_cohort(root).cohort
    return {
        row["subject_id"]: root / row["t1ce_file"]
        for row in cohort.drop_duplicates("subject_id").to_dict("records")
    }


def test_every_collection_of_nifti_files_is_here() -> None:
    assert set(DOWNLOADS) == set(ALL) - {"burdenko", "external"}


@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_truncated_image_is_named_when_it_is_read(name: str, tmp_path: Path) -> None:
    download = DOWNLOADS[name]
    download.write(tmp_path, 1)
    files = t1ce_of(name, tmp_path)
    assert sorted(files) == [download.first, download.second]
    for file in files.values():
        write_image(file, shape=(16, 16, 16))
    whole = files[download.first].read_bytes()
    files[download.first].write_bytes(whole[: len(whole) // 2])
    assert sorted(t1ce_of(name, tmp_path)) == [download.first, download.second]
    with pytest.raises(UnreadableFileError, match=files[download.first].name):
        read_volume(files[download.first])
    assert read_volume(files[download.second]).values.shape == (16, 16, 16)


@pytest.mark.parametrize("name", DOWNLOADS)
def test_an_image_of_zero_bytes_drops_its_patient_alone(name: str, tmp_path: Path) -> None:
    download = DOWNLOADS[name]
    download.write(tmp_path, 1)
    file = t1ce_of(name, tmp_path)[download.first]
    file.write_bytes(b"")
    loaded = module_of(name).load_cohort(tmp_path)
    assert set(loaded.cohort["subject_id"]) == {download.second}
    dropped = loaded.flow.dropped
    (reason,) = dropped["reason"][dropped["subject_id"] == download.first]
    assert "zero bytes" in reason
    assert file.name in reason


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_other_format_is_told(name: str, tmp_path: Path) -> None:
    table = DOWNLOADS[name].write(tmp_path, 1)
    is_workbook = table.suffix == ".xlsx"
    table.write_bytes(b"a,b\r\n1,2\r\n" if is_workbook else b"PK\x03\x04")
    with pytest.raises(TableError, match="no Excel workbook" if is_workbook else "this is an Exc"):
        module_of(name).load_cohort(tmp_path)


@pytest.mark.parametrize("name", TABLES)
def test_one_id_twice_in_a_table_is_a_fault_with_both_rows(name: str, tmp_path: Path) -> None:
    table = DOWNLOADS[name].write(tmp_path, 2)
    with pytest.raises(TableError, match=r"rows? 2 and 3") as caught:
        module_of(name).load_cohort(tmp_path)
    assert table.name in str(caught.value)
    assert DOWNLOADS[name].first in str(caught.value)
