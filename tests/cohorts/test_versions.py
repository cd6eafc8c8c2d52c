"""Which table is read, of which version, and where it may lie."""

import re
from pathlib import Path

import pytest

from psp_core.cohorts.versions import newest
from psp_core.errors import AmbiguousInputError, MissingInputError


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_the_newest_version_counts_wherever_it_lies(tmp_path: Path) -> None:
    touch(tmp_path, "Table_v2.1.csv", "a/b/table_V10.0.csv", "a/Table_v9.csv", "._Table_v99.csv")
    file, notes = newest(tmp_path, ["Table_v*.csv"])
    assert file == tmp_path / "a" / "b" / "table_V10.0.csv"
    assert [note["detail"] for note in notes] == ["Table_v2.1.csv", "Table_v9.csv"]
    assert {note["check"] for note in notes} == {"another table of this name, not used"}


def test_a_given_table_is_taken_as_it_is(tmp_path: Path) -> None:
    assert newest(tmp_path, ["t.csv"], given=Path("t.csv")) == (Path("t.csv"), [])


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("t_v2_20260129.csv", "t_v2_20260911.csv"),
        ("t-July2025.csv", "t-January2026.csv"),
        ("t-June 2025.csv", "t-July_2025.csv"),
        ("t-July2025.csv", "t_v2.csv"),
        ("t_v2.csv", "t_v3_2026-12-Mar.csv"),
        ("t.csv", "t_v1.csv"),
        ("a/b/t.csv", "a/t.csv"),
        ("a/t_v3.xlsx", "t_v2.csv"),
    ],
)
def test_version_then_day_then_month_tell_which_is_newer(
    older: str, newer: str, tmp_path: Path
) -> None:
    touch(tmp_path, older, newer)
    file, (note,) = newest(tmp_path, ["t*.csv", "t*.xlsx"])
    assert file.relative_to(tmp_path).as_posix() == newer
    assert note["detail"] == Path(older).name


def test_copies_of_the_newest_in_one_level_are_ambiguous(tmp_path: Path) -> None:
    touch(tmp_path, "b/Table_v2.csv", "a/Table_v2.csv", "Table_v1.csv")
    match = r"2 tables fit: a/Table_v2\.csv, b/Table_v2\.csv; keep one of them or give its path"
    with pytest.raises(AmbiguousInputError, match=match):
        newest(tmp_path, ["Table_v*.csv"])


def test_no_table_raises(tmp_path: Path) -> None:
    touch(tmp_path, "Table.csv", "a/b/c/Table_v1.csv", "~$Table_v1.csv", "__MACOSX/Table_v1.csv")
    with pytest.raises(MissingInputError, match=r"named like Table_v\*\.csv or T\.xlsx in the fol"):
        newest(tmp_path, ["Table_v*.csv", "T.xlsx"])
    with pytest.raises(MissingInputError, match="no file named like"):
        newest(tmp_path / "none", ["Table.csv"])


@pytest.mark.parametrize(
    "folder",
    ["download_20260313", "5904905", "figshare_5904905", "LUMIERE-202211", "tcia-1065", "2026-03"],
)
def test_folders_of_a_download_are_looked_into_and_those_of_scans_are_not(
    folder: str, tmp_path: Path
) -> None:
    touch(tmp_path, "A-001/t.csv", f"{folder}/t.csv", f"{folder}/A-001/t_v2.csv")
    file, notes = newest(tmp_path, ["t*.csv"], scans=re.compile(r"A-\d{3}"))
    assert file == tmp_path / folder / "t.csv"
    assert notes == []


def test_a_linked_folder_is_looked_into(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/t.csv")
    (tmp_path / "root").mkdir()
    (tmp_path / "root/link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert newest(tmp_path / "root", ["t.csv"])[0] == tmp_path / "root/link/t.csv"
