"""Which Mann-Whitney value a printed AUC may be, and whether it goes with printed rates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from psp_core.audit.matrices import Matrix
from psp_core.audit.printed import ROUNDED, TRUNCATED, Printed, Way
from psp_core.errors import AuditError

GRID_POINTS = 100  # of the mean curve in scikit-learn's example of ROC curves over folds
HALF = Fraction(1, 2)
WIDEST = Fraction(1, 2 * (GRID_POINTS - 1))  # by which interpolation on that grid moves an area


@dataclass(frozen=True, kw_only=True)
class AucCheck:
    """What a printed AUC can be at given class counts.

    Attributes
    ----------
    printed : str
    pairs : int
        Pairs of one positive and one negative patient.
    wins, wins_truncated : tuple of Fraction
        Pairs ordered rightly that print so, rounded and truncated, without a tie.
    tied_wins, tied_wins_truncated : tuple of Fraction
        The same with an odd number of ties, each counting one half.
    nearest : tuple of Fraction
        The next possible numbers of pairs without a tie, below and above the printed value.
    is_interpolated : bool
        Whether the area under a curve interpolated on `GRID_POINTS` points can be this.
    is_any_interpolated : bool
        Whether at these counts such areas can be printed as any AUC, which then explains nothing.
    """

    printed: str
    pairs: int
    wins: tuple[Fraction, ...]
    wins_truncated: tuple[Fraction, ...]
    tied_wins: tuple[Fraction, ...]
    tied_wins_truncated: tuple[Fraction, ...]
    nearest: tuple[Fraction, ...]
    is_interpolated: bool
    is_any_interpolated: bool

    @property
    def is_possible(self) -> bool:
        """Whether it is an AUC without ties, rounded."""
        return bool(self.wins)

    @property
    def possible(self) -> str:
        """The values that print so, else the nearest, as ``75/99 = 0.758``."""
        return "; ".join(
            f"{_count(w)}/{self.pairs} = {float(w / self.pairs):.4f}"
            for w in (self.wins or self.wins_truncated or self.nearest)
        )

    @property
    def readings(self) -> tuple[str, ...]:
        """Ways in which it can come about; empty if none was found."""
        ways = {
            "no ties, rounded": self.wins,
            "no ties, truncated": self.wins_truncated,
            "an odd number of tied pairs, rounded": self.tied_wins,
            "an odd number of tied pairs, truncated": self.tied_wins_truncated,
        }
        found = [
            f"{name} ({', '.join(f'{_count(win)}/{self.pairs}' for win in wins)})"
            for name, wins in ways.items()
            if wins
        ]
        if self.is_interpolated:
            free = ", which can be any AUC at these counts and so explains nothing"
            free = free if self.is_any_interpolated else ""
            found.append(f"a curve interpolated on {GRID_POINTS} points{free}")
        return tuple(found)


def check_auc(figure: Printed, *, n_positive: int, n_negative: int) -> AucCheck:
    """Ask which numbers of rightly ordered pairs may be printed as this AUC.

    Raises
    ------
    AuditError
        If a class is empty or the figure lies outside 0 to 1.

    Notes
    -----
    An AUC is the share of the pairs of one positive and one negative patient that are ordered
    rightly, a tied pair counting one half. Where a curve is first interpolated on a grid, each
    of its rises is spread over one cell, so that the area moves by at most half a cell.
    """
    pairs = n_positive * n_negative
    if min(n_positive, n_negative) < 1 or not 0 <= figure.value <= 1:
        raise AuditError(
            f"an AUC of {figure.text} with {n_positive} positive and {n_negative} negative "
            "patients; expected a value between 0 and 1 and at least one patient of each class"
        )
    found = {way: _wins(figure, pairs, way) for way in (ROUNDED, TRUNCATED)}
    below, above = math.floor(figure.value * pairs), math.ceil(figure.value * pairs)
    lower, upper = figure.bounds(ROUNDED)
    halves = (Fraction(wins, 2) / pairs for wins in range(2 * below - 1, 2 * above + 2))
    return AucCheck(
        printed=figure.text,
        pairs=pairs,
        wins=tuple(win for win in found[ROUNDED] if win.denominator == 1),
        wins_truncated=tuple(win for win in found[TRUNCATED] if win.denominator == 1),
        tied_wins=tuple(win for win in found[ROUNDED] if win.denominator == 2),
        tied_wins_truncated=tuple(win for win in found[TRUNCATED] if win.denominator == 2),
        nearest=tuple(Fraction(win) for win in sorted({below, above})),
        is_interpolated=any(lower - WIDEST <= area <= upper + WIDEST for area in halves),
        is_any_interpolated=interpolation_fills(HALF / pairs, figure.step),
    )


def interpolation_fills(gap: Fraction, step: Fraction) -> bool:
    """Whether interpolated curves reach every printed value between exact areas `gap` apart.

    Each exact area reaches half a cell of the grid to both sides; `step` is one unit of the last
    printed digit.
    """
    return gap <= 2 * WIDEST + step


def area_bounds(sensitivity: Fraction, specificity: Fraction) -> tuple[Fraction, Fraction]:
    """Smallest and largest AUC of a curve that passes one operating point.

    The lowest curve rises from 0 to the point's sensitivity at the point and stays there; the
    highest has that sensitivity from the start and is 1 after the point.

    Raises
    ------
    AuditError
        If a rate lies outside 0 to 1.
    """
    if not (0 <= sensitivity <= 1 and 0 <= specificity <= 1):
        raise AuditError(
            f"sensitivity {sensitivity} and specificity {specificity}; expected shares, 0 to 1"
        )
    return sensitivity * specificity, 1 - (1 - sensitivity) * (1 - specificity)


@dataclass(frozen=True, kw_only=True)
class PointCheck:
    """A printed AUC beside the operating point of a confusion matrix.

    Attributes
    ----------
    lower, upper : Fraction
        Between them lies the AUC of every curve through the point.
    agrees : bool
        Whether the printed AUC lies between them, rounding allowed for.
    of_labels : Fraction
        The AUC of the called classes themselves, without scores: (sensitivity + specificity)/2.
    is_of_labels : bool
        Whether the printed AUC may be that.
    """

    lower: Fraction
    upper: Fraction
    agrees: bool
    of_labels: Fraction
    is_of_labels: bool


def check_point(figure: Printed, matrix: Matrix) -> PointCheck:
    """Ask whether a curve with this AUC can pass the matrix's operating point."""
    sensitivity, specificity = matrix.value("sensitivity"), matrix.value("specificity")
    lower, upper = area_bounds(sensitivity, specificity)
    least, most = figure.bounds(ROUNDED)
    of_labels = (sensitivity + specificity) * HALF
    return PointCheck(
        lower=lower,
        upper=upper,
        agrees=least <= upper and most >= lower,
        of_labels=of_labels,
        is_of_labels=figure.may_be(of_labels),
    )


def _wins(figure: Printed, pairs: int, way: Way) -> list[Fraction]:
    """Whole and half numbers of pairs that print so, between none and all."""
    lower, upper = figure.bounds(way)
    first, last = math.ceil(2 * lower * pairs), math.floor(2 * upper * pairs)
    halves = (Fraction(number, 2) for number in range(max(first, 0), min(last, 2 * pairs) + 1))
    return [wins for wins in halves if figure.may_be(wins / pairs, way)]


def _count(wins: Fraction) -> str:
    return f"{float(wins):g}"
