"""Put a patient's folder in place: whole, or not at all.

Unlike `runs.atomic_folder` what a killed run left is found by its name and replaced, so a
writer that is called by hand, outside a stage, cleans up after itself.
"""

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
