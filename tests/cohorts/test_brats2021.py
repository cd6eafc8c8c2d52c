"""BraTS 2021 in both layouts, and everything that can be missing."""

from pathlib import Path

import pytest

from psp_core.cohorts.brats2021 import LABELS, find_cases, load_cohort
from psp_core.errors import MissingInputError

FIVE = ("t1", "t1ce", "t2", "flair", "seg")


def write_case(folder: Path, *, names: tuple[str, ...] = FIVE, empty: str = "") -> None:
    folder.mkdir(parents=True)
    for name in names:
        content = b"" if name == empty else b"x"
        (folder / f"{folder.name}_{name}.nii.gz").write_bytes(content)


def test_labels_are_those_of_2021() -> None:
    assert LABELS == {0: "background", 1: "necrotic_core", 2: "oedema", 4: "enhancing"}


def test_two_sets_with_sources(tmp_path: Path) -> None:
    root = tmp_path / "RSNA-ASNR-MICCAI-BraTS-2021"
    write_case(root / "BraTS2021_TrainingSet" / "UPENN-GBM" / "BraTS2021_00001")
    write_case(root / "BraTS2021_ValidationSet" / "IvyGAP" / "BraTS2021_00002", names=FIVE[:4])
    cases = find_cases(tmp_path)
    assert cases["set"].tolist() == ["training", "validation"]
    assert cases["source"].tolist() == ["UPENN-GBM", "IvyGAP"]
    cohort = load_cohort(tmp_path).cohort
    assert cohort["lesion_mask_file"].tolist()[1] == ""
    assert (tmp_path / cohort["t1ce_file"][0]).is_file()
    assert (cohort["label"] == "unlabelled").all()
    assert find_cases(root / "BraTS2021_TrainingSet")["set"].tolist() == ["training"]


def test_a_flat_copy(tmp_path: Path) -> None:
    write_case(tmp_path / "BraTS2021_00003")
    (case,) = find_cases(tmp_path).to_dict("records")
    assert (case["set"], case["source"]) == ("unknown", "")
    assert load_cohort(tmp_path).cohort["subject_id"].tolist() == ["BraTS2021_00003"]


def test_what_is_incomplete_is_listed_with_its_reason(tmp_path: Path) -> None:
    write_case(tmp_path / "BraTS2021_00001", names=("t1", "t2", "seg"))
    write_case(tmp_path / "BraTS2021_00002", empty="flair")
    write_case(tmp_path / "BraTS2021_00003")
    loaded = load_cohort(tmp_path)
    assert loaded.flow.dropped["reason"].tolist() == [
        "without T1CE and FLAIR",
        "file of zero bytes: BraTS2021_00002_flair.nii.gz",
    ]
    assert loaded.flow.steps["n_remaining"].tolist() == [3, 1]


def test_a_further_copy_of_a_case_is_noted_and_the_complete_one_read(tmp_path: Path) -> None:
    write_case(tmp_path / "a" / "BraTS2021_00001", names=("t1",))
    write_case(tmp_path / "b" / "BraTS2021_00001")
    loaded = load_cohort(tmp_path)
    assert loaded.cohort["t1_file"].tolist() == ["b/BraTS2021_00001/BraTS2021_00001_t1.nii.gz"]
    assert loaded.notes["detail"].tolist() == ["a/BraTS2021_00001"]
    assert loaded.flow.dropped.empty


def test_other_folders_are_passed_over(tmp_path: Path) -> None:
    write_case(tmp_path / "BraTS2021_00001")
    for name in ("BraTS2021_1", "BraTS-GLI-00001-000", "train_dcm/BraTS2021_00009"):
        (tmp_path / name).mkdir(parents=True)
    assert len(find_cases(tmp_path)) == 1


def test_no_case_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no folder named like BraTS2021_00000"):
        load_cohort(tmp_path)


def test_companions_are_no_copies_and_links_are_followed(tmp_path: Path, monkeypatch) -> None:
    write_case(tmp_path / "disk" / "BraTS2021_TrainingSet" / "IvyGAP" / "BraTS2021_00001")
    write_case(tmp_path / "root" / "__MACOSX" / "BraTS2021_00002")
    (tmp_path / "root" / "data").symlink_to(tmp_path / "disk", target_is_directory=True)
    assert find_cases(tmp_path / "root")["subject_id"].tolist() == ["BraTS2021_00001"]
    monkeypatch.chdir(tmp_path / "disk" / "BraTS2021_TrainingSet")
    assert find_cases(Path())["set"].tolist() == ["training"]
