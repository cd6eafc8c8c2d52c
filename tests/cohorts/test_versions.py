"""Which version of a table is read."""

from pathlib import Path

import pytest

from psp_core.cohorts.versions import newest_table
from psp_core.errors import AmbiguousInputError, MissingInputError


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_the_newest_version_counts_wherever_it_lies(tmp_path: Path) -> None:
    touch(tmp_path, "Table_v2.1.csv", "a/b/table_V10.0.csv", "a/Table_v9.csv", "._Table_v99.csv")
    file, older = newest_table(tmp_path, "Table")
    assert file == tmp_path / "a" / "b" / "table_V10.0.csv"
    assert sorted(older) == ["Table_v2.1.csv", "Table_v9.csv"]


def test_two_copies_of_the_newest_are_ambiguous(tmp_path: Path) -> None:
    touch(tmp_path, "Table_v2.csv", "a/Table_v2.csv")
    with pytest.raises(AmbiguousInputError, match=r"2 copies of one table: Table_v2\.csv, a/Tab"):
        newest_table(tmp_path, "Table")


def test_no_table_raises(tmp_path: Path) -> None:
    touch(tmp_path, "Table.csv", "a/b/c/Table_v1.csv")
    with pytest.raises(MissingInputError, match=r"no file named like Table_v1\.csv in the folder"):
        newest_table(tmp_path, "Table")
