"""Search for the readings of a row that ask for the fewest changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy as np
import numpy.typing as npt

from psp_core.audit.matrices import STATISTICS, Grid, Matrix, grid
from psp_core.audit.printed import ROUNDED, TRUNCATED, Printed, Way
from psp_core.audit.readings import Reading, least

MOST_COLUMNS = 2  # renamed at once
Option = Literal["named", "renamed", "misprinted", "both"]
COLUMNS_OF = {"named": 0, "renamed": 1, "misprinted": 0, "both": 1}
MISPRINTS_OF = {"named": 0, "renamed": 0, "misprinted": 1, "both": 1}


@dataclass(frozen=True)
class Setting:
    """What holds for all columns of a row at once."""

    n_positive: int
    n_negative: int
    exchanged: bool
    way: Way
    other_counts: bool

    @property
    def changes(self) -> int:
        """How many of them differ from the row as given."""
        return self.exchanged + (self.way != ROUNDED) + self.other_counts


def settings(n_positive: int, n_negative: int, *, other_counts: bool) -> Iterator[Setting]:
    """Every setting; `other_counts` asks for the neighbouring class counts instead."""
    steps = [(0, 0)]
    if other_counts:
        near = product((-1, 0, 1), repeat=2)
        steps = [(a, b) for a, b in near if (a or b) and abs(a + b) < 2]
    for more_positive, more_negative in steps:
        first, second = n_positive + more_positive, n_negative + more_negative
        if min(first, second) > 0:
            for exchanged in (False, True):
                for way in (ROUNDED, TRUNCATED):
                    yield Setting(first, second, exchanged, way, other_counts)


def smallest_readings(
    figures: Mapping[str, Printed],
    n_positive: int,
    n_negative: int,
    *,
    other_counts: bool = False,
    meanings: Mapping[str, str] | None = None,
    most_changes: int = 3,
) -> tuple[Reading, ...]:
    """Readings with the fewest changes, and those with one more that misprint fewer digits.

    Parameters
    ----------
    figures : mapping of str to Printed
        By the names of `matrices.STATISTICS`.
    n_positive, n_negative : int
    other_counts : bool, default False
        Take class counts that differ by one patient in a class instead of the ones given.
    meanings : mapping of str to str, optional
        What columns hold throughout their table, where that is not what their name says.
    most_changes : int, default 3
        Where the search ends.
    """
    every = list(settings(n_positive, n_negative, other_counts=other_counts))
    meant = {column: (meanings or {}).get(column, column) for column in figures}
    tables = {setting: _Table(figures, meant, setting) for setting in every}
    found: list[Reading] = []
    for changes in range(most_changes + 1):
        before = bool(found)
        for setting in every:
            found += tables[setting].readings(changes - setting.changes)
        if before or any(one.digits < 2 for one in found):
            break
    return least(found)


def fits_setting(
    figures: Mapping[str, Printed], meanings: Mapping[str, str], setting: Setting
) -> bool:
    """Whether one matrix gives every figure of a row under a setting and column meanings."""
    counts = (setting.n_positive, setting.n_negative)
    every = grid(*(reversed(counts) if setting.exchanged else counts))
    possible = np.ones(every.tp.shape, dtype=bool)
    for column, figure in figures.items():
        possible &= _fits(every, meanings.get(column, column), figure, setting.way)
    return bool(possible.any())


@lru_cache(maxsize=256)
def _options(columns: int, changes: int, *, is_plain: bool) -> tuple[tuple[str, ...], ...]:
    """What each column may be for so many changes; one more where two renamed may be a swap."""
    kept = []
    for options in product(COLUMNS_OF, repeat=columns):
        renamed = sum(COLUMNS_OF[option] for option in options)
        misprints = sum(MISPRINTS_OF[option] for option in options)
        # Two misprints leave too little of a row of three, unless nothing else is changed.
        most = 2 if is_plain and not renamed else 1
        above = renamed + misprints - changes
        is_near = above == 0 or (above == 1 and renamed == MOST_COLUMNS)
        if is_near and misprints <= most and renamed <= MOST_COLUMNS:
            kept.append(options)
    return tuple(kept)


class _Table:
    """What each column of a row may be under one setting, by matrix."""

    def __init__(
        self, figures: Mapping[str, Printed], meant: Mapping[str, str], setting: Setting
    ) -> None:
        counts = (setting.n_positive, setting.n_negative)
        self.setting = setting
        self.figures, self.meant = dict(figures), dict(meant)
        self.grid: Grid = grid(*(reversed(counts) if setting.exchanged else counts))
        self.fits = {
            column: {name: _fits(self.grid, name, figure, setting.way) for name in STATISTICS}
            for column, figure in figures.items()
        }

    def readings(self, changes: int) -> Iterator[Reading]:
        """Readings with exactly so many renamings (a swap being one) and misprints."""
        for options in _options(len(self.figures), changes, is_plain=not self.setting.changes):
            for one in self._of(dict(zip(self.figures, options, strict=True))):
                if one.changes == changes + self.setting.changes:
                    yield one

    def _of(self, options: Mapping[str, str]) -> Iterator[Reading]:
        possible = np.ones(self.grid.tp.shape, dtype=bool)
        for column, option in options.items():
            if option == "named":
                possible &= self.fits[column][self.meant[column]]
            elif option == "renamed":
                fits = self.fits[column].items()
                others = [fit for name, fit in fits if name != self.meant[column]]
                possible &= np.any(others, axis=0)
        groups: dict[tuple[tuple[tuple[str, str], ...], ...], list[Matrix]] = {}
        for index in np.flatnonzero(possible):
            matrix = self.grid.matrix(int(index))
            for described in self._described(matrix, int(index), options):
                back = matrix.exchanged if self.setting.exchanged else matrix
                groups.setdefault(described, []).append(back)
        for (meanings, misprints), matrices in groups.items():
            fitting = dict(misprints)
            digits = sum(_apart(self.figures[name].text, text) for name, text in misprints)
            yield Reading(
                n_positive=self.setting.n_positive,
                n_negative=self.setting.n_negative,
                matrices=tuple(sorted(matrices)),
                meanings=dict(meanings),
                swapped=self._is_swap(dict(meanings)),
                misprints=fitting,
                digits=digits,
                exchanged=self.setting.exchanged,
                way=self.setting.way,
                other_counts=self.setting.other_counts,
            )

    def _is_swap(self, meanings: Mapping[str, str]) -> bool:
        """Whether two columns stand in each other's place."""
        taken = [self.meant[column] for column in meanings]
        return len(taken) == MOST_COLUMNS and list(meanings.values()) == taken[::-1]

    def _described(
        self, matrix: Matrix, index: int, options: Mapping[str, str]
    ) -> Iterator[tuple[tuple[tuple[str, str], ...], ...]]:
        """Meanings and misprints under which the matrix fits."""
        choices: list[list[tuple[str | None, str | None]]] = []
        for column, option in options.items():
            figure, fits, meant = self.figures[column], self.fits[column], self.meant[column]
            others = [name for name in STATISTICS if name != meant]
            if option == "named":
                choices.append([(None, None)])
            elif option == "renamed":
                choices.append([(name, None) for name in others if fits[name][index]])
            elif option == "misprinted":
                fitting = print_as(matrix.value(meant), figure, self.setting.way)
                choices.append([] if fits[meant][index] else [(None, fitting)])
            else:
                texts = {
                    name: print_as(matrix.value(name), figure, self.setting.way) for name in others
                }
                # Two changes of one cell are believed only where a single digit is off.
                near = [(n, t) for n, t in texts.items() if _apart(figure.text, t) == 1]
                choices.append(list(near))
        for choice in product(*choices):
            pairs = list(zip(options, choice, strict=True))
            yield (
                tuple((column, name) for column, (name, _) in pairs if name is not None),
                tuple((column, text) for column, (_, text) in pairs if text is not None),
            )


@lru_cache(maxsize=2048)
def _fits(every: Grid, name: str, figure: Printed, way: Way) -> npt.NDArray[np.bool_]:
    return every.fits(name, figure, way)


def print_as(exact: Fraction, like: Printed, way: Way = ROUNDED) -> str:
    """An exact value with the decimals and the unit of a printed figure; halves go up."""
    in_steps = exact / like.step
    whole = int((in_steps + Fraction(1, 2) if way == ROUNDED else in_steps) // 1)
    places = len(like.text.partition(".")[2])
    return f"{float(whole * like.step * like.unit):.{places}f}"


def _apart(first: str, second: str) -> int:
    """Digits in which two figures differ."""
    width = max(len(first), len(second))
    pairs = zip(first.rjust(width, "0"), second.rjust(width, "0"), strict=True)
    return sum(a != b for a, b in pairs)
