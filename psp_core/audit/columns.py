"""What a column of a whole table holds: every statistic is tried on every row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from psp_core.audit.feasibility import AUC, as_printed, check_row
from psp_core.audit.matrices import STATISTICS, Matrix, grid
from psp_core.audit.printed import ROUNDED, TRUNCATED, Printed, Way
from psp_core.audit.readings import NAMES, said
from psp_core.errors import AuditError

EXCHANGED = "classes exchanged"
OTHER_F1 = "f1 of the other class"
CANDIDATES = (*STATISTICS, OTHER_F1, EXCHANGED)
NO_MATRIX = "the other figures allow no matrix"
NO_STATISTIC = "no statistic of the matrices left gives the figure"
SEVERAL = "the other figures leave several matrices that disagree"
READINGS = ("reading", "n_equal", "n_testable", "n_equal_apart", "equal", "unequal", "chance")
ROWS = ("row", "printed", "left", "as_named", "equals", "testable", "note")
WAYS: tuple[Way, ...] = (ROUNDED, TRUNCATED)


@dataclass(frozen=True, kw_only=True)
class ColumnRow:
    """One row of a table with one column held back.

    Attributes
    ----------
    row : str
    printed : Printed
        The figure held back.
    matrices : tuple of Matrix
        What the other figures allow as named.
    answers : mapping of str to bool or None
        Whether the figure is this statistic, by `CANDIDATES`; None where some matrices say yes
        and others no.
    """

    row: str
    printed: Printed
    matrices: tuple[Matrix, ...]
    answers: Mapping[str, bool | None]

    @property
    def equals(self) -> tuple[str, ...]:
        """The candidates that the figure is."""
        return tuple(name for name in CANDIDATES if self.answers.get(name))

    @property
    def note(self) -> str:
        """Why the row decides nothing; empty where it does."""
        if not self.matrices and not self.answers.get(EXCHANGED):
            return NO_MATRIX
        if self.equals:
            return ""
        return SEVERAL if None in self.answers.values() else NO_STATISTIC


def hold_back(
    rows: Mapping[str, Mapping[str, Printed | str]],
    n_positive: int,
    n_negative: int,
    column: str,
    *,
    meanings: Mapping[str, str] | None = None,
) -> list[ColumnRow]:
    """Ask of every row what its figure in one column is, given its other figures.

    Parameters
    ----------
    rows : mapping of str to mapping of str to Printed or str
        Figures by row and by name; an ``auc`` is left aside, rows without `column` as well.
    n_positive, n_negative : int
        Patients with true progression and with pseudoprogression.
    column : str
        One of `matrices.STATISTICS`.
    meanings : mapping of str to str, optional
        What other columns hold throughout the table, where that is not what their name says.

    Raises
    ------
    AuditError
        If no row has the column and another figure beside it, or a name is no statistic.
    """
    found = []
    for row, texts in rows.items():
        figures = {name: as_printed(one) for name, one in texts.items() if name != AUC}
        if column in figures and len(figures) > 1:
            printed = figures.pop(column)
            known = [((meanings or {}).get(name, name), one) for name, one in figures.items()]
            left = _left(n_positive, n_negative, known)
            answers = {name: _agree(_values(left, name), printed) for name in STATISTICS}
            others = [matrix.exchanged for matrix in left]
            answers[OTHER_F1] = _agree(_values(others, "f1"), printed)
            turned = _left(n_negative, n_positive, known)
            answers[EXCHANGED] = _agree(_values(turned, column), printed)
            found.append(ColumnRow(row=row, printed=printed, matrices=tuple(left), answers=answers))
    if not found:
        raise AuditError(
            f"no row has {column!r} and another figure beside it; expected rows with "
            f"{column!r} and at least one more of {list(STATISTICS)}"
        )
    return found


def column_readings(
    rows: Mapping[str, Mapping[str, Printed | str]],
    n_positive: int,
    n_negative: int,
    column: str,
    *,
    meanings: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """In how many rows a column is each statistic that it might be.

    Takes and raises what `hold_back` does.

    Returns
    -------
    DataFrame
        The columns of `READINGS`, one row per candidate, the most frequent first and of equal
        ones the column's own name. A row of the table is testable where its other figures allow
        a matrix and some candidate fits the figure: one that fits none tells no candidate from
        another. ``n_equal_apart`` counts
        the rows in which the figure is the candidate and not what the column is named.
        ``chance`` is the share of all matrices of the class counts that print the candidate
        so, multiplied over those rows: crude, for real matrices are not drawn evenly.
    """
    kept = hold_back(rows, n_positive, n_negative, column, meanings=meanings)
    testable = [one for one in kept if not one.note]
    table = []
    for name in CANDIDATES:
        equal = [one for one in testable if one.answers[name]]
        apart = [one for one in equal if not one.answers[column]]
        table.append(
            {
                "reading": name,
                "n_equal": len(equal),
                "n_testable": len(testable),
                "n_equal_apart": len(apart),
                "equal": ", ".join(one.row for one in equal),
                "unequal": ", ".join(one.row for one in testable if one.answers[name] is False),
                "chance": _chance(apart, name, column, n_positive, n_negative),
            }
        )
    ordered = sorted(table, key=lambda row: (-int(str(row["n_equal"])), row["reading"] != column))
    return pd.DataFrame(ordered, columns=list(READINGS))


def column_rows(
    rows: Mapping[str, Mapping[str, Printed | str]],
    n_positive: int,
    n_negative: int,
    column: str,
    *,
    meanings: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Row by row what a column is, and why some rows decide nothing.

    Takes and raises what `hold_back` does.

    Returns
    -------
    DataFrame
        The columns of `ROWS`. ``left`` is the matrix that the other figures leave, as
        ``TP 8, TN 7``; ``note`` also says which smallest change explains a row that decides
        nothing, the column being what it is in most rows.
    """
    readings = column_readings(rows, n_positive, n_negative, column, meanings=meanings)
    best = str(readings["reading"].iloc[0])
    taken = {**(meanings or {}), **({column: best} if best in STATISTICS else {})}
    table = []
    for one in hold_back(rows, n_positive, n_negative, column, meanings=meanings):
        note = one.note
        if note:
            check = check_row(
                rows[one.row], n_positive=n_positive, n_negative=n_negative, meanings=taken
            )
            texts = said(check.readings) or "no reading found"
            note = f"{note}; taken as {NAMES.get(best, best)}: {texts}"
        table.append(
            {
                "row": one.row,
                "printed": one.printed.text,
                "left": "; ".join(f"TP {m.tp}, TN {m.tn}" for m in one.matrices),
                "as_named": "; ".join(_counts(m, column) for m in one.matrices),
                "equals": ", ".join(NAMES.get(name, name) for name in one.equals),
                "testable": not one.note,
                "note": note,
            }
        )
    return pd.DataFrame(table, columns=list(ROWS))


