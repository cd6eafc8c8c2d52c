"""The book's own tables are read, and every pointer followed, before anything is built."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from psp_core.errors import PublishingError, TableError
from psp_core.publishing.ledgers import check_ledgers

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in ("book/papers", "book/reporting", "params"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("psp_core", "notebooks", "tests"):  # read, never written
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    for path in (ROOT / "book").glob("*.md"):
        shutil.copy2(path, tmp_path / "book" / path.name)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, tmp_path / path.name)
    for name in (".ci", "benchmarks"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    return tmp_path


def test_the_tables_of_this_book_are_whole_and_sources_without_any_pass(
    clone: Path, tmp_path: Path
) -> None:
    check_ledgers(clone / "book", tmp_path / "runs" / "none")
    (tmp_path / "bare").mkdir()
    check_ledgers(tmp_path / "bare", tmp_path / "runs" / "none")


@pytest.mark.parametrize("name", ["claims", "printed", "literature", "deviations"])
def test_a_table_with_a_fault_is_refused(clone: Path, name: str) -> None:
    (clone / "book" / "papers" / f"{name}.yaml").write_text("- id: one\n", encoding="utf-8")
    with pytest.raises(TableError, match=rf"{name}\.yaml"):
        check_ledgers(clone / "book", clone / "runs" / "none")


def test_a_pointer_to_a_file_that_is_gone_is_refused(clone: Path) -> None:
    path = clone / "book" / "reporting" / "tripod_ai.yaml"
    text = path.read_text(encoding="utf-8")
    assert "file:README.md" in text
    path.write_text(text.replace("file:README.md", "file:READ_NOT.md", 1), encoding="utf-8")
    with pytest.raises(PublishingError, match=r"file:READ_NOT\.md"):
        check_ledgers(clone / "book", clone / "runs" / "none")
