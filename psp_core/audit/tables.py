"""One reading for all rows of a table: what its columns hold, and which rows are left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from psp_core.audit.feasibility import AUC, as_printed, check_row
from psp_core.audit.printed import Printed
from psp_core.audit.readings import Reading
from psp_core.audit.search import Setting, fits_setting


@dataclass(frozen=True, kw_only=True)
class TableReading:
    """What is read alike in every row, and the rows that it leaves unexplained.

    Attributes
    ----------
    shared : Reading
        Column meanings, classes, counts and rounding, without matrices and misprints.
    fitting, left_over : tuple of str
        Rows with and without a matrix under it.
    """

    shared: Reading
    fitting: tuple[str, ...]
    left_over: tuple[str, ...]

    @property
    def changes(self) -> int:
        """Changes of the table: a shared one counts once, each row left over as one more."""
        return self.shared.changes + len(self.left_over)

    @property
    def text(self) -> str:
        """The reading in words."""
        text = self.shared.text
        return f"{text}, but for {', '.join(self.left_over)}" if self.left_over else text


def table_readings(
    rows: Mapping[str, Mapping[str, Printed | str]], n_positive: int, n_negative: int
) -> tuple[TableReading, ...]:
    """Readings of a table with the fewest changes, counted over all its rows.

    A column that is something else in every row is one change, a misprint in every row as many
    as there are rows; so a reading that explains the whole table comes before one per row.

    Parameters
    ----------
    rows : mapping of str to mapping of str to Printed or str
        Figures by row and by name; an ``auc`` is left aside.
    n_positive, n_negative : int
        Patients with true progression and with pseudoprogression.

    Returns
    -------
    tuple of TableReading
        All with the fewest changes; the table as named among them if that is one.

    Raises
    ------
    AuditError
        See `feasibility.check_row`.
    """
    figures = {
        row: {name: as_printed(one) for name, one in texts.items() if name != AUC}
        for row, texts in rows.items()
    }
    shared = {
        _key(named): named
        for named in [Reading(n_positive=n_positive, n_negative=n_negative, matrices=())]
    }
    for row in figures.values():
        for one in check_row(row, n_positive=n_positive, n_negative=n_negative).readings:
            bare = replace(one, matrices=(), misprints={}, digits=0)
            shared.setdefault(_key(bare), bare)
    found = []
    for reading in shared.values():
        setting = Setting(
            reading.n_positive,
            reading.n_negative,
            reading.exchanged,
            reading.way,
            reading.other_counts,
        )
        fits = {row: fits_setting(one, reading.meanings, setting) for row, one in figures.items()}
        found.append(
            TableReading(
                shared=reading,
                fitting=tuple(row for row, fit in fits.items() if fit),
                left_over=tuple(row for row, fit in fits.items() if not fit),
            )
        )
    fewest = min(one.changes for one in found)
    return tuple(one for one in found if one.changes == fewest)


def _key(reading: Reading) -> tuple[object, ...]:
    counts = (reading.n_positive, reading.n_negative)
    return tuple(reading.meanings.items()), reading.exchanged, reading.way, counts
