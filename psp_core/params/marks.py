"""Where each value of a params file comes from: the mark at the end of its comment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

MARKS = ("paper", "paper's code", "assumption", "ours")
_LINE = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z_]\w*):(?P<value>[^#]*)(?:#(?P<comment>.*))?$")
_ITEM = re.compile(r"^(?P<indent> *)- *(?P<key>[^#]*?) *(?:#(?P<comment>.*))?$")


@dataclass(frozen=True)
class Marked:
    """One value of a params file.

    Attributes
    ----------
    key : str
        Dotted; an item of a list has the list's key and its own text.
    value : str
        As it is written.
    meaning : str
        The comment without its mark.
    mark : str
        One of `MARKS`.
    note : str
        What follows the mark, in brackets or not, as "paper: 160".
    """

    key: str
    value: str
    meaning: str
    mark: str
    note: str = ""


def read_marks(path: Path) -> list[Marked]:
    """The marked values of a params file, in its order; lines without a mark are passed over.

    Parameters
    ----------
    path : Path
        A file that `reading.read_params` accepts.
    """
    found: list[Marked] = []
    above: list[tuple[int, str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        matched, is_item = _LINE.match(line), False
        if matched is None:
            matched, is_item = _ITEM.match(line), True
        if matched is None:
            continue
        depth = len(matched["indent"])
        above = [one for one in above if one[0] < depth]
        key = ".".join([*(name for _, name in above), *([] if is_item else [matched["key"]])])
        if not is_item:
            above.append((depth, matched["key"]))
        meaning, _, mark = (matched["comment"] or "").rpartition(";")
        mark, _, note = mark.strip().partition(" (")
        if mark in MARKS:
            value = matched["key"] if is_item else matched["value"]
            found.append(Marked(key, value.strip(), meaning.strip(), mark, note.rstrip(")")))
    return found
