"""Scans of UPENN-GBM in any packaging."""

from pathlib import Path

import pytest

from psp_core.cohorts.upenn_gbm_scans import find_scans
from psp_core.errors import MissingInputError

FOUR = ("T1", "T1GD", "T2", "FLAIR")
NIFTI = Path("PKG - UPENN-GBM-NIfTI", "UPENN-GBM", "NIfTI-files")


def write_scan(folder: Path, *, kinds: tuple[str, ...] = FOUR, empty: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        path = folder / f"{folder.name}_{kind}.nii.gz"
        path.write_bytes(b"" if kind == empty else b"x")


def write_mask(path: Path, content: bytes = b"x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.mark.parametrize("package", [NIFTI, Path(), Path("images_structural")])
def test_baselines_and_follow_ups_at_any_level(package: Path, tmp_path: Path) -> None:
    for scan in ("UPENN-GBM-00001_11", "UPENN-GBM-00001_21", "UPENN-GBM-00002_11"):
        write_scan(tmp_path / package / "images_structural" / scan)
    scans = find_scans(tmp_path).usable
    assert [(scan.subject_id, scan.timepoint) for scan in scans] == [
        ("UPENN-GBM-00001", 0), ("UPENN-GBM-00001", 1), ("UPENN-GBM-00002", 0),
    ]  # fmt: skip
    assert all((tmp_path / scan.files["t1ce_file"]).is_file() for scan in scans)
    assert scans[0].files["t1ce_file"].endswith("UPENN-GBM-00001_11_T1GD.nii.gz")


def test_the_folder_of_the_scans_may_itself_be_the_root(tmp_path: Path) -> None:
    write_scan(tmp_path / "images_structural" / "UPENN-GBM-00001_11")
    (scan,) = find_scans(tmp_path / "images_structural").usable
    assert scan.folder == "UPENN-GBM-00001_11"


def test_old_folders_and_other_trees_are_passed_over(tmp_path: Path) -> None:
    base = tmp_path / NIFTI
    scan = base / "images_structural" / "UPENN-GBM-00260_11"
    write_scan(scan, kinds=("T1GD", "FLAIR"))
    write_scan(scan / "old" / "UPENN-GBM-00260_11")
    (scan / "old" / "UPENN-GBM-00260_11_T1.nii.gz").write_bytes(b"x")
    for tree in ("images_structural_unstripped", "images_DTI/images_DTI", "images_DSC"):
        write_scan(base / tree / "UPENN-GBM-00007_11")
    found = find_scans(tmp_path)
    assert [one.subject_id for one in found.found] == ["UPENN-GBM-00260"]
    assert found.found[0].files["t1_file"] == ""
    assert found.notes == []


def test_the_corrected_mask_goes_before_the_automatic_one(tmp_path: Path) -> None:
    base = tmp_path / NIFTI
    for number in (1, 2, 3):
        scan = f"UPENN-GBM-{number:05d}_11"
        write_scan(base / "images_structural" / scan)
        write_mask(base / "automated_segm" / f"{scan}_automated_approx_segm.nii.gz")
    write_mask(base / "images_segm" / "images_segm" / "UPENN-GBM-00001_11_segm.nii.gz")
    write_mask(base / "images_segm" / "UPENN-GBM-00002_11_segm.nii.gz", b"")
    found = find_scans(tmp_path)
    masks = [Path(scan.files["lesion_mask_file"]).name for scan in found.usable]
    assert masks == [
        "UPENN-GBM-00001_11_segm.nii.gz",
        "UPENN-GBM-00002_11_automated_approx_segm.nii.gz",
        "UPENN-GBM-00003_11_automated_approx_segm.nii.gz",
    ]
    told = [(note["check"], note["detail"]) for note in found.notes]
    assert told == [
        ("file of zero bytes", "UPENN-GBM-00002_11_segm.nii.gz"),
        ("lesion mask of the collection", "corrected by an expert"),
        ("lesion mask of the collection", "automatic, not corrected"),
        ("lesion mask of the collection", "automatic, not corrected"),
    ]


def test_a_scan_without_its_files_is_kept_out_with_a_reason(tmp_path: Path) -> None:
    write_scan(tmp_path / "images_structural" / "UPENN-GBM-00001_11", empty="FLAIR")
    write_scan(tmp_path / "images_structural" / "UPENN-GBM-00002_11")
    found = find_scans(tmp_path)
    assert [scan.subject_id for scan in found.usable] == ["UPENN-GBM-00002"]
    reason = found.lost["UPENN-GBM-00001"]
    assert reason.startswith("without FLAIR (file of zero bytes: UPENN-GBM-00001_11_FLAIR")


def test_a_further_copy_of_a_scan_is_noted(tmp_path: Path) -> None:
    write_scan(tmp_path / "a" / "images_structural" / "UPENN-GBM-00001_11", kinds=("T1",))
    write_scan(tmp_path / "b" / "images_structural" / "UPENN-GBM-00001_11")
    found = find_scans(tmp_path)
    assert [scan.folder[0] for scan in found.usable] == ["b"]
    assert "further copy" in str(found.notes[0]["check"])


def test_no_scan_raises(tmp_path: Path) -> None:
    write_scan(tmp_path / "elsewhere" / "UPENN-GBM-00001_11")
    with pytest.raises(MissingInputError, match="no folder images_structural with scans named"):
        find_scans(tmp_path)


def test_the_folder_one_stands_in_may_be_that_of_the_scans(tmp_path: Path, monkeypatch) -> None:
    write_scan(tmp_path / "images_structural" / "UPENN-GBM-00001_11")
    monkeypatch.chdir(tmp_path / "images_structural")
    (scan,) = find_scans(Path()).usable
    assert scan.files["t1ce_file"] == "UPENN-GBM-00001_11/UPENN-GBM-00001_11_T1GD.nii.gz"
