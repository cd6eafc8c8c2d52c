"""The one table of a name below a folder; of several versions the newest."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from psp_core.errors import AmbiguousInputError, MissingInputError

_DEPTH = 2  # folder levels below the root; a table lies beside the images, never among them
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_VERSION = re.compile(r"(?<![a-z0-9])v(\d+(?:\.\d+)*)")
_DAY = re.compile(r"(?<!\d)(\d{8})(?!\d)")
_MONTH = re.compile(rf"({'|'.join(_MONTHS)})[a-z]*[-_ ]?(\d{{4}})(?!\d)")


def newest(
    root: Path,
    patterns: Sequence[str],
    *,
    scans: re.Pattern[str] | None = None,
    given: Path | None = None,
) -> tuple[Path, list[dict[str, object]]]:
    """Find the newest table named like a pattern, at most two folder levels below a root.

    An earlier pattern goes before a later one, then the higher version (2.1 before 2, 10
    before 9) counts, then the later day or month in the name, then the shallower folder.
    Capitals do not count; hidden files and the lock files of Excel are passed over.

    Parameters
    ----------
    patterns : sequence of str
        Of file names, with ``*``.
    scans : compiled pattern, optional
        Names of folders with images, which are never looked into: a collection has
        thousands of them.
    given : Path, optional
        The table to take; nothing is sought then.

    Returns
    -------
    file : Path
    notes : list of dict
        Rows for `flow.make_notes`: the other files that fit, which are not used.

    Raises
    ------
    MissingInputError
        If there is none.
    AmbiguousInputError
        If nothing tells which of several is the newest.
    """
    if given is not None:
        return given, []
    ranked = [
        ((-rank, *_age(file.name.lower()), -depth), file)
        for depth, file in _files(root, scans)
        if (rank := _rank(file.name.lower(), patterns)) is not None
    ]
    if not ranked:
        raise MissingInputError(
            f"no file named like {' or '.join(patterns)} in the folder {root.name}; the table may "
            "be a download of its own: put it beside the images or give its path"
        )
    best = max(key for key, _ in ranked)
    files = [file for key, file in ranked if key == best]
    if len(files) > 1:
        names = ", ".join(file.relative_to(root).as_posix() for file in files)
        raise AmbiguousInputError(
            f"{len(files)} tables fit: {names}; keep one of them or give its path"
        )
    check = "another table of this name, not used"
    return files[0], [
        {"subject_id": "", "check": check, "detail": file.name}
        for _, file in ranked
        if file != files[0]
    ]


def _files(root: Path, scans: re.Pattern[str] | None) -> list[tuple[int, Path]]:
    """Every visible file and its depth, level by level and sorted by name."""
    found = []
    level = [root]
    for depth in range(_DEPTH + 1):
        entries = [entry for folder in level for entry in _entries(folder)]
        found += [(depth, Path(entry.path)) for entry in entries if entry.is_file()]
        level = [
            Path(entry.path)
            for entry in entries
            if not (scans and scans.fullmatch(entry.name)) and entry.is_dir()
        ]
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder, sorted by name; nothing if it is no folder."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        plain = [entry for entry in entries if not entry.name.startswith((".", "~$", "__MACOSX"))]
    return sorted(plain, key=lambda entry: entry.name)


def _rank(name: str, patterns: Sequence[str]) -> int | None:
    """Position of the first pattern that a name in small letters fits."""
    fits = (rank for rank, pattern in enumerate(patterns) if fnmatch(name, pattern.lower()))
    return next(fits, None)


def _age(name: str) -> tuple[tuple[int, ...], int]:
    """Version and day (year, month and day in one number) in a name; the greater is newer."""
    version, day, month = (pattern.search(name) for pattern in (_VERSION, _DAY, _MONTH))
    numbers = tuple(map(int, version[1].split("."))) if version else ()
    if day:
        return numbers, int(day[1])
    return numbers, int(month[2]) * 10000 + 100 * (1 + _MONTHS.index(month[1])) if month else 0
