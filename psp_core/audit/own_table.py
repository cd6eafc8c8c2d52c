"""The audit of a table of one's own: a CSV of printed figures with their class counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from psp_core.audit.feasibility import AUC, RowCheck, check_row
from psp_core.audit.readings import NAMES
from psp_core.errors import AuditError, MissingInputError, TableError

COUNTS = ("n_positive", "n_negative")
FIGURES = (AUC, *NAMES)
SHOWN = 3  # readings that are as small as each other


@dataclass(frozen=True)
class AuditedRow:
    """One row and what it can be.

    Attributes
    ----------
    name : str
    check : RowCheck
    """

    name: str
    check: RowCheck

    @property
    def is_possible(self) -> bool:
        """Whether rates and AUC can all be what they are called; scores may be tied."""
        auc = self.check.auc
        return self.check.is_possible and (auc is None or auc.is_possible or bool(auc.tied_wins))

    @property
    def sentence(self) -> str:
        """What was found, in a sentence or two."""
        parts = []
        if self.check.cells:
            parts.append(self._rates())
        if self.check.auc is not None and not self.check.auc.is_possible:
            ways = "; ".join(self.check.auc.readings) or "in no way that was tried"
            parts.append(
                f"AUC {self.check.auc.printed} is no count of pairs without a tie, the nearest "
                f"are {self.check.auc.possible}; it can come about: {ways}."
            )
        elif self.check.auc is not None:
            parts.append(f"AUC {self.check.auc.printed} is possible.")
        return " ".join(parts)

    def _rates(self) -> str:
        if self.check.is_possible:
            counts = ", ".join(f"TP {one.tp} and TN {one.tn}" for one in self.check.matrices)
            return f"the rates are possible: {counts}."
        alone = [
            f"{name} {cell.printed} (nearest {cell.possible})"
            for name, cell in self.check.cells.items()
            if not cell.is_count
        ]
        lone = f" No count at all: {', '.join(alone)}." if alone else ""
        texts = list(dict.fromkeys(one.text for one in self.check.readings))
        more = f"; or {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
        readings = "; or ".join(texts[:SHOWN]) + more
        return f"no confusion matrix gives these rates.{lone} " + (
            f"Smallest change: {readings}." if readings else "No reading that was tried fits."
        )


def read_table(path: Path) -> pd.DataFrame:
    """Read a table of printed figures as text, so that no digit is lost.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        If columns miss or are unknown, there is no row or no figure, a name is missing or
        stands twice, or a count is no positive whole number.
    """
    if not path.is_file():
        raise MissingInputError(f"no table {path.name}; give the path of a CSV file")
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except ValueError as error:
        raise TableError(path.name, [f"not a CSV table ({type(error).__name__})"]) from error
    missing = [name for name in ("row", *COUNTS) if name not in table]
    given = [name for name in FIGURES if name in table]
    faults = [f"column {name!r} misses" for name in missing]
    faults += [
        f"column {name!r} is unknown; expected row, {', '.join((*COUNTS, *FIGURES))}"
        for name in table
        if name not in ("row", *COUNTS, *FIGURES)
    ]
    if not given:
        faults.append(f"no column of figures; expected some of {', '.join(FIGURES)}")
    if table.empty:
        faults.append("no row")
    if not missing:
        names = table["row"].str.strip()
        faults += [f"row {place + 1} has no name" for place, name in enumerate(names) if not name]
        has_figure = (table[given].map(str.strip) != "").any(axis=1)
        faults += [f"row {name!r} has no figure" for name in names[~has_figure] if given]
        faults += [f"row {name!r} stands twice" for name in sorted(set(names[names.duplicated()]))]
        faults += [
            f"row {name!r}: {column} is {value!r}, expected a whole number of 1 or more"
            for column in COUNTS
            for name, value in zip(names, table[column], strict=True)
            if not (value.strip().isdecimal() and int(value) > 0)
        ]
    if faults:
        raise TableError(path.name, faults)
    return table


def audit_table(table: pd.DataFrame) -> list[AuditedRow]:
    """Check every row, see `feasibility.check_row`.

    Raises
    ------
    TableError
        With every figure that is no number.
    """
    rows, faults = [], []
    for record in table.to_dict("records"):
        figures = {name: record[name].strip() for name in FIGURES if record.get(name, "").strip()}
        try:
            check = check_row(
                figures,
                n_positive=int(record["n_positive"]),
                n_negative=int(record["n_negative"]),
            )
        except AuditError as error:
            faults.append(f"row {record['row']!r}: {error}")
        else:
            rows.append(AuditedRow(record["row"], check))
    if faults:
        raise TableError("the printed figures", faults)
    return rows
