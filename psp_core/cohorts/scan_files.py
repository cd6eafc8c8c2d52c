"""Which of the files that a collection promises are in the folder of a scan.

Told by name and size alone; no image is opened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

SUFFIXES = (".nii.gz", ".nii")
EMPTY_FILE = "file of zero bytes"


def find_folders(
    root: Path, pattern: re.Pattern[str], *, passed_over: Sequence[str] = ()
) -> list[Path]:
    """Find every folder of a name under a root, however deep, sorted.

    Nothing below a folder that is found is walked, nor hidden folders and those of the
    names `passed_over`.
    """
    found = []
    for place, folders, _ in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        folders[:] = sorted(set(folders) - set(passed_over))
        found += [Path(place) / name for name in folders if pattern.fullmatch(name)]
        folders[:] = [name for name in folders if not pattern.fullmatch(name)]
    return sorted(found)


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
