"""The newest version of a clinical table, where a folder holds several."""

from __future__ import annotations

import re
from pathlib import Path

from psp_core.errors import AmbiguousInputError, MissingInputError

_DEPTHS = ("*", "*/*", "*/*/*")  # a table lies beside the images, never among them


def newest_table(root: Path, stem: str) -> tuple[Path, list[str]]:
    """Find ``<stem>_v<version>.csv``, at most two folder levels below a root.

    Capitals do not count; version 2.1 is newer than 2 and older than 10.

    Returns
    -------
    The file of the newest version, and the names of the older ones beside it.

    Raises
    ------
    MissingInputError
        If there is none.
    AmbiguousInputError
        If the newest version is there more than once.
    """
    name = re.compile(rf"{re.escape(stem)}_v(\d+(?:\.\d+)*)\.csv", re.IGNORECASE)
    found = [
        (tuple(map(int, match[1].split("."))), file)
        for depth in _DEPTHS
        for file in sorted(root.glob(depth))
        if (match := name.fullmatch(file.name)) and file.is_file()
    ]
    if not found:
        raise MissingInputError(
            f"no file named like {stem}_v1.csv in the folder {root.name}; the table is a download "
            "of its own: put it beside the images or give its path"
        )
    newest = max(version for version, _ in found)
    files = [file for version, file in found if version == newest]
    if len(files) > 1:
        places = ", ".join(file.relative_to(root).as_posix() for file in files)
        raise AmbiguousInputError(f"{len(files)} copies of one table: {places}; give one path")
    return files[0], [file.name for version, file in found if version != newest]
