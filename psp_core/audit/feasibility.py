"""One printed row against its class counts: what is possible, and what the row may mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from psp_core.audit.auc_values import AucCheck, check_auc
from psp_core.audit.cells import CellCheck, check_cell
from psp_core.audit.matrices import Matrix, possible_matrices
from psp_core.audit.printed import TRUNCATED, Printed
from psp_core.audit.readings import Reading, least
from psp_core.audit.search import smallest_readings
from psp_core.errors import AuditError

AUC = "auc"
ENOUGH = 2  # changes from which on other class counts are tried as well
KINDS: tuple[tuple[str, Callable[[Reading], bool]], ...] = (
    ("rounded, as named", lambda one: not one.changes),
    ("truncated", lambda one: one.way == TRUNCATED),
    ("classes exchanged", lambda one: one.exchanged),
    ("one column another statistic", lambda one: bool(one.meanings)),
    ("one cell misprinted", lambda one: bool(one.misprints)),
    ("class counts one patient apart", lambda one: one.other_counts),
)


@dataclass(frozen=True, kw_only=True)
class RowCheck:
    """What a printed row can be.

    Attributes
    ----------
    matrices : tuple of Matrix
        Confusion matrices of which every figure is what its name says, rounded.
    cells : mapping of str to CellCheck
        Each figure on its own; the AUC stands in `auc`.
    readings : tuple of Reading
        The row as named where that is possible. Else the smallest changes that make it so: no
        other reading undercuts one of them in every part of its burden; the fewest changes
        first. Empty if none was found.
    tried : tuple of str
        Single changes that were tried and do not make the row possible.
    auc : AucCheck or None
        Of the figure `auc`, where the row has one.
    """

    matrices: tuple[Matrix, ...]
    cells: Mapping[str, CellCheck]
    readings: tuple[Reading, ...]
    tried: tuple[str, ...] = field(default=())
    auc: AucCheck | None = None

    @property
    def is_possible(self) -> bool:
        """Whether one matrix gives every figure as named, rounded; the AUC is judged apart."""
        return bool(self.matrices)


def check_row(
    figures: Mapping[str, Printed | str],
    *,
    n_positive: int,
    n_negative: int,
    meanings: Mapping[str, str] | None = None,
) -> RowCheck:
    """Ask whether one confusion matrix gives every figure of a row, and if none, what would.

    Parameters
    ----------
    figures : mapping of str to Printed or str
        By the names of `matrices.STATISTICS`, and ``auc``; a text is a share.
    n_positive, n_negative : int
        Patients with true progression and with pseudoprogression.
    meanings : mapping of str to str, optional
        What columns hold throughout their table (see `columns`), where that is not what their
        name says; the readings then say what else differs. `matrices` and `cells` stay as named.

    Raises
    ------
    AuditError
        If a figure is no number, no share or has another name, or a class is empty.
    """
    given = {name: as_printed(figure) for name, figure in figures.items()}
    for name, figure in given.items():
        lowest = -1 if name == "youden" else 0
        if not lowest <= figure.value <= 1:
            raise AuditError(
                f"the {name} {figure.text!r} lies outside {lowest} to 1; write a share, or for "
                f"per cent Printed({figure.text!r}, 100)"
            )
    auc = None
    if AUC in given:
        auc = check_auc(given.pop(AUC), n_positive=n_positive, n_negative=n_negative)
    matrices = tuple(possible_matrices(n_positive, n_negative, given))
    cells = {
        name: check_cell(name, figure, n_positive=n_positive, n_negative=n_negative)
        for name, figure in given.items()
    }
    meant = {column: name for column, name in (meanings or {}).items() if column in given}
    if matrices and not meant:
        named = Reading(n_positive=n_positive, n_negative=n_negative, matrices=matrices)
        return RowCheck(matrices=matrices, cells=cells, readings=(named,), auc=auc)
    readings = smallest_readings(given, n_positive, n_negative, meanings=meant)
    # Other counts can explain nearly anything, so they are asked last.
    counts_tried = not readings or readings[0].changes >= ENOUGH
    if counts_tried:
        others = smallest_readings(given, n_positive, n_negative, meanings=meant, other_counts=True)
        readings = least([*readings, *others])
    smallest = [one for one in readings if one.changes < ENOUGH]
    needed = KINDS if counts_tried else KINDS[:-1]
    if readings and not readings[0].changes:
        needed = ()
    tried = tuple(name for name, is_this in needed if not any(is_this(one) for one in smallest))
    return RowCheck(matrices=matrices, cells=cells, readings=readings, tried=tried, auc=auc)


def as_printed(figure: Printed | str) -> Printed:
    """A figure as `Printed`; a text is a share.

    Raises
    ------
    AuditError
        If it is neither text nor `Printed`, or no number.
    """
    if isinstance(figure, Printed):
        return figure
    if not isinstance(figure, str):
        raise AuditError(
            f"the figure {figure!r} is no text; write it in quotes, or its last zeros are lost"
        )
    return Printed(figure)
