"""A file is there whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.runs import atomic_folder, atomic_path, write_json, write_table
from psp_core.runs.atomic import sweep


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_half(target: Path, open_it: Callable[[Path], AbstractContextManager[Path]]) -> None:
    with open_it(target) as temporary:
        file = temporary / target.name if temporary.is_dir() else temporary
        file.write_text("ne")
        raise RuntimeError("half way")


def test_a_file_takes_its_place_only_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "new" / "scan.nii.gz"
    with atomic_path(target) as temporary:
        temporary.write_text("whole")
        assert not target.exists()
        assert temporary.name.endswith(".nii.gz")
    assert target.read_text() == "whole"
    assert names_in(target.parent) == ["scan.nii.gz"]


def test_a_failed_writer_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    target.write_text("old")
    with pytest.raises(RuntimeError, match="half way"):
        write_half(target, atomic_path)
    assert target.read_text() == "old"
    assert names_in(tmp_path) == ["table.csv"]


def test_a_writer_that_wrote_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="table"), atomic_path(tmp_path / "table.csv"):
        pass


def test_a_folder_replaces_the_old_one_only_when_it_is_full(tmp_path: Path) -> None:
    target = tmp_path / "patient"
    for content in ("old", "new"):
        with atomic_folder(target) as temporary:
            (temporary / f"{content}.dcm").write_text(content)
    assert names_in(target) == ["new.dcm"]
    with pytest.raises(RuntimeError, match="half way"):
        write_half(target / "newer.dcm", lambda path: atomic_folder(path.parent))
    assert names_in(target) == ["new.dcm"]
    assert names_in(tmp_path) == ["patient"]


def test_the_sweep_leaves_files_of_running_programs_and_of_users(tmp_path: Path) -> None:
    running = tmp_path / f".{os.getpid()}-0123abcd-a.csv.partial"
    dead = tmp_path / ".999999999-0123abcd-a.csv.partial"
    other = tmp_path / ".notes.partial"
    below = tmp_path / "below" / dead.name
    for path in (running, dead, other, below):
        path.mkdir(parents=True)
    sweep(tmp_path, owned=False)
    assert [path.exists() for path in (running, dead, other, below)] == [True, False, True, True]
    sweep(tmp_path, owned=True)
    assert [path.exists() for path in (running, other, below)] == [False, True, False]


def test_equal_values_are_equal_bytes(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": np.float64(0.5), "a": (1, np.int64(2))})
    write_json(tmp_path / "b.json", {"a": [1, 2], "b": 0.5})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": [1, 2], "b": 0.5}


def test_json_refuses_what_it_cannot_spell(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "a.json", {"auc": float("nan")})
    with pytest.raises(TypeError, match="found a DataFrame, expected mappings"):
        write_json(tmp_path / "a.json", pd.DataFrame())
    with pytest.raises(TypeError, match="found the key 1, expected text"):
        write_json(tmp_path / "a.json", {1: 2})
    assert names_in(tmp_path) == []


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    table = pd.DataFrame({"subject_id": ["a", "b"], "age_years": [50.0, None]})
    write_table(tmp_path / "cohort.parquet", table)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "cohort.parquet"), table)
