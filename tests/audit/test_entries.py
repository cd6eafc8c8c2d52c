"""A ledger is a list of mappings; entries that stand twice are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp_core.audit.entries import read_entries, repeated_ids
from psp_core.errors import MissingInputError, TableError


def test_entries_are_read_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "made.yaml"
    path.write_text('- {id: one, n: "07"}\n- {id: two}\n', encoding="utf-8")
    assert read_entries(path, "claims") == [{"id": "one", "n": "07"}, {"id": "two"}]


@pytest.mark.parametrize("text", ["one: two\n", "- one\n", ""])
def test_what_is_no_list_of_mappings_raises(tmp_path: Path, text: str) -> None:
    path = tmp_path / "made.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match="expected a list of claims, each a mapping") as raised:
        read_entries(path, "claims")
    assert "made.yaml: 1 fault" in str(raised.value)


def test_a_file_that_is_not_there_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"^no file of claims gone\.yaml; the book"):
        read_entries(tmp_path / "gone.yaml", "claims")


def test_an_id_that_stands_twice_is_counted() -> None:
    entries = [{"id": "b"}, {"id": "a"}, {"id": "b"}, {}, {"id": "b"}]
    assert repeated_ids(entries) == ["b: stands 3 times"]
