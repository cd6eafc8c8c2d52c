"""A table made of units: resumed, the same for any number of processes."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from psp_core.errors import StageError
from psp_core.runs import Run, open_run
from psp_core.study.units import table_of_units

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
UNITS = {"a": 1, "b": 2, "c": 3}


def square(number: int, *, log: Path | None = None, fail_at: int = 0) -> pd.DataFrame:
    if number == fail_at:
        raise StageError("stopped on purpose")
    if log is not None:
        with log.open("a") as file:
            file.write(f"{number}\n")
    return pd.DataFrame({"number": [number], "square": [number**2]})


def end_abruptly(number: int) -> pd.DataFrame:
    os._exit(number)


def stop_at_unit_files(unlink: Callable[..., None]) -> Callable[..., None]:
    def stop(path: Path, missing_ok: bool = False) -> None:
        if path.name.startswith("unit_"):
            raise StageError("killed here")
        unlink(path, missing_ok=missing_ok)

    return stop


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_run(PARAMS, tmp_path / "run", {"study.workers": 1})


def test_rows_come_in_the_order_of_the_units(run: Run) -> None:
    table = table_of_units(run, "squares", UNITS, square, depends_on={})
    assert table["square"].tolist() == [1, 4, 9]
    assert [path.name for path in run.finished("squares").folder.iterdir()] == ["squares.parquet"]


def test_a_stopped_table_goes_on_and_a_finished_one_is_read(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(StageError, match="on purpose"):
        table_of_units(run, "squares", UNITS, partial(square, log=log, fail_at=3), depends_on={})
    for _ in range(2):
        table_of_units(run, "squares", UNITS, partial(square, log=log), depends_on={})
    assert log.read_text().split() == ["1", "2", "3"]
    table_of_units(run, "squares", UNITS, partial(square, log=log), depends_on={"seed": 2})
    assert log.read_text().split() == ["1", "2", "3"] * 2


def test_unit_files_that_stay_behind_do_no_harm(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", stop_at_unit_files(Path.unlink))
        with pytest.raises(StageError, match="killed here"):
            table_of_units(run, "squares", UNITS, square, depends_on={})
    names = {path.name for path in run.finished("squares").folder.iterdir()}
    assert names == {"squares.parquet", *(f"unit_{unit}.parquet" for unit in UNITS)}
    unread = partial(square, fail_at=1)
    table = table_of_units(run, "squares", UNITS, unread, depends_on={})
    assert table["square"].tolist() == [1, 4, 9]


def test_processes_give_the_same_table(run: Run, tmp_path: Path) -> None:
    other = open_run(PARAMS, tmp_path / "other", {"study.workers": 2})
    tables = [table_of_units(one, "squares", UNITS, square, depends_on={}) for one in (run, other)]
    pd.testing.assert_frame_equal(*tables)


def test_nothing_to_do_raises(run: Run) -> None:
    with pytest.raises(StageError, match="has nothing to compute"):
        table_of_units(run, "squares", {}, square, depends_on={})


def test_a_killed_worker_is_named(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run", {"study.workers": 2})
    with pytest.raises(StageError, match="worker process was killed"):
        table_of_units(run, "squares", UNITS, end_abruptly, depends_on={})
