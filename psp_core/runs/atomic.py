"""Files that are there whole or not at all, whatever kills the program.

Everything is written beside its place under a hidden temporary name, flushed to
the disk and renamed. A killed program leaves the old file or the new one, and
perhaps a temporary one that the next run sweeps away.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psp_core.runs.plain import plain

if TYPE_CHECKING:
    import pandas as pd

_TEMPORARY = re.compile(r"^\.(?P<pid>\d+)-[0-9a-f]{8}-.*\.partial$")


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Give a temporary path to write a file to; it takes its place at the end.

    The temporary name ends as `path` does (``.nii.gz`` stays ``.nii.gz``), for
    writers that look at the suffix. Missing folders are made. If the block
    raises, `path` stays as it was.

    Parameters
    ----------
    path : path-like
        Where the file is to be.

    Yields
    ------
    Path
        A name in the same folder; nothing is there yet.

    Raises
    ------
    FileNotFoundError
        If the block wrote no file.
    """
    path = Path(path)
    temporary = _temporary_name(path)
    holder = temporary.parent
    holder.mkdir(parents=True)
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
    finally:
        shutil.rmtree(holder, ignore_errors=True)
    _flush(path.parent)


@contextmanager
def atomic_folder(path: str | Path) -> Iterator[Path]:
    """Give a temporary folder to fill; it takes the place of `path` at the end.

    A folder that is already at `path` is replaced. If the block raises, `path`
    stays as it was. The files in it are not flushed one by one, so this holds
    against a killed program, not against a power cut.

    Parameters
    ----------
    path : path-like
        Where the folder is to be.

    Yields
    ------
    Path
        An empty folder beside `path`, of the same name.
    """
    path = Path(path)
    temporary = _temporary_name(path)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        if path.exists():
            path.rename(temporary.parent / "replaced")
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary.parent, ignore_errors=True)
    _flush(path.parent)


def write_json(path: str | Path, value: Any) -> None:
    """Write a value as JSON: keys sorted, one a line, so that equal values are equal bytes.

    Parameters
    ----------
    path : path-like
        Where the file is to be.
    value : object
        Mappings, sequences, dataclasses, numbers (NumPy too), text, booleans, None.

    Raises
    ------
    TypeError
        If the value holds anything else.
    ValueError
        If it holds NaN or an infinity: write None for what is unknown.
    """
    text = json.dumps(plain(value), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    with atomic_path(path) as temporary:
        temporary.write_text(f"{text}\n", encoding="utf-8")


def write_table(path: str | Path, table: pd.DataFrame) -> None:
    """Write a table as Parquet, its index left out.

    Parameters
    ----------
    path : path-like
        Where the file is to be.
    table : DataFrame
        What to write; a meaningful index must be made a column first.
    """
    with atomic_path(path) as temporary:
        table.to_parquet(temporary, index=False)


def sweep(folder: Path, *, owned: bool) -> None:
    """Remove what killed programs left half written.

    Parameters
    ----------
    folder : Path
        Where to look; with `owned` also below it.
    owned : bool
        True if nobody else can be writing here (the stage's lock is held).
        Otherwise files of programs that still run are left alone.
    """
    for path in sorted(folder.rglob(".*.partial") if owned else folder.glob(".*.partial")):
        found = _TEMPORARY.match(path.name)
        if found and (owned or not _is_running(int(found["pid"]))):
            shutil.rmtree(path, ignore_errors=True)


def _temporary_name(path: Path) -> Path:
    """Name a file of the same name in a hidden folder beside its place."""
    holder = f".{os.getpid()}-{secrets.token_hex(4)}-{path.name}.partial"
    return path.parent / holder / path.name


def _flush(path: Path) -> None:
    """Make sure that a file's or folder's content is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
