"""Progress is counted, told and forgotten; the watched command ends as it would alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from psp_core.preprocessing.batch import run_in_processes
from psp_core.runs.progress import (
    PAGE_VARIABLE,
    Progress,
    latest,
    line_of,
    main,
    run_and_tell,
)

LONG = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    (tmp_path / "provenance.json").write_text("{}", encoding="utf-8")
    return tmp_path


def told(run_folder: Path, stage: str = "fits") -> dict[str, object]:
    found: dict[str, object] = json.loads((run_folder / f"progress/{stage}.json").read_text())
    return found


def twice(number: int) -> None:
    assert number >= 0


def test_the_first_and_the_last_unit_are_written_at_once(run_folder: Path) -> None:
    progress = Progress.beside(run_folder / "fits", total=3, done=1)
    assert (told(run_folder)["done"], told(run_folder)["done_here"]) == (1, 0)
    progress.step("proposed")
    assert told(run_folder)["done"] == 1  # less than a second has gone by
    progress.step("proposed")
    assert (told(run_folder)["done"], told(run_folder)["last"]) == (3, "proposed")


def test_a_folder_below_the_run_has_a_file_of_its_own(run_folder: Path) -> None:
    Progress.beside(run_folder / "inputs" / "slices", total=2)
    assert told(run_folder, "inputs_slices")["what"] == "slices"


def test_nothing_is_written_without_a_run_or_where_all_is_there(
    tmp_path: Path, run_folder: Path
) -> None:
    Progress.beside(tmp_path / "elsewhere" / "fits", total=0)
    Progress.beside(run_folder / "fits", total=2, done=2).step()
    silent = Progress(None, what="fits", total=2)
    silent.step()
    assert silent.done == 1
    assert not (run_folder / "progress").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_pool_counts_every_item_once(run_folder: Path, workers: int) -> None:
    progress = Progress.beside(run_folder / "numbers", total=3)
    run_in_processes(twice, [1, 2, 3], workers, progress=progress)
    assert told(run_folder, "numbers")["done"] == 3


def test_an_item_that_failed_is_not_counted(run_folder: Path) -> None:
    progress = Progress.beside(run_folder / "numbers", total=2)
    with pytest.raises(AssertionError):
        run_in_processes(twice, [1, -1], 1, progress=progress)
    assert progress.done == 1


def test_a_page_hears_of_its_own_unfinished_stages_alone(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PAGE_VARIABLE, "06_baselines")
    Progress.beside(run_folder / "fits", total=9)
    Progress.beside(run_folder / "sweep", total=1).step()
    assert latest(run_folder, "06_baselines", since=0.0)["what"] == "fits"
    assert latest(run_folder, "07_controls", since=0.0) == {}
    assert latest(run_folder, "06_baselines", since=time.time() + 60) == {}
    assert latest(run_folder / "none", "06_baselines", since=0.0) == {}


def test_the_line_says_how_far_and_how_long() -> None:
    counted = {
        "what": "fits", "last": "cnn_lstm", "done": 12, "total": 90, "done_here": 10,
        "seconds": 30.0,
    }  # fmt: skip
    line = line_of("06_baselines", counted, elapsed=120.0)
    assert line == ("06_baselines: fits (cnn_lstm) 12 of 90, about 4 min left (elapsed 2 min)")
    fresh = line_of("06", counted | {"done_here": 0, "last": ""}, elapsed=5.0)
    assert fresh == "06: fits 12 of 90 (elapsed less than 1 min)"
    assert line_of("06", {}, elapsed=7500.0) == "06: at work (elapsed 2 h 5 min)"


@pytest.mark.parametrize("status", [0, 3])
def test_the_exit_status_is_the_command_s(tmp_path: Path, status: int) -> None:
    command = [sys.executable, "-c", f"raise SystemExit({status})"]
    assert main(["--run-dir", str(tmp_path), "--", *command]) == status


def test_the_command_s_output_goes_to_the_log_and_knows_its_page(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "page.log"
    command = [sys.executable, "-c", f"import os; print(os.environ['{PAGE_VARIABLE}'])"]
    given = ["--run-dir", str(tmp_path), "--page", "06_baselines", "--log", str(log)]
    assert main([*given, "--", *command]) == 0
    assert log.read_text() == "06_baselines\n"


def test_a_program_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--run-dir", str(tmp_path), "--", "no-such-program"]) == 127
    assert "no-such-program: there is no such program" in capsys.readouterr().err


def test_lines_are_told_while_the_command_runs_and_not_repeated(run_folder: Path) -> None:
    code = (
        "import time; from pathlib import Path\n"
        "from psp_core.runs.progress import Progress\n"
        f"Progress.beside(Path({str(run_folder)!r}) / 'fits', total=4, done=1)\n"
        "time.sleep(0.6)"
    )
    lines: list[str] = []
    command = [sys.executable, "-c", code]
    assert run_and_tell(command, run_folder, "06", tell=lines.append, interval=0.05) == 0
    assert len(lines) == len(set(lines)) == 2
    assert lines[1] == "06: fits 1 of 4 (elapsed less than 1 min)"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_command_once_and_gives_its_status(
    tmp_path: Path, number: int
) -> None:
    handlers = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    timer = threading.Timer(0.3, os.kill, (os.getpid(), number))
    timer.start()
    begun = time.monotonic()
    code = f"import signal, time; signal.signal({number:d}, signal.SIG_DFL); time.sleep(60)"
    assert run_and_tell([sys.executable, "-c", code], tmp_path, "06", interval=5.0) == 128 + number
    assert time.monotonic() - begun < 10
    assert {one: signal.getsignal(one) for one in handlers} == handlers


def test_a_grandchild_that_stays_behind_holds_nobody_up(tmp_path: Path) -> None:
    code = (
        f"import subprocess, sys\nchild = subprocess.Popen({LONG!r})\nprint(child.pid, flush=True)"
    )
    begun = time.monotonic()
    with (tmp_path / "log").open("wb") as log:
        assert run_and_tell([sys.executable, "-c", code], tmp_path, "06", log=log) == 0
    assert time.monotonic() - begun < 10
    os.kill(int((tmp_path / "log").read_text()), signal.SIGKILL)


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "psp_core.runs.progress", "--run-dir", str(tmp_path), "--"]
    done = subprocess.run([*command, *LONG[:2], "raise SystemExit(4)"], check=False, timeout=60)
    assert done.returncode == 4
