"""Cells of a published sheet as words and numbers, with what is wrong by row and patient."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from psp_core.cohorts.cleaning import is_missing, number_or_nan, shown
from psp_core.cohorts.schema import RANGES, subject_in_brackets


def place(row: object, subject: str, column: str) -> str:
    """Say where a cell is: row of the sheet, study ID, published column name."""
    return f"row {row}{subject_in_brackets(subject)}, {column}"


def words(
    cells: pd.Series[str], subjects: pd.Series[str], column: str, meaning: Mapping[str, str]
) -> tuple[pd.Series[str], list[str]]:
    """Translate a coded column; a missing cell is ``unknown``.

    Parameters
    ----------
    cells, subjects : Series of str
        The column and the patient of each row; both indexed by the row of the sheet.
    column : str
        Its published name, for the message.
    meaning : mapping of str to str
        Category by what the column may hold, in lower case.

    Returns
    -------
    categories : Series of str
    faults : list of str
        One sentence per cell with another word.
    """
    faults = [
        f"{place(row, subject, column)}: {shown(cell)}; expected {', '.join(meaning)} or nothing"
        for (row, cell), subject in zip(cells.items(), subjects, strict=True)
        if not is_missing(cell) and cell.lower() not in meaning
    ]
    translated = [
        "unknown" if is_missing(cell) else meaning.get(cell.lower(), "unknown") for cell in cells
    ]
    return pd.Series(translated, index=cells.index, dtype=object), faults


def numbers(
    cells: pd.Series[str], subjects: pd.Series[str], column: str, kind: str
) -> tuple[pd.Series[float], list[str], list[dict[str, object]]]:
    """Read a column of numbers; a missing cell is NaN.

    Parameters
    ----------
    cells, subjects, column
        As for `words`.
    kind : str
        Column of the cohort table whose range (`schema.RANGES`) the numbers must keep.

    Returns
    -------
    values : Series of float
    faults : list of str
        One sentence per number that cannot be.
    notes : list of dict
        One per cell with text (``ongoing``): it is not known when, so the value is NaN.
    """
    low, high, whole = RANGES[kind]
    faults: list[str] = []
    notes: list[dict[str, object]] = []
    values: list[float] = []
    for (row, cell), subject in zip(cells.items(), subjects, strict=True):
        value = number_or_nan(cell)
        values.append(value)
        if is_missing(cell):
            continue
        if math.isnan(value):
            check = f"{column} is no number, taken as unknown"
            notes.append({"subject_id": subject, "check": check, "detail": shown(cell)})
        elif not low <= value <= high or (whole and value % 1):
            expected = f"{'a whole number, ' if whole else ''}{low:g} to {high:g}"
            faults.append(f"{place(row, subject, column)}: {shown(cell)}; expected {expected}")
    return pd.Series(values, index=cells.index, dtype=float), faults, notes
