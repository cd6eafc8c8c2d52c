"""One writer at a time: a lock that dies with the program that holds it.

The operating system keeps the lock, so that one of a killed program is free at
once and is simply taken over; the file only tells who holds it. It belongs to
the program, not to its worker processes. Opening a stage twice in one program
(a notebook's cell run again) is no conflict.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from psp_core.errors import StageError

_HELD: dict[Path, int] = {}


def acquire(path: Path) -> None:
    """Take the lock, or take it over from a program that is gone.

    Raises
    ------
    StageError
        If another running program holds it.
    """
    path = path.resolve()
    if path in _HELD and _is_own(path):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise StageError(
            f"stage {path.stem!r} is being written by another program (process {holder}); "
            "wait until it has ended, or end it"
        ) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    _HELD[path] = descriptor


def release(path: Path) -> None:
    """Give the lock back; nothing happens if it is not held."""
    path = path.resolve()
    if path in _HELD and _is_own(path):
        os.close(_HELD.pop(path))


def _is_own(path: Path) -> bool:
    """Tell a lock of this program from one that was copied by a fork."""
    return os.pread(_HELD[path], 32, 0).decode().strip() == str(os.getpid())
