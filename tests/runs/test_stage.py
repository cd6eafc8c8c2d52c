"""A stage is skipped when done, resumed when half done, and redone when stale."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from psp_core.errors import StageError
from psp_core.runs import Run, Stage

OpenRun = Callable[..., Run]


def finish_with(stage: Stage, **files: str) -> None:
    for name, text in files.items():
        (stage.folder / name).write_text(text)
    stage.finish()


def test_a_new_stage_is_empty_and_not_done(open_tiny_run: OpenRun) -> None:
    stage = open_tiny_run().stage("cohort", depends_on={"a": 1})
    assert not stage.is_done
    assert list(stage.folder.iterdir()) == []
    stage.release()


def test_a_finished_stage_is_skipped(open_tiny_run: OpenRun) -> None:
    finish_with(open_tiny_run().stage("cohort", depends_on={"a": 1}), table="x")
    again = open_tiny_run().stage("cohort", depends_on={"a": 1})
    assert again.is_done
    assert (again.folder / "table").read_text() == "x"
    assert not (again.folder.parent / "stages" / "cohort.begun.json").exists()


def test_other_dependencies_empty_the_folder(open_tiny_run: OpenRun) -> None:
    run = open_tiny_run()
    finish_with(run.stage("cohort", depends_on={"label": run.params.label}), table="x")
    other = open_tiny_run("window_days: 90")
    stage = other.stage("cohort", depends_on={"label": other.params.label})
    assert not stage.is_done
    assert list(stage.folder.iterdir()) == []
    with pytest.raises(StageError, match="stage 'cohort' of this run is not finished"):
        other.finished("cohort")
    stage.release()


def test_half_done_items_are_kept_and_only_the_rest_is_pending(open_tiny_run: OpenRun) -> None:
    stage = open_tiny_run().stage("cohort", depends_on={})
    (stage.folder / "a").write_text("a")
    stage.mark_done("a")
    stage.release()
    again = open_tiny_run().stage("cohort", depends_on={})
    assert again.pending(["a", "b"]) == ["b"]
    assert (again.folder / "a").exists()
    again.release()
    changed = open_tiny_run().stage("cohort", depends_on={"new": True})
    assert changed.pending(["a", "b"]) == ["a", "b"]
    assert not (changed.folder / "a").exists()
    changed.release()


def test_a_stage_whose_folder_was_deleted_begins_anew(open_tiny_run: OpenRun) -> None:
    stage = open_tiny_run().stage("cohort", depends_on={})
    stage.mark_done("a")
    stage.finish()
    stage.folder.rmdir()
    with pytest.raises(StageError, match="is not finished"):
        open_tiny_run().finished("cohort")
    with open_tiny_run().stage("cohort", depends_on={}) as again:
        assert not again.is_done
        assert again.pending(["a"]) == ["a"]


def test_a_stage_killed_while_it_was_emptied_is_emptied_again(open_tiny_run: OpenRun) -> None:
    stage = open_tiny_run().stage("cohort", depends_on={"a": 1})
    (stage.folder / "left").write_text("half of an old result")
    stage.release()
    begun = stage.folder.parent / "stages" / "cohort.begun.json"
    begun.write_text(json.dumps({"stage": "cohort", "digest": None}))
    with open_tiny_run().stage("cohort", depends_on={"a": 1}) as again:
        assert list(again.folder.iterdir()) == []


def test_files_of_a_killed_program_are_swept(open_tiny_run: OpenRun) -> None:
    stage = open_tiny_run().stage("cohort", depends_on={})
    stray = stage.folder / "deep" / ".1-0123abcd-a.csv.partial"
    stray.mkdir(parents=True)
    stage.release()
    with open_tiny_run().stage("cohort", depends_on={}):
        assert not stray.exists()


def test_a_folder_that_no_stage_wrote_is_never_emptied(open_tiny_run: OpenRun) -> None:
    run = open_tiny_run()
    precious = run.folder / "phantom" / "thesis.txt"
    precious.parent.mkdir()
    precious.write_text("mine")
    with pytest.raises(StageError, match="files that no stage of it wrote; move them away"):
        run.stage("phantom", depends_on={})
    assert precious.read_text() == "mine"


def test_a_finished_stage_can_be_read_by_the_next(open_tiny_run: OpenRun) -> None:
    run = open_tiny_run()
    stage = run.stage("cohort", depends_on={})
    finish_with(stage, table="x")
    assert run.finished("cohort").digest == stage.digest
    marker = json.loads(stage.marker.read_text())
    assert marker["provenance"]["seed"] == run.params.study.seed


def test_finishing_without_a_folder_is_an_error(open_tiny_run: OpenRun) -> None:
    with open_tiny_run().stage("cohort", depends_on={}) as stage:
        stage.folder.rmdir()
        with pytest.raises(StageError, match="its folder is not there"):
            stage.finish()


@pytest.mark.parametrize("items", [["a", "a"], ["a/b"], [".hidden"], [""]])
def test_items_that_cannot_be_file_names_are_refused(
    open_tiny_run: OpenRun, items: list[str]
) -> None:
    with (
        open_tiny_run().stage("cohort", depends_on={}) as stage,
        pytest.raises(StageError, match="items must be different names"),
    ):
        stage.pending(items)


@pytest.mark.parametrize("name", ["stages", "private", "../up", "two words", ""])
def test_a_stage_cannot_take_a_name_of_the_house(open_tiny_run: OpenRun, name: str) -> None:
    with pytest.raises(StageError, match="cannot be a stage's name"):
        open_tiny_run().stage(name, depends_on={})


def test_a_stage_travels_to_worker_processes(open_tiny_run: OpenRun) -> None:
    with open_tiny_run().stage("cohort", depends_on={}) as stage:
        copy = pickle.loads(pickle.dumps(stage))  # noqa: S301 - our own object, in memory
        copy.mark_done("a")
        assert stage.pending(["a", "b"]) == ["b"]


WRITER = """
import sys, time
from pathlib import Path
from psp_core.runs import open_run, write_json

