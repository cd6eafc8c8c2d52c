"""A classification report (precision, recall, F1 by class and on average) against its counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from psp_core.audit.matrices import Matrix, possible_matrices
from psp_core.audit.printed import ROUNDED, TRUNCATED, Printed, Way
from psp_core.audit.search import print_as
from psp_core.errors import AuditError

FIGURES = ("precision", "recall", "f1")
AVERAGE = "average"
AVERAGES = ("macro", "weighted by class size", "micro")
AS_NAMED = "{name} {figure}"
Report = dict[tuple[str, str], Fraction]


@dataclass(frozen=True, kw_only=True)
class ClassReading:
    """One matrix and one way to read the report, and how much of it comes out.

    Attributes
    ----------
    matrix : Matrix
        The first class of the report is the positive one.
    exchanged : bool
        The row of each class holds the figures of the other.
    average : str
        One of `AVERAGES`; empty where the report has no average.
    way : {"rounded", "truncated"}
    exact, figures : int
        Figures that come out, of those printed.
    misses : mapping of str to str
        Those that do not, as ``average f1``, with the value that fits.
    """

    matrix: Matrix
    exchanged: bool
    average: str
    way: Way
    exact: int
    figures: int
    misses: Mapping[str, str]

    @property
    def is_complete(self) -> bool:
        """Whether every figure comes out."""
        return not self.misses

    @property
    def changes(self) -> int:
        """All that differs from the report as named and rounded, figures that miss included."""
        return self.exchanged + (self.way != ROUNDED) + len(self.misses)


@dataclass(frozen=True, kw_only=True)
class ClassCheck:
    """What a classification report can be.

    Attributes
    ----------
    as_named : tuple of ClassReading
        With the class rows as they are named, those with most figures exact.
    exchanged : tuple of ClassReading
        The same with the two class rows exchanged.
    """

    as_named: tuple[ClassReading, ...]
    exchanged: tuple[ClassReading, ...]

    @property
    def readings(self) -> tuple[ClassReading, ...]:
        """Those of either with the fewest changes."""
        both = (*self.as_named, *self.exchanged)
        fewest = min(one.changes for one in both)
        return tuple(one for one in both if one.changes == fewest)

    @property
    def is_possible(self) -> bool:
        """Whether one matrix gives every figure under its own name, rounded."""
        return any(one.changes == 0 for one in self.as_named)


def check_classes(
    classes: Mapping[str, Mapping[str, Printed | str]], *, n_positive: int, n_negative: int
) -> ClassCheck:
    """Try every matrix, the class rows as named and exchanged, and three kinds of average.

    Parameters
    ----------
    classes : mapping of str to mapping of str to Printed or str
        Figures (``precision``, ``recall``, ``f1``) by class: the positive one first, then the
        other, then ``average`` if there is one.
    n_positive, n_negative : int
        Patients of the first and of the second class.

    Raises
    ------
    AuditError
        If there are not two classes, a figure has another name or is no number, or a class is
        empty.
    """
    names = [name for name in classes if name != AVERAGE]
    unknown = sorted({figure for row in classes.values() for figure in row} - set(FIGURES))
    if len(names) != 2 or unknown:
        raise AuditError(
            f"a report of the classes {names} with unknown figures {unknown}; expected two "
            f"classes, '{AVERAGE}' beside them if printed, and figures of {list(FIGURES)}"
        )
    printed = {
        (name, figure): value if isinstance(value, Printed) else Printed(value)
        for name, row in classes.items()
        for figure, value in row.items()
    }
    matrices = possible_matrices(n_positive, n_negative, {})
    found = {}
    for exchanged in (False, True):
        order = (names[1], names[0]) if exchanged else (names[0], names[1])
        readings = [
            one
            for matrix in matrices
            for kind, report in _reports(matrix, order, has_average=AVERAGE in classes)
            for one in _read(printed, matrix, report, kind, exchanged=exchanged)
        ]
        fewest = min(one.changes for one in readings)
        found[exchanged] = tuple(one for one in readings if one.changes == fewest)
    return ClassCheck(as_named=found[False], exchanged=found[True])


def class_figures(matrix: Matrix) -> dict[str, Fraction]:
    """Precision, recall and F1 of the positive class; 0 where undefined."""
    values = (matrix.value("ppv"), matrix.value("sensitivity"), matrix.f1)
    return dict(zip(FIGURES, values, strict=True))


def _reports(
    matrix: Matrix, order: tuple[str, str], *, has_average: bool
) -> Iterator[tuple[str, Report]]:
    """The whole report of a matrix by kind of average; `order` names its two class rows."""
    first, second = class_figures(matrix), class_figures(matrix.exchanged)
    rows = {order[0]: first, order[1]: second}
    own = {(name, figure): value for name, row in rows.items() for figure, value in row.items()}
    if not has_average:
        yield "", own
        return
    n_first, n_second = matrix.tp + matrix.fn, matrix.tn + matrix.fp
    share = Fraction(n_first, n_first + n_second)
    for kind, weight in zip(AVERAGES, (Fraction(1, 2), share, None), strict=True):
        means = {
            (AVERAGE, figure): matrix.value("accuracy")
            if weight is None
            else weight * first[figure] + (1 - weight) * second[figure]
            for figure in FIGURES
        }
        yield kind, own | means


def _read(
    printed: Mapping[tuple[str, str], Printed],
    matrix: Matrix,
    report: Report,
    kind: str,
    *,
    exchanged: bool,
) -> Iterator[ClassReading]:
    ways: tuple[Way, ...] = (ROUNDED, TRUNCATED)
    for way in ways:
        misses = {
            AS_NAMED.format(name=name, figure=figure): print_as(report[name, figure], value, way)
            for (name, figure), value in printed.items()
            if not value.may_be(report[name, figure], way)
        }
        yield ClassReading(
            matrix=matrix,
            exchanged=exchanged,
            average=kind,
            way=way,
            exact=len(printed) - len(misses),
            figures=len(printed),
            misses=misses,
        )
