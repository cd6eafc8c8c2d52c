"""Many scans over several processes: resumable, and one bad scan stops no other."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from psp_core.errors import (
    CheckpointError,
    ExternalCommandError,
    MissingInputError,
    PSPError,
    StageError,
)
from psp_core.preprocessing.store import Array, VolumeStore
from psp_core.preprocessing.workers import end_pool, kept_pool
from psp_core.runs import atomic_path, digest_of
from psp_core.runs.progress import Progress

EXCLUDED, DONE = "excluded", "done"
MENDABLE = (ExternalCommandError, MissingInputError, CheckpointError)
"""Errors that the user mends outside the inputs: a program or a network is not there."""


class Scan(Protocol):
    """What can be prepared: it has a place in a store and a digest of its inputs."""

    @property
    def key(self) -> str:
        """Dataset, subject and time point."""

    @property
    def digest(self) -> str:
        """Digest of everything it is made from."""


Item = TypeVar("Item", bound=Scan)
Work = TypeVar("Work")


@dataclass(frozen=True)
class Prepared:
    """What was made of one scan; `reason` says why it must be left out, if it must."""

    arrays: Mapping[str, Array]
    record: Mapping[str, Any]
    reason: str = ""


def prepare_all(
    items: Sequence[Item],
    work: Callable[[Item], Prepared],
    store: VolumeStore,
    *,
    stamp: object,
    workers: int = 1,
    log: Path,
    keep_others: bool = False,
) -> None:
    """Bring a store up to date with a list of scans.

    A scan that is there with the same digest is kept, others are made, those not on the
    list are removed. A named error of one scan (`PSPError`) is recorded as its reason to
    be left out. So is any other error, with its traceback in `log`; that scan is tried
    again next time, as are those with an error of `MENDABLE`.

    Parameters
    ----------
    items : sequence of Scan
        Different keys.
    work : callable
        Makes one scan; must be picklable. Called in processes with one thread each.
    store : VolumeStore
        Where to write.
    stamp : object
        Parameters and digests of code that the result depends on beside the inputs.
    workers : int, default 1
        Processes.
    log : Path
        Private folder for tracebacks.
    keep_others : bool, default False
        Whether scans that are not on the list stay: the list is then only a part of the study.

    Raises
    ------
    StageError
        If another program writes the store, or a worker process was killed.
    """
    digests = {item.key: digest_of([item.digest, stamp]) for item in items}
    if not store.pending(digests) and (keep_others or not store.others(digests)):
        return  # without the lock: pages that read the same store may run side by side
    with store.writing():
        if not keep_others:
            store.keep_only(digests)
        wanted = set(store.pending(digests))
        todo = [item for item in items if item.key in wanted]
        todo.sort(key=lambda item: digests[item.key])  # mixed, so that the time left can be told
        call = partial(_prepare_one, work=work, store=store, digests=digests, log=log)
        done = len(items) - len(todo)
        progress = Progress.beside(store.folder, total=len(items), done=done)
        run_in_processes(call, todo, workers, progress=progress)


def run_in_processes(
    call: Callable[[Work], None],
    items: list[Work],
    workers: int,
    *,
    progress: Progress | None = None,
) -> None:
    """Call for every item, in processes of one thread where that is worth it.

    Parameters
    ----------
    call : callable
        Picklable.
    items : list
    workers : int
        Processes.
    progress : Progress, optional
        Counts the items, here and not in the workers.

    Raises
    ------
    StageError
        If a worker process was killed; what `call` raises is raised here.
    """
    if workers == 1 or len(items) < 2:
        for item in items:
            call(item)
            _count(progress, item)
        return
    pool = kept_pool(workers)
    try:
        futures = {pool.submit(call, item): item for item in items}
        for future in as_completed(futures):
            future.result()  # raises what a worker raised
            _count(progress, futures[future])
    except BaseException as error:
        end_pool(workers)  # nothing goes on behind the caller's back
        if not isinstance(error, BrokenProcessPool):
            raise
        raise StageError(
            "a worker process was killed, perhaps for lack of memory; run again with fewer "
            "study.workers: what is done stays"
        ) from error


def _count(progress: Progress | None, item: Any) -> None:
    """Count an item by its collection or model: no patient is named while a stage runs."""
    if progress is not None:
        progress.step(str(getattr(item, "key", "")).partition("/")[0])


def _prepare_one(
    item: Item,
    *,
    work: Callable[[Item], Prepared],
    store: VolumeStore,
    digests: Mapping[str, str],
    log: Path,
) -> None:
    digest = digests[item.key]
    try:
        prepared = work(item)
    except PSPError as error:
        prepared = Prepared({}, {}, f"{type(error).__name__}: {error}")
        digest = "" if isinstance(error, MENDABLE) else digest
    except Exception as error:
        name = item.key.replace("/", "_")
        with atomic_path(log / f"{name}.txt") as path:
            path.write_text(traceback.format_exc(), encoding="utf-8")
        reason = f"unexpected {type(error).__name__}; its traceback lies in the private folder"
        prepared, digest = Prepared({}, {}, reason), ""
    status = EXCLUDED if prepared.reason else DONE
    record = {**prepared.record, "status": status, "reason": prepared.reason}
    store.write(item.key, prepared.arrays, record, digest=digest)