def _left(n_positive: int, n_negative: int, figures: list[tuple[str, Printed]]) -> list[Matrix]:
    """Matrices that give the figures: rounded, else truncated."""
    every = grid(n_positive, n_negative)
    for way in WAYS:
        possible = np.all([every.fits(name, figure, way) for name, figure in figures], axis=0)
        if possible.any():
            return [every.matrix(int(index)) for index in np.flatnonzero(possible)]
    return []


def _values(matrices: Iterable[Matrix], name: str) -> list[tuple[Matrix, str]]:
    return [(matrix, name) for matrix in matrices]


def _agree(values: list[tuple[Matrix, str]], printed: Printed) -> bool | None:
    """Whether all values print so; None where only some do."""
    fits = {any(printed.may_be(matrix.value(name), way) for way in WAYS) for matrix, name in values}
    return None if len(fits) > 1 else bool(fits) and fits.pop()


def _chance(
    rows: list[ColumnRow], name: str, column: str, n_positive: int, n_negative: int
) -> float:
    """Share of all matrices that print the candidate so, multiplied over rows."""
    if not rows:
        return math.nan
    every = (
        grid(n_negative, n_positive)
        if name in (EXCHANGED, OTHER_F1)
        else grid(n_positive, n_negative)
    )
    statistic = {EXCHANGED: column, OTHER_F1: "f1"}.get(name, name)
    shares = []
    for row in rows:
        fits = every.fits(statistic, row.printed, ROUNDED)
        fits = fits | every.fits(statistic, row.printed, TRUNCATED)
        shares.append(float(fits.mean()))
    return math.prod(shares)


def _counts(matrix: Matrix, name: str) -> str:
    if name in matrix.statistics:
        k, n = matrix.statistics[name]
        return f"{k}/{n} = {k / n:.3f}" if n else "undefined"
    return f"{float(matrix.value(name)):.3f}"