params_file, folder, pause_after = sys.argv[1:]
run = open_run(params_file, folder)
stage = run.stage("items", depends_on={"study": run.params.study})
items = [f"item_{number}" for number in range(6)]
for item in stage.pending(items):
    draws = run.rng(item).normal(size=200)
    write_json(stage.folder / f"{item}.json", draws)
    stage.mark_done(item)
    with Path(folder, "log.txt").open("a") as log:
        log.write(f"{item}\\n")
    if item == pause_after:
        half = stage.folder / ".1-0123abcd-half.json.partial"
        half.mkdir()
        (half / "half.json").write_text("[0.1,")
        print("paused", flush=True)
        time.sleep(600)
stage.finish()
"""


def run_writer(params_file: Path, folder: Path, pause_after: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(params_file), str(folder), pause_after]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_killed_stage_is_finished_by_the_next_run_with_the_same_bytes(
    tmp_path: Path, params_file: Path, open_tiny_run: OpenRun
) -> None:
    with run_writer(params_file, tmp_path / "whole") as whole:
        assert whole.wait(timeout=60) == 0
    with run_writer(params_file, tmp_path / "run", pause_after="item_2") as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "paused\n"
        with pytest.raises(StageError, match=rf"another program \(process {killed.pid}\)"):
            open_tiny_run().stage("items", depends_on={})
        killed.send_signal(signal.SIGKILL)
    log = tmp_path / "run" / "log.txt"
    assert len(log.read_text().split()) == 3
    started = time.monotonic()
    with run_writer(params_file, tmp_path / "run") as second:
        assert second.wait(timeout=60) == 0
    assert time.monotonic() - started < 60
    assert log.read_text().split() == [f"item_{number}" for number in range(6)]
    assert contents(tmp_path / "run" / "items") == contents(tmp_path / "whole" / "items")
    assert len(contents(tmp_path / "run" / "items")) == 6
