"""References to files, also inside archives, and listings of folders."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from psp_core.acquisition.files import FileRef, as_ref, list_files, read_all, read_one
from psp_core.errors import MissingInputError, UnreadableFileError


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_files_and_members_are_read_in_the_order_asked(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(b"a")
    write_zip(tmp_path / "s.zip", {"x.dcm": b"x", "sub/y.dcm": b"y"})
    refs = [
        FileRef(tmp_path, "s.zip", "sub/y.dcm"),
        FileRef(tmp_path, "a.dcm"),
        FileRef(tmp_path, "s.zip", "x.dcm"),
    ]
    assert [(ref.name, data) for ref, data in read_all(refs)] == [
        ("s.zip!sub/y.dcm", b"y"),
        ("a.dcm", b"a"),
        ("s.zip!x.dcm", b"x"),
    ]


def test_a_path_is_named_without_its_folder(tmp_path: Path) -> None:
    ref = as_ref(tmp_path / "dose.dcm")
    assert ref.name == "dose.dcm"
    assert as_ref(ref) is ref
    assert str(tmp_path) not in repr(ref)


def test_listing_is_sorted_and_counts_what_it_ignores(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "x.dcm").touch()
    for name in ("b/2.dcm", "b/1.dcm", "b/._1.dcm", "a.dcm", ".DS_Store"):
        (tmp_path / name).touch()
    write_zip(tmp_path / "c.zip", {"1.dcm": b"11", "__MACOSX/1.dcm": b"", "f/._2.dcm": b""})
    listing = list_files(tmp_path)
    assert [c.ref.name for c in listing.candidates] == [
        "a.dcm", "b/1.dcm", "b/2.dcm", "c.zip!1.dcm",
    ]  # fmt: skip
    assert listing.candidates[-1].size_bytes == 2
    assert listing.ignored == {"hidden": 5}


def test_a_link_back_to_a_parent_is_walked_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.dcm").touch()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert [c.ref.name for c in list_files(tmp_path).candidates] == ["a/1.dcm"]


def test_a_linked_folder_is_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "1.dcm").touch()
    root = tmp_path / "root"
    root.mkdir()
    (root / "linked").symlink_to(elsewhere)
    assert [c.ref.name for c in list_files(root).candidates] == ["linked/1.dcm"]


def test_a_broken_archive_and_a_dangling_link_are_listed(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK no archive")
    (tmp_path / "gone.dcm").symlink_to(tmp_path / "nowhere")
    listing = list_files(tmp_path)
    assert [(ref.name, reason) for ref, reason in listing.unreadable] == [
        ("a.zip", "unreadable archive (BadZipFile)"),
        ("gone.dcm", "unreadable file (FileNotFoundError)"),
    ]


def test_missing_files_are_named_relative_to_the_root(tmp_path: Path) -> None:
    write_zip(tmp_path / "s.zip", {"x.dcm": b"x"})
    with pytest.raises(MissingInputError, match=r"^a/b.dcm: no such file$"):
        read_one(FileRef(tmp_path, "a/b.dcm"))
    with pytest.raises(MissingInputError, match=r"^s.zip: the archive lacks a member"):
        read_one(FileRef(tmp_path, "s.zip", "y.dcm"))
    with pytest.raises(MissingInputError, match=r"^nowhere: no such folder"):
        list_files(tmp_path / "nowhere")


def test_damaged_archives_are_an_error_without_local_paths(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "s.zip", {"x.dcm": bytes(range(256)) * 40})
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match=r"^s.zip: cannot be read") as caught:
        read_one(FileRef(tmp_path, "s.zip", "x.dcm"))
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_that_cannot_be_opened_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "locked"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.dcm").touch()
    scandir = os.scandir

    def refuse(folder: str) -> object:
        if str(folder).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    listing = list_files(tmp_path)
    assert [c.ref.name for c in listing.candidates] == ["a/1.dcm"]
    assert [(ref.name, reason) for ref, reason in listing.unreadable] == [
        ("locked", "unreadable folder (PermissionError)")
    ]
