"""Reading a table that a person typed: text first, missing tokens, header names."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import pandas as pd

from psp_core.errors import MissingInputError, TableError

# Lower case; the union of what the public collections write for "not known".
MISSING_TOKENS = frozenset(
    {"", "?", "na", "n/a", "n-a", "nan", "ltf", "none", "unknown", "not available"}
    | {"not applicable"}
)
_DATE_LIKE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\b(19|20)\d{6}\b")
_EXCEL_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SEPARATOR_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}
_FORMATS = {
    ",": ("comma", "'CSV UTF-8 (comma delimited)'"),
    "\t": ("tab", "'Text (tab delimited)' in UTF-8"),
}


def is_missing(text: str) -> bool:
    """Whether a cell says that nothing is known."""
    return " ".join(text.split()).lower() in MISSING_TOKENS


def normalise_header(name: str) -> str:
    """Return a column name without stray spaces and capitals."""
    return " ".join(name.split()).lower()


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the valid name that a wrong one most likely meant, or None."""
    by_header = {normalise_header(valid): valid for valid in known}
    near = get_close_matches(normalise_header(name), by_header, n=1, cutoff=0.6)
    return by_header[near[0]] if near else None


def shown(cell: str) -> str:
    """Quote a cell for a message, unless it may be a date, which no message repeats."""
    return "a date" if _DATE_LIKE.search(cell) else repr(cell)


def number_or_nan(cell: str) -> float:
    """Read a finite number; NaN if it is none."""
    try:
        number = float(cell)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def column_faults(
    found: Sequence[str], expected: Sequence[str], *, optional: Sequence[str] = ()
) -> list[str]:
    """One sentence per missing, unexpected or repeated column."""
    valid = [*expected, *optional]
    missing = [name for name in expected if name not in found]
    faults = [f"column {name!r} is missing" for name in missing]
    for name in dict.fromkeys(found):
        if name in valid:
            continue
        near = nearest_name(name, missing) or nearest_name(name, valid)
        hint = f"did you mean {near!r}?" if near else "it is no column of this table"
        faults.append(f"column {name!r} is unexpected; {hint}")
    repeated = [name for name, count in Counter(found).items() if count > 1]
    return faults + [f"column {name!r} appears more than once" for name in repeated]


def read_text_table(
    path: Path, *, known: Iterable[str] = (), separator: Literal[",", "\t"] = ","
) -> pd.DataFrame:
    """Read a table of separated cells as stripped text.

    Parameters
    ----------
    path : Path
        The file, UTF-8 with any line ends.
    known : iterable of str
        A header that differs from one of these in case and spaces alone becomes it.
    separator : {comma, tab}, default comma
        What stands between two cells.

    Returns
    -------
    DataFrame of str
        One row per filled line; the index is the line number in the file, so that
        a fault can name it. Header names lose stray spaces, cells too.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        If it is a workbook, not UTF-8, separated by something else than `separator`,
        empty, or has lines of another length than its header.
    """
    kind, save_as = _FORMATS[separator]
    if not path.is_file():
        raise MissingInputError(f"{path.name} is not a file; expected a {kind}-separated table")
    content = path.read_bytes()
    if content.startswith(_EXCEL_MAGIC):
        fault = f"this is an Excel workbook; save the sheet as {save_as}"
        raise TableError(path.name, [fault])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = f"byte {error.start} is not UTF-8 text; save as {save_as}"
        raise TableError(path.name, [fault]) from error
    filled = _filled_lines(text, path.name, separator)
    if not filled:
        fault = "the file is empty; expected a header and one row per patient"
        raise TableError(path.name, [fault])
    first, *numbers = filled
    header = filled[first]
    if len(header) == 1:
        for other, name in _SEPARATOR_NAMES.items():
            if other != separator and other in text.splitlines()[first - 1]:
                wanted = _SEPARATOR_NAMES[separator]
                fault = (
                    f"the cells are separated by {name}; save with {wanted} (and decimal points)"
                )
                raise TableError(path.name, [fault])
    faults = [
        f"row {number}: {len(filled[number])} cells, the header has {len(header)}; "
        f"a cell with a {kind} inside needs quotes"
        for number in numbers
        if len(filled[number]) != len(header)
    ]
    if faults:
        raise TableError(path.name, faults)
    rows = [filled[number] for number in numbers]
    spelled = {normalise_header(name): name for name in known}
    header = [spelled.get(normalise_header(name), name) for name in header]
    return pd.DataFrame(rows, columns=header, index=pd.Index(numbers, name="row"), dtype=object)


def _filled_lines(text: str, source: str, separator: str) -> dict[int, list[str]]:
    """Return stripped cells by line number; lines without any content are left out."""
    reader = csv.reader(text.splitlines(), delimiter=separator)
    filled = {}
    try:
        for cells in reader:
            stripped = [" ".join(cell.split()) for cell in cells]
            if any(stripped):
                filled[int(reader.line_num)] = stripped
    except csv.Error as error:
        raise TableError(source, [f"line {reader.line_num}: {error}"]) from error
    return filled
