"""Files of one scan, by name and size."""

import re
from pathlib import Path

from psp_core.cohorts.scan_files import find_files, find_folders, named

NAMES = {"t1ce_file": ("A_T1c", "A_T1GD"), "flair_file": ("A_FLAIR",)}


def write(folder: Path, **contents: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name.replace("__", ".")).write_bytes(content)


def test_paths_are_relative_to_the_root_and_either_suffix_counts(tmp_path: Path) -> None:
    write(tmp_path / "a" / "A", A_T1GD__nii=b"x", A_FLAIR__nii__gz=b"x")
    files, empty = find_files(tmp_path / "a" / "A", tmp_path, NAMES)
    assert files == {"t1ce_file": "a/A/A_T1GD.nii", "flair_file": "a/A/A_FLAIR.nii.gz"}
    assert empty == []


def test_the_first_name_goes_before_the_second(tmp_path: Path) -> None:
    write(tmp_path, A_T1GD__nii=b"x", A_T1c__nii=b"x")
    assert find_files(tmp_path, tmp_path, NAMES)[0]["t1ce_file"] == "A_T1c.nii"


def test_a_file_of_zero_bytes_is_named_and_counts_as_missing(tmp_path: Path) -> None:
    write(tmp_path, A_T1c__nii__gz=b"", A_T1GD__nii__gz=b"x", A_FLAIR__nii=b"")
    files, empty = find_files(tmp_path, tmp_path, NAMES)
    assert files == {"t1ce_file": "A_T1GD.nii.gz", "flair_file": ""}
    assert empty == ["A_T1c.nii.gz", "A_FLAIR.nii"]


def test_resource_forks_and_files_in_folders_below_do_not_match(tmp_path: Path) -> None:
    write(tmp_path, **{"._A_T1c__nii__gz": b"x"})
    write(tmp_path / "old", A_FLAIR__nii__gz=b"x")
    (tmp_path / "A_T1c.nii").mkdir()
    assert find_files(tmp_path, tmp_path, NAMES) == ({"t1ce_file": "", "flair_file": ""}, [])


def test_folders_are_found_at_any_depth_and_not_walked(tmp_path: Path) -> None:
    for place in ("A1", "x/y/A2", "A1/A3", "old/A4", ".hidden/A5", "x/B1"):
        (tmp_path / place).mkdir(parents=True)
    found = find_folders(tmp_path, re.compile(r"A\d"), passed_over=("old",))
    assert [folder.relative_to(tmp_path).as_posix() for folder in found] == ["A1", "x/y/A2"]


def test_linked_folders_are_walked_and_a_circle_once(tmp_path: Path) -> None:
    (tmp_path / "disk/p/A1").mkdir(parents=True)
    (tmp_path / "root").mkdir()
    (tmp_path / "root/link").symlink_to(tmp_path / "disk", target_is_directory=True)
    (tmp_path / "root/same").symlink_to(tmp_path / "disk", target_is_directory=True)
    (tmp_path / "disk/back").symlink_to(tmp_path / "disk", target_is_directory=True)
    found = find_folders(tmp_path / "root", re.compile(r"A\d"))
    assert found == [tmp_path / "root/link/p/A1"]


def test_companion_folders_and_those_of_a_glob_are_passed_over(tmp_path: Path) -> None:
    for place in ("__MACOSX/A1", "train_dcm/A2", "A3"):
        (tmp_path / place).mkdir(parents=True)
    assert find_folders(tmp_path, re.compile(r"A\d"), passed_over=("*_dcm",)) == [tmp_path / "A3"]


def test_a_pattern_may_reach_over_several_folders_the_root_included(tmp_path: Path) -> None:
    (tmp_path / "B1/t1").mkdir(parents=True)
    (tmp_path / "XB1/t1").mkdir(parents=True)
    pattern = re.compile(r"B\d/t\d")
    assert find_folders(tmp_path, pattern) == [tmp_path / "B1/t1"]
    assert find_folders(tmp_path / "B1", pattern) == [tmp_path / "B1/t1"]


def test_the_folder_one_stands_in_has_a_name(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert named(Path()) == tmp_path.resolve()
    assert named(Path("..")).name == tmp_path.parent.name
    assert named(Path("a")) == Path("a")
