"""Headers of many files, in order, over several processes."""

from __future__ import annotations

import multiprocessing
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from itertools import groupby
from sys import intern
from typing import BinaryIO, cast

from psp_core.acquisition.dicomfile import quiet
from psp_core.acquisition.files import ARCHIVE_ERRORS, Candidate
from psp_core.acquisition.header import Header, read_header

CHUNK = 256  # files a process takes at once
FILES_WORTH_A_POOL = 16 * CHUNK  # below this, starting processes costs more than it saves


def scan_headers(candidates: Sequence[Candidate], *, workers: int = 1) -> list[Header]:
    """Read one header per candidate, in their order whatever the number of processes.

    Parameters
    ----------
    candidates : sequence of Candidate
        Files to read, sorted so that members of one archive are neighbours.
    workers : int, default 1
        Processes, this one included.
    """
    chunks = list(_chunks(candidates))
    if workers < 2 or len(candidates) < FILES_WORTH_A_POOL:
        parts = [read_headers(chunk) for chunk in chunks]
    else:
        # "spawn": threads of the calling process must not be forked.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers - 1, mp_context=context) as pool:
            tasks = [pool.submit(read_headers, chunk) for chunk in chunks]
            # This process reads from the end while the others start, until they meet.
            parts = [
                read_headers(chunk) if task.cancel() else task.result()
                for chunk, task in zip(reversed(chunks), reversed(tasks), strict=True)
            ][::-1]
    return [_interned(header) for part in parts for header in part]


def _chunks(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """Split into chunks; an archive stays whole, so that its directory is read once."""
    for archive, group in groupby(candidates, key=lambda item: item.ref.member and item.ref.path):
        files = list(group)
        step = len(files) if archive else CHUNK
        yield from (files[start : start + step] for start in range(0, len(files), step))


def read_headers(candidates: Sequence[Candidate]) -> list[Header]:
    """Read plain files, or members of one archive; what cannot be opened is a fault."""
    first = candidates[0].ref
    try:
        with quiet(), zipfile.ZipFile(first.location) if first.member else nullcontext() as archive:
            return [_read(item, archive) for item in candidates]
    except ARCHIVE_ERRORS as error:
        return [Header({}, fault=f"unreadable archive ({type(error).__name__})")] * len(candidates)


def _read(item: Candidate, archive: zipfile.ZipFile | None) -> Header:
    ref = item.ref
    try:
        with ref.location.open("rb") if archive is None else archive.open(ref.member) as stream:
            return read_header(cast(BinaryIO, stream), item.size_bytes, ref.member or ref.path)
    except (*ARCHIVE_ERRORS, KeyError) as error:
        return Header({}, fault=f"cannot be opened ({type(error).__name__})")


def _interned(header: Header) -> Header:
    """Share equal texts between rows: a UID repeats over all files of a series."""
    row = {
        key: intern(value) if isinstance(value, str) else value for key, value in header.row.items()
    }
    return Header(row, header.fault, header.ignored)
