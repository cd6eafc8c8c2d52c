"""The search for readings, against every matrix and meaning tried one by one."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from psp_core.audit.matrices import STATISTICS, possible_matrices
from psp_core.audit.printed import Printed
from psp_core.audit.search import Setting, fits_setting, print_as, settings, smallest_readings
from tests.audit.gomaa import PINNED, ROWS

RATES = ("accuracy", "sensitivity", "specificity")


@pytest.mark.parametrize("row", ["proposed", "jang", "mri", "transfer"])
def test_a_slow_search_finds_the_same_renamed_columns(row: str) -> None:
    figures = {name: Printed(ROWS[row][name]) for name in RATES}
    slow = set()
    for column, name in product(RATES, STATISTICS):
        others = {one: figure for one, figure in figures.items() if one != column}
        for matrix in possible_matrices(11, 9, others):
            if name != column and figures[column].may_be(matrix.value(name)):
                slow.add((column, name, matrix))
    fast = {
        (*next(iter(one.meanings.items())), matrix)
        for one in smallest_readings(figures, 11, 9)
        if one.changes == 1 and one.meanings
        for matrix in one.matrices
    }
    assert fast == slow
    assert {(m.tp, m.tn) for _, _, m in slow} == {PINNED[row]}


def test_nothing_is_found_beyond_the_changes_asked_for() -> None:
    figures = {name: Printed(ROWS["akbari"][name]) for name in RATES}
    assert smallest_readings(figures, 11, 9, most_changes=1) == ()


def test_neighbouring_counts_stay_positive() -> None:
    near = {(one.n_positive, one.n_negative) for one in settings(1, 9, other_counts=True)}
    assert near == {(1, 8), (1, 10), (2, 8), (2, 9)}
    assert all(one.other_counts for one in settings(1, 9, other_counts=True))


def test_a_setting_fits_a_row_under_the_right_meaning_only() -> None:
    figures = {name: Printed(ROWS["proposed"][name]) for name in RATES}
    setting = Setting(11, 9, exchanged=False, way="rounded", other_counts=False)
    assert fits_setting(figures, {"specificity": "ppv"}, setting)
    assert not fits_setting(figures, {}, setting)


@pytest.mark.parametrize(
    ("exact", "like", "way", "text"),
    [
        (Fraction(7, 9), Printed("0.800"), "rounded", "0.778"),
        (Fraction(7, 9), Printed("0.800"), "truncated", "0.777"),
        (Fraction(7, 9), Printed("80.0", unit=100), "rounded", "77.8"),
        (Fraction(1, 8), Printed("0.10"), "rounded", "0.13"),
        (Fraction(1), Printed("1"), "rounded", "1"),
    ],
)
def test_values_are_printed_like_their_neighbours(
    exact: Fraction, like: Printed, way: str, text: str
) -> None:
    assert print_as(exact, like, way) == text  # type: ignore[arg-type]
