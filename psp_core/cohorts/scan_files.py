"""Which of the files that a collection promises are in the folder of a scan.

Told by name and size alone; no image is opened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

SUFFIXES = (".nii.gz", ".nii")
_COMPANIONS = ("__MACOSX",)
EMPTY_FILE = "file of zero bytes"


def find_folders(
    root: Path, pattern: re.Pattern[str], *, passed_over: Sequence[str] = ()
) -> list[Path]:
    """Find every folder of a name under a root, however deep, sorted.

    Links are followed, what several lead to is walked once. Nothing below a folder that is
    found is walked, nor hidden folders, companions of a foreign file system and those of the
    names `passed_over`.

    Parameters
    ----------
    root : Path
        Its own name counts too, see `named`.
    pattern : compiled pattern
        Of the last folders of a path, joined by ``/``.
    passed_over : sequence of str
        Names, with ``*``.
    """
    found = []
    visited: set[str] = set()
    for place, folders, _ in os.walk(root, followlinks=True):
        real = os.path.realpath(place)
        if real in visited:
            folders.clear()
            continue
        visited.add(real)
        kept = []
        for name in sorted(folders):
            if name.startswith("."):
                continue
            if any(fnmatchcase(name, other) for other in (*_COMPANIONS, *passed_over)):
                continue
            folder = Path(place) / name
            if last_folders(folder, root, pattern):
                found.append(folder)
            else:
                kept.append(name)
        folders[:] = kept
    return sorted(found)


def last_folders(folder: Path, root: Path, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """Match a pattern with the last folders of a path, of which the root may be the first."""
    path = f"{root.name}/{folder.relative_to(root).as_posix()}"
    return re.search(rf"(?<![^/])(?:{pattern.pattern})$", path, pattern.flags)


def named(root: Path) -> Path:
    """Return a folder by a path that ends with its name, so that ``.`` has one."""
    return root if root.name not in ("", "..") else root.resolve()


def find_files(
    folder: Path, root: Path, names: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], list[str]]:
    """Find the images of one scan.

    Parameters
    ----------
    folder : Path
        Folder of the scan; its own files only, none in a folder below it.
    root : Path
        Folder that the paths of the cohort table are relative to.
    names : mapping of str to sequence of str
        File names without suffix, the preferred first, by column of the cohort table.

    Returns
    -------
    files : dict of str to str
        By column the path of the first of its names that there is, empty without any.
    empty : list of str
        Names of the files of zero bytes met on the way; they count as missing.
    """
    files = dict.fromkeys(names, "")
    empty = []
    for column, stems in names.items():
        for name in [stem + suffix for stem in stems for suffix in SUFFIXES]:
            file = folder / name
            if not file.is_file():
                continue
            if file.stat().st_size == 0:
                empty.append(name)
                continue
            files[column] = file.relative_to(root).as_posix()
            break
    return files, empty
