"""UCSF-PDGM on disk."""

from pathlib import Path

import pytest

from psp_core.cohorts.ucsf_pdgm import load_cohort
from psp_core.errors import MissingInputError

HEADER = "ID,Sex,Age at MRI,MGMT status,IDH,1-dead 0-alive,OS,EOR"
KINDS = ("T1", "T1c", "T1c_bias", "FLAIR", "FLAIR_bias", "tumor_segmentation", "brain_segmentation")


def write_exam(folder: Path, *, kinds: tuple[str, ...] = KINDS, stem: str = "") -> None:
    folder.mkdir(parents=True)
    stem = stem or folder.name.removesuffix("_nifti")
    for kind in kinds:
        (folder / f"{stem}_{kind}.nii.gz").write_bytes(b"x")


def write_table(root: Path, *ids: str, version: int = 5) -> None:
    rows = [f"UCSF-PDGM-{one},F,50,positive,wildtype,0,900,GTR" for one in ids]
    (root / f"UCSF-PDGM-metadata_v{version}.csv").write_text("\n".join([HEADER, *rows]) + "\n")


@pytest.mark.parametrize("version", [3, 5])
def test_either_version_is_read_with_plain_images(version: int, tmp_path: Path) -> None:
    package = tmp_path / f"PKG - UCSF-PDGM Version {version}" / f"UCSF-PDGM-v{version}"
    write_exam(package / "UCSF-PDGM-0004_nifti")
    write_table(tmp_path, "004", version=2 if version == 3 else 5)
    loaded = load_cohort(tmp_path)
    (row,) = loaded.cohort.to_dict("records")
    assert row["subject_id"] == "UCSF-PDGM-0004"
    assert row["t1ce_file"].endswith("UCSF-PDGM-0004_nifti/UCSF-PDGM-0004_T1c.nii.gz")
    assert row["flair_file"].endswith("UCSF-PDGM-0004_FLAIR.nii.gz")
    assert row["lesion_mask_file"].endswith("_tumor_segmentation.nii.gz")
    assert row["brain_mask_file"].endswith("_brain_segmentation.nii.gz")
    assert (row["label"], row["resection"], row["survival_event"]) == (
        "unlabelled",
        "gross_total",
        0,
    )
    assert loaded.flow.dropped.empty


def test_follow_ups_are_time_points_of_their_patient(tmp_path: Path) -> None:
    for folder in ("UCSF-PDGM-0433_nifti", "UCSF-PDGM-0433_FU007d_nifti"):
        write_exam(tmp_path / folder)
    write_exam(tmp_path / "UCSF-PDGM-0433_FU021d_nifti", stem="UCSF-PDGM-0433")
    write_table(tmp_path, "433", "0433_FU007d")
    loaded = load_cohort(tmp_path)
    assert loaded.cohort["timepoint"].tolist() == [0, 1, 2]
    assert loaded.cohort["subject_id"].unique().tolist() == ["UCSF-PDGM-0433"]
    assert loaded.cohort["age_years"].notna().tolist() == [True, True, False]
    told = loaded.notes[["check", "visit_number", "detail"]].to_numpy().tolist()
    assert ["follow-up exam", 1, "day 7"] in told
    assert ["exam without a row in the metadata", 2, ""] in told
    assert loaded.flow.steps["n_remaining"].tolist() == [1, 1, 1]


def test_a_follow_up_alone_keeps_its_place_after_the_baseline(tmp_path: Path) -> None:
    write_exam(tmp_path / "UCSF-PDGM-0433_FU007d_nifti")
    write_table(tmp_path, "0433_FU007d")
    assert load_cohort(tmp_path).cohort["timepoint"].tolist() == [1]


def test_who_is_incomplete_leaves_with_a_reason_and_stops_nobody(tmp_path: Path) -> None:
    write_exam(tmp_path / "UCSF-PDGM-0004_nifti", kinds=("T1", "T1c_bias", "FLAIR"))
    write_exam(tmp_path / "UCSF-PDGM-0005_nifti")
    write_exam(tmp_path / "UCSF-PDGM-0007_nifti")
    (tmp_path / "UCSF-PDGM-0007_nifti" / "UCSF-PDGM-0007_FLAIR.nii.gz").write_bytes(b"")
    write_table(tmp_path, "004", "005", "006", "007")
    loaded = load_cohort(tmp_path)
    assert loaded.cohort["subject_id"].tolist() == ["UCSF-PDGM-0005"]
    reasons = loaded.flow.dropped.set_index("subject_id")["reason"]
    assert reasons["UCSF-PDGM-0006"] == "in the clinical table alone"
    assert reasons["UCSF-PDGM-0004"].startswith("without T1 after contrast")
    assert "UCSF-PDGM-0007_FLAIR.nii.gz" in reasons["UCSF-PDGM-0007"]


def test_an_older_table_is_noted_and_a_given_one_read(tmp_path: Path) -> None:
    write_exam(tmp_path / "UCSF-PDGM-0004_nifti")
    write_table(tmp_path, "004", version=2)
    write_table(tmp_path, "004", version=5)
    assert "UCSF-PDGM-metadata_v2.csv" in set(load_cohort(tmp_path).notes["detail"])
    given = load_cohort(tmp_path, clinical_table=tmp_path / "UCSF-PDGM-metadata_v2.csv")
    assert "UCSF-PDGM-metadata_v2.csv" not in set(given.notes["detail"])


def test_no_exam_and_no_table_raise(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"no file named like UCSF-PDGM-metadata_v\*\.csv"):
        load_cohort(tmp_path)
    write_table(tmp_path, "004")
    with pytest.raises(MissingInputError, match="no folder named like UCSF-PDGM-0004_nifti"):
        load_cohort(tmp_path)
