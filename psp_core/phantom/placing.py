"""Put finished folders and files in place: whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def partial_path(final: Path) -> Path:
    """Where `final` is written until it is complete: a hidden neighbour."""
    return final.with_name(f".{final.name}.partial")


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """Make an empty folder and remove it when the block ends, well or not.

    What a killed run left there is removed first.
    """
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def folder_in_progress(final: Path) -> Iterator[Path]:
    """Write a folder beside its place and move it there when the block ends well.

    Parameters
    ----------
    final : Path
        Folder that shall exist afterwards; it must not exist yet.

    Yields
    ------
    Path
        Empty folder to write into; on an error it is removed and `final` does not
        appear.
    """
    with scratch_folder(partial_path(final)) as partial:
        yield partial
        partial.replace(final)


def place_text(final: Path, text: str) -> None:
    """Write a text file under a temporary name and move it into place."""
    final.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_path(final)
    partial.write_text(text, encoding="utf-8", newline="")
    partial.replace(final)
