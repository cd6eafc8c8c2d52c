"""Headers of many files, in order, over several processes."""

from __future__ import annotations

import multiprocessing
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from itertools import groupby
from sys import intern
from typing import BinaryIO, cast

from psp_core.acquisition.dicomfile import quiet
from psp_core.acquisition.files import ARCHIVE_ERRORS, Candidate, FileRef
from psp_core.acquisition.header import Header, read_header

CHUNK = 256  # files a process takes at once
FILES_WORTH_A_POOL = 8 * CHUNK  # below this, starting processes costs more than it saves


def scan_headers(
    candidates: Sequence[Candidate], *, workers: int = 1, worth_a_pool: int = FILES_WORTH_A_POOL
) -> list[Header]:
    """Read one header per candidate, in their order whatever the number of processes.

    Parameters
    ----------
    candidates : sequence of Candidate
        Files to read, sorted so that members of one archive are neighbours.
    workers : int, default 1
        Processes.
    worth_a_pool : int, default 2048
        From how many files on processes are started at all.
    """
    chunks = [candidates[start : start + CHUNK] for start in range(0, len(candidates), CHUNK)]
    if workers < 2 or len(candidates) < worth_a_pool:
        return [_interned(header) for chunk in chunks for header in read_headers(chunk)]
    # "spawn": threads of the calling process must not be forked.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(chunks)), mp_context=context) as pool:
        return [_interned(header) for part in pool.map(read_headers, chunks) for header in part]


def read_headers(candidates: Sequence[Candidate]) -> list[Header]:
    """Read the headers of one chunk, each archive opened once."""
    with quiet():
        return [
            header
            for _, group in groupby(candidates, key=lambda item: _archive(item.ref))
            for header in _read_group(list(group))
        ]


def _archive(ref: FileRef) -> str:
    """Archive that holds a file; empty for plain files."""
    return ref.path if ref.member else ""


def _read_group(candidates: list[Candidate]) -> Iterator[Header]:
    """Read plain files, or members of one archive."""
    with ExitStack() as stack:
        archive: zipfile.ZipFile | None = None
        if candidates[0].ref.member:
            try:
                archive = stack.enter_context(zipfile.ZipFile(candidates[0].ref.location))
            except ARCHIVE_ERRORS as error:
                reason = f"unreadable archive ({type(error).__name__})"
                yield from (Header({}, fault=reason) for _ in candidates)
                return
        for item in candidates:
            try:
                with _open(item.ref, archive) as stream:
                    yield read_header(stream, item.size_bytes, item.ref.member or item.ref.path)
            except (*ARCHIVE_ERRORS, KeyError) as error:
                yield Header({}, fault=f"cannot be opened ({type(error).__name__})")


def _open(ref: FileRef, archive: zipfile.ZipFile | None) -> BinaryIO:
    if archive is None:
        return ref.location.open("rb")
    return cast(BinaryIO, archive.open(ref.member))


def _interned(header: Header) -> Header:
    """Share equal texts between rows: a UID repeats over all files of a series."""
    row = {
        key: intern(value) if isinstance(value, str) else value for key, value in header.row.items()
    }
    return Header(row, header.fault, header.ignored)
