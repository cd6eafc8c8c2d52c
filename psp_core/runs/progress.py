"""How far a stage has come, told while it runs.

    python -m psp_core.runs.progress --run-dir runs/demo --page 06_baselines -- command ...

A pool counts what is done in ``progress/<stage>.json`` of the run folder. The program above runs
a command and tells every few seconds on standard error what the stages of that page count:
``06_baselines: fits (cnn_lstm_code) 12 of 90, about 4 min left (elapsed 2 min)``.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Any

from psp_core.runs.atomic import write_json
from psp_core.runs.stage import read_marker

FOLDER = "progress"
RUN_MARK = "provenance.json"
PAGE_VARIABLE = "PSP_PAGE"  # which page a program works for; its children inherit it
SECONDS_BETWEEN_WRITES = 1.0
SECONDS_BETWEEN_LINES = 10.0
SECONDS_BETWEEN_SAME_LINES = 60.0
FORWARDED = (signal.SIGINT, signal.SIGTERM)
NOT_FOUND, KILLED_FROM = 127, 128  # as a shell tells them


class Progress:
    """Counts the units of one stage, and writes the count at most once a second.

    Parameters
    ----------
    path : Path or None
        The file to write; None: count without a word.
    what : str
        What is counted, as "fits".
    total : int
        How many there are.
    done : int, default 0
        How many were there before; the time left is judged by the others.
    """

    def __init__(self, path: Path | None, *, what: str, total: int, done: int = 0) -> None:
        self.path, self.what, self.total, self.done = path, what, total, done
        self._lock = threading.Lock()
        self._first, self._started, self._written = done, time.monotonic(), 0.0
        self._write("")

    @classmethod
    def beside(cls, folder: Path, *, total: int, done: int = 0) -> Progress:
        """Count what goes into `folder`, in the run that holds it; without a run, silently."""
        run = next((one for one in folder.parents if (one / RUN_MARK).is_file()), None)
        path = None
        if run is not None and done < total:
            path = run / FOLDER / f"{'_'.join(folder.relative_to(run).parts)}.json"
        return cls(path, what=folder.name.replace("_", " "), total=total, done=done)

    def step(self, last: str = "") -> None:
        """Count one more; `last` says what it was, never more than a public name."""
        with self._lock:  # a pool counts in a thread of its own
            self.done += 1
            now = time.monotonic()
            if self.done >= self.total or now - self._written >= SECONDS_BETWEEN_WRITES:
                self._write(last)

    def _write(self, last: str) -> None:
        if self.path is None:
            return
        self._written = time.monotonic()
        told = {
            "page": os.environ.get(PAGE_VARIABLE, ""),
            "what": self.what,
            "last": last,
            "done": self.done,
            "total": self.total,
            "done_here": self.done - self._first,
            "seconds": self._written - self._started,
        }
        write_json(self.path, told)


def latest(run_folder: Path, page: str, *, since: float) -> dict[str, Any]:
    """What the page's stages counted last; empty if none was begun, or it is finished.

    Parameters
    ----------
    since : float
        Files that are older are of an earlier program; in seconds, as `time.time`.
    """
    found: list[tuple[float, dict[str, Any]]] = []
    for path in (run_folder / FOLDER).glob("*.json"):
        try:
            written = path.stat().st_mtime
        except FileNotFoundError:
            continue
        told = read_marker(path)
        if written >= since and told.get("page") == page and told["done"] < told["total"]:
            found.append((written, told))
    return max(found, key=lambda one: one[0])[1] if found else {}


def line_of(page: str, told: dict[str, Any], *, elapsed: float) -> str:
    """One line for a reader: what is counted, how far it is, how long it may still take.

    Parameters
    ----------
    told : dict
        See `latest`; empty: nothing is counted at present.
    elapsed : float
        Seconds since the page was begun.
    """
    if not told:
        return f"{page}: at work (elapsed {_minutes(elapsed)})"
    last = f" ({told['last']})" if told["last"] else ""
    left = ""
    if told["done_here"]:
        seconds = told["seconds"] / told["done_here"] * (told["total"] - told["done"])
        left = f", about {_minutes(seconds)} left"
    counted = f"{told['what']}{last} {told['done']} of {told['total']}"
    return f"{page}: {counted}{left} (elapsed {_minutes(elapsed)})"


def run_and_tell(
    command: Sequence[str],
    run_folder: Path,
    page: str,
    *,
    log: IO[bytes] | None = None,
    tell: Callable[[str], object] | None = None,
    interval: float = SECONDS_BETWEEN_LINES,
) -> int:
    """Run a command to its end, and tell how far the run is.

    The command gets a process group of its own, so that each SIGINT and SIGTERM reaches it once:
    through this program. Nothing reads what it writes, so nothing can be left waiting.

    Parameters
    ----------
    command : sequence of str
    run_folder : Path
        Need not be there yet.
    page : str
        Name in front of every line.
    log : binary file, optional
        Where the command's output goes, in place of this program's own.
    tell : callable, optional
        Called with each line; standard error otherwise.
    interval : float
        Seconds between two looks.

    Returns
    -------
    int
        The command's exit status; 128 and the signal's number if a signal ended it.
    """
    tell = tell or _to_standard_error
    pending: list[int] = []
    child: subprocess.Popen[bytes] | None = None

    def forward(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        pending.append(number)
        if child is not None:
            _signal(child, pending)

    before = {number: signal.signal(number, forward) for number in FORWARDED}
    try:
        begun, since = time.monotonic(), time.time()
        child = subprocess.Popen(
            command,
            stdout=log,
            stderr=None if log is None else subprocess.STDOUT,
            env={**os.environ, PAGE_VARIABLE: page},
            process_group=0,
        )
        _signal(child, pending)  # one that came before there was a child
        said, said_at = "", 0.0
        while True:
            try:
                status = child.wait(timeout=interval)
                return status if status >= 0 else KILLED_FROM - status
            except subprocess.TimeoutExpired:
                elapsed = time.monotonic() - begun
                told = latest(run_folder, page, since=since)
                counted = line_of(page, told, elapsed=0.0)
                if counted != said or elapsed - said_at >= SECONDS_BETWEEN_SAME_LINES:
                    tell(line_of(page, told, elapsed=elapsed))
                    said, said_at = counted, elapsed
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command after ``--`` and tell its progress; returns its exit status."""
    parser = argparse.ArgumentParser(description="Run a command and tell how far the run is.")
    parser.add_argument("--run-dir", type=Path, required=True, help="folder of the run")
    parser.add_argument("--page", default="run", help="name in front of every line")
    parser.add_argument("--log", type=Path, help="file that the command's output is added to")
    parser.add_argument("command", nargs="+", help="after --: the command and its arguments")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.log is None:
            return run_and_tell(chosen.command, chosen.run_dir, chosen.page)
        chosen.log.parent.mkdir(parents=True, exist_ok=True)
        with chosen.log.open("ab") as log:
            return run_and_tell(chosen.command, chosen.run_dir, chosen.page, log=log)
    except FileNotFoundError:
        sys.stderr.write(f"{chosen.command[0]}: there is no such program\n")
        return NOT_FOUND


def _signal(child: subprocess.Popen[bytes], pending: list[int]) -> None:
    while pending:
        number = pending.pop(0)
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            return


def _to_standard_error(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _minutes(seconds: float) -> str:
    """Write a duration for a reader who waits: no seconds beyond the first minutes."""
    if seconds < 60:
        return "less than 1 min"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds // 3600:.0f} h {seconds % 3600 / 60:.0f} min"


if __name__ == "__main__":
    raise SystemExit(main())
