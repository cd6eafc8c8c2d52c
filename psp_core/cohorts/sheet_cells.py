"""Cells of a published sheet: a covariate is read or unknown, a key or label read or a fault."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from psp_core.cohorts.cleaning import is_missing, number_or_nan, shown
from psp_core.cohorts.schema import subject_in_brackets

Reader = Callable[[str], tuple[Any, bool]]
"""Takes a cell, gives its value (NaN or ``unknown`` for none) and whether it was understood."""


def place(row: object, subject: str, column: str) -> str:
    """Say where a cell is: row of the sheet, study ID, published column name."""
    return f"row {row}{subject_in_brackets(subject)}, {column}"


def word(meaning: Mapping[str, str]) -> Reader:
    """Make a reader of a code: category by what the column may hold, in lower case."""

    def read(cell: str) -> tuple[str, bool]:
        category = None if is_missing(cell) else _meaning(cell, meaning)
        return category or "unknown", is_missing(cell) or category is not None

    return read


def number(low: float, high: float, whole: bool = False, *, sign: int = 1) -> Reader:
    """Make a reader of numbers in a range (`schema.RANGES`); the sign is turned first."""

    def read(cell: str) -> tuple[float, bool]:
        value = sign * number_or_nan(cell) + 0.0  # which makes -0 a 0
        fits = low <= value <= high and not (whole and value % 1)
        return (value if fits else math.nan), fits or is_missing(cell)

    return read


def covariate(
    cells: pd.Series[str], subjects: pd.Series[str], column: str, reader: Reader
) -> tuple[pd.Series[Any], list[dict[str, object]]]:
    """Read a column that no patient is lost for.

    Parameters
    ----------
    cells, subjects : Series of str
        The column and the patient of each row; both indexed by the row of the sheet.
    column : str
        Its published name, for the note.
    reader : Reader

    Returns
    -------
    values : Series
    notes : list of dict
        ``subject_id``, ``check``, ``detail``: one per patient with a cell that was not
        understood and counts as unknown.
    """
    read = [reader(cell) for cell in cells]
    odd: dict[str, list[str]] = {}
    for cell, subject, (_, understood) in zip(cells, subjects, read, strict=True):
        if not understood and shown(cell) not in odd.setdefault(subject, []):
            odd[subject].append(shown(cell))
    check = f"{column} could not be read, taken as unknown"
    return pd.Series([value for value, _ in read], index=cells.index), [
        {"subject_id": subject, "check": check, "detail": ", ".join(told)}
        for subject, told in odd.items()
    ]


def words(
    cells: pd.Series[str], subjects: pd.Series[str], column: str, meaning: Mapping[str, str]
) -> tuple[pd.Series[str], list[str]]:
    """Translate the code of a key or a label; a missing cell is ``unknown``.

    Parameters as for `covariate` and `word`.

    Returns
    -------
    categories : Series of str
    faults : list of str
        One sentence per cell with another word.
    """
    read = [word(meaning)(cell) for cell in cells]
    faults = [
        f"{place(row, subject, column)}: {shown(cell)}; expected {', '.join(meaning)} or nothing"
        for (row, cell), subject, (_, understood) in zip(cells.items(), subjects, read, strict=True)
        if not understood
    ]
    return pd.Series([told for told, _ in read], index=cells.index, dtype=object), faults


def id_faults(
    ids: pd.Series[str], pattern: re.Pattern[str], column: str, expected: str
) -> list[str]:
    """One sentence per cell that is no ID; the cell may be a name and is not repeated."""
    return [
        f"row {row}, {column}: {'no study ID' if cell else 'empty'}; expected {expected}"
        for row, cell in ids.items()
        if not pattern.fullmatch(cell)
    ]


def repeated_ids(names: pd.Series[str]) -> list[str]:
    """One sentence per name, of a patient or a scan, that several rows have; none for ""."""
    return [
        f"rows {' and '.join(map(str, rows))}: {name} more than once; two patients with one ID, "
        "or one entered twice?"
        for name, rows in names.groupby(names, sort=False).groups.items()
        if name and len(rows) > 1
    ]


def _meaning(cell: str, meaning: Mapping[str, str]) -> str | None:
    """Category of a code, whatever its capitals; a spreadsheet may show 1 as 1.0."""
    return meaning.get(re.sub(r"(?<=\d)\.0+$", "", cell.lower()))
