"""Folders of time points: found, copied, incomplete."""

import re
from pathlib import Path

import pandas as pd
import pytest

from psp_core.cohorts.longitudinal import find_scans, patient_flow
from psp_core.errors import MissingInputError

PATTERN = re.compile(r"(?P<subject>A-\d)/t(?P<timepoint>\d)")
SUFFIXES = {"t1ce_file": ("t1c",), "flair_file": ("fl",), "lesion_mask_file": ("seg",), "x": ("x",)}


def write(root: Path, folder: str, *names: str, empty: str = "") -> None:
    place = root / folder
    place.mkdir(parents=True)
    prefix = "_".join(folder.split("/")[-2:])
    for name in names:
        (place / f"{prefix}_{name}.nii.gz").write_bytes(b"" if name == empty else b"x")


def find(root: Path):
    return find_scans(root, PATTERN, SUFFIXES, example="A-1/t1")


def test_every_time_point_is_found_in_order(tmp_path: Path) -> None:
    write(tmp_path, "p/A-2/t1", "t1c", "fl", "seg")
    write(tmp_path, "A-1/t2", "t1c", "fl")
    write(tmp_path, "A-1/t1", "t1c", "fl")
    write(tmp_path, "__MACOSX/A-3/t1", "t1c", "fl")
    write(tmp_path, "XA-4/t1", "t1c", "fl")
    scans = find(tmp_path)
    assert [(s.subject_id, s.timepoint) for s in scans.usable] == [
        ("A-1", 1),
        ("A-1", 2),
        ("A-2", 1),
    ]
    assert scans.usable[2].files["lesion_mask_file"] == "p/A-2/t1/A-2_t1_seg.nii.gz"
    assert scans.usable[0].files["lesion_mask_file"] == ""
    assert not scans.notes
    assert len(find(tmp_path / "A-1").usable) == 2


def test_an_empty_file_is_noted_and_only_a_needed_one_costs_the_scan(tmp_path: Path) -> None:
    write(tmp_path, "A-1/t1", "t1c", "fl", "seg", "x", empty="x")
    write(tmp_path, "A-1/t2", "t1c", "fl", "seg", empty="fl")
    write(tmp_path, "A-2/t1", "seg")
    scans = find(tmp_path)
    assert [scan.timepoint for scan in scans.usable] == [1]
    assert scans.lost == {"A-2": "without T1 after contrast and FLAIR"}
    assert [(note["check"], note["detail"]) for note in scans.notes] == [
        ("file of zero bytes", "A-1_t1_x.nii.gz"),
        ("file of zero bytes", "A-1_t2_fl.nii.gz"),
        ("time point not used", "without FLAIR (file of zero bytes: A-1_t2_fl.nii.gz)"),
        ("time point not used", "without T1 after contrast and FLAIR"),
    ]


def test_of_two_copies_the_complete_one_is_used(tmp_path: Path) -> None:
    write(tmp_path, "a/A-1/t1", "t1c")
    write(tmp_path, "b/A-1/t1", "t1c", "fl")
    scans = find(tmp_path)
    assert [scan.folder for scan in scans.usable] == ["b/A-1/t1"]
    assert [note["detail"] for note in scans.notes] == ["a/A-1/t1"]


def test_no_folder_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no folder named like A-1/t1 under"):
        find(tmp_path)


def test_the_flow_gives_every_lost_patient_one_reason(tmp_path: Path) -> None:
    for folder in ("A-1/t1", "A-2/t1", "A-2/t2"):
        write(tmp_path, folder, "t1c", "fl")
    write(tmp_path, "A-3/t1", "fl")
    labelling = pd.DataFrame(
        {
            "subject_id": ["A-1", "A-2", "A-2"],
            "label": ["pseudoprogression", "unlabelled", "unlabelled"],
            "reason": ["", "late", "listed"],
        }
    )
    flow = patient_flow(find(tmp_path), ["A-1", "A-9"], labelling)
    assert flow.steps["n_remaining"].tolist() == [4, 3, 2, 1]
    assert flow.dropped[["subject_id", "reason"]].to_numpy().tolist() == [
        ["A-9", "in the clinical table alone"],
        ["A-3", "without T1 after contrast"],
        ["A-2", "no label: late; listed"],
    ]
    assert flow.steps["n_pseudoprogression"].iloc[-1] == 1
    assert len(patient_flow(find(tmp_path), [], None).steps) == 3


def test_a_package_behind_a_link_and_the_folder_one_stands_in_are_found(
    tmp_path: Path, monkeypatch
) -> None:
    write(tmp_path / "disk", "A-1/t1", "t1c", "fl")
    (tmp_path / "root").mkdir()
    (tmp_path / "root/package").symlink_to(tmp_path / "disk", target_is_directory=True)
    assert [scan.folder for scan in find(tmp_path / "root").usable] == ["package/A-1/t1"]
    monkeypatch.chdir(tmp_path / "disk/A-1")
    assert [scan.folder for scan in find(Path()).usable] == ["t1"]
