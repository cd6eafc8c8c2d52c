"""Folders appear whole or not at all."""

from pathlib import Path

import pytest

from psp_core.phantom.placing import folder_in_progress, partial_path, scratch_folder


def test_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    final = tmp_path / "a" / "patient"
    with folder_in_progress(final) as folder:
        (folder / "file").write_text("x")
        assert not final.exists()
    assert [path.name for path in final.parent.iterdir()] == ["patient"]
    assert (final / "file").read_text() == "x"


def test_error_in_the_block_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with folder_in_progress(tmp_path / "p") as folder:
            (folder / "file").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_replaced(tmp_path: Path) -> None:
    partial = partial_path(tmp_path / "p")
    partial.mkdir()
    (partial / "half").write_text("x")
    with folder_in_progress(tmp_path / "p") as folder:
        (folder / "whole").write_text("y")
    assert [path.name for path in (tmp_path / "p").iterdir()] == ["whole"]


def test_scratch_folder_is_gone_afterwards(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "s") as folder:
        (folder / "file").write_text("x")
    assert list(tmp_path.iterdir()) == []
