"""Headers of many files, in order, over several processes.

A collection has hundreds of thousands of files, so no object is kept for each of them:
their values stand in one list per column, and equal values are one object.
"""

from __future__ import annotations

import multiprocessing
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from itertools import groupby
from typing import Any, BinaryIO, cast

from psp_core.acquisition.dicomfile import quiet
from psp_core.acquisition.files import ARCHIVE_ERRORS, Candidate
from psp_core.acquisition.header import COLUMNS, Header, read_header

CHUNK = 256  # files a process takes at once
FILES_WORTH_A_POOL = 16 * CHUNK  # below this, starting processes costs more than it saves


Columns = dict[str, list[Any]]
FAULT, IGNORED = "fault", "ignored"


def scan_headers(candidates: Sequence[Candidate], *, workers: int = 1) -> Columns:
    """Read one header per candidate, in their order whatever the number of processes.

    Parameters
    ----------
    candidates : sequence of Candidate
        Files to read, sorted so that members of one archive are neighbours.
    workers : int, default 1
        Processes, this one included.

    Returns
    -------
    dict of str to list
        The columns of `header.COLUMNS` (None where a header does not say), `FAULT` and
        `IGNORED`, with one value per candidate.
    """
    chunks = list(_chunks(candidates))
    if workers < 2 or len(candidates) < FILES_WORTH_A_POOL:
        return _joined(read_headers(chunk) for chunk in chunks)
    # "spawn": threads of the calling process must not be forked.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers - 1, mp_context=context) as pool:
        tasks = [pool.submit(read_headers, chunk) for chunk in chunks]
        # This process reads from the end while the others start, until they meet.
        parts = []
        while tasks:
            task, chunk = tasks.pop(), chunks.pop()
            parts.append(read_headers(chunk) if task.cancel() else task.result())
    return _joined(reversed(parts))


def _chunks(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """Split into chunks; an archive stays whole, so that its directory is read once."""
    for archive, group in groupby(candidates, key=lambda item: item.ref.member and item.ref.path):
        files = list(group)
        step = len(files) if archive else CHUNK
        yield from (files[start : start + step] for start in range(0, len(files), step))


def read_headers(candidates: Sequence[Candidate]) -> Columns:
    """Read plain files, or members of one archive; what cannot be opened is a fault."""
    first = candidates[0].ref
    try:
        with quiet(), zipfile.ZipFile(first.location) if first.member else nullcontext() as archive:
            headers = [_read(item, archive) for item in candidates]
    except ARCHIVE_ERRORS as error:
        fault = f"unreadable archive ({type(error).__name__})"
        headers = [Header({}, fault=fault)] * len(candidates)
    columns: Columns = {name: [one.row.get(name) for one in headers] for name in COLUMNS}
    columns[FAULT] = [one.fault for one in headers]
    columns[IGNORED] = [one.ignored for one in headers]
    return _joined([columns])


def _read(item: Candidate, archive: zipfile.ZipFile | None) -> Header:
    ref = item.ref
    try:
        with ref.location.open("rb") if archive is None else archive.open(ref.member) as stream:
            return read_header(cast(BinaryIO, stream), item.size_bytes, ref.member or ref.path)
    except (*ARCHIVE_ERRORS, KeyError) as error:
        return Header({}, fault=f"cannot be opened ({type(error).__name__})")


def _joined(parts: Iterable[Columns]) -> Columns:
    """Put columns below one another; a UID repeats over all files of a series."""
    joined: Columns = {name: [] for name in (*COLUMNS, FAULT, IGNORED)}
    shared: dict[Any, Any] = {}
    for part in parts:
        for name, values in part.items():
            unique = name == "sop_uid"  # sharing would keep each of them twice
            joined[name] += values if unique else [shared.setdefault(v, v) for v in values]
    return joined
