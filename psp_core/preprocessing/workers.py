"""Worker processes that are kept between calls: to start one takes seconds, for its imports."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psp_core
from psp_core.runs.process import start_worker

_POOLS: dict[int, tuple[float, ProcessPoolExecutor]] = {}


def kept_pool(workers: int) -> ProcessPoolExecutor:
    """A pool of spawned processes of one thread each, the same at the next call.

    When a file of the package has changed since, as in an open notebook, the workers are started
    anew: results are stored under a digest of the code, so no older code may make them. They end
    with this program.
    """
    changed = max(path.stat().st_mtime for path in Path(psp_core.__path__[0]).rglob("*.py"))
    if workers in _POOLS and _POOLS[workers][0] != changed:
        end_pool(workers)
    if workers not in _POOLS:
        context = multiprocessing.get_context("spawn")
        _POOLS[workers] = changed, ProcessPoolExecutor(workers, context, start_worker)
    return _POOLS[workers][1]


def end_pool(workers: int) -> None:
    """End a pool once what it is at is done; what waits is not begun."""
    _, pool = _POOLS.pop(workers)
    pool.shutdown(wait=True, cancel_futures=True)
