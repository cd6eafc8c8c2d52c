"""Cells of a table that makers typed: a value, or what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from psp_core.cohorts.cleaning import is_missing, number_or_nan, shown
from psp_core.errors import TableError


class Faults:
    """Faults of one table, each with the row of the file and the study ID.

    Parameters
    ----------
    source : str
        Name of the file.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._sentences: list[str] = []
        self._where = ""

    def check(self) -> None:
        """Raise if there is any fault.

        Raises
        ------
        TableError
            With every fault, in the order they were met.
        """
        if self._sentences:
            raise TableError(self._source, self._sentences)

    def at(self, row: object, subject: str = "") -> None:
        """Say which row the next faults are of."""
        self._where = f"row {row}" + (f" ({subject})" if subject else "")

    def add(self, column: str, found: str, expected: str) -> None:
        """Add a fault of the present row."""
        self._sentences.append(f"{self._where}, {column}: {found}; expected {expected}")

    def number(self, column: str, cell: str, low: float, high: float) -> float:
        """Read a number from `low` to `high`; NaN when missing, or a fault."""
        if is_missing(cell):
            return math.nan
        number = number_or_nan(cell)
        if math.isnan(number) or not low <= number <= high:
            self.add(column, shown(cell), f"a number from {low:g} to {high:g}")
            return math.nan
        return number

    def word(self, column: str, cell: str, meanings: Mapping[str, str], missing: str) -> str:
        """Read a word of a code, whatever its capitals; `missing` for none, or a fault."""
        if is_missing(cell):
            return missing
        if cell.lower() not in meanings:
            self.add(column, shown(cell), f"one of {', '.join(meanings)}")
            return missing
        return meanings[cell.lower()]

    def repeated(self, rows: Iterable[tuple[object, str]]) -> None:
        """Add a fault for everything, named in a sentence, that several rows are about."""
        by_name: dict[str, list[str]] = {}
        for row, name in rows:
            by_name.setdefault(name, []).append(str(row))
        self._sentences += [
            f"rows {' and '.join(numbers)}: {name} more than once; two patients with one ID, "
            "or one entered twice?"
            for name, numbers in by_name.items()
            if len(numbers) > 1
        ]
