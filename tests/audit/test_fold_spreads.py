"""Spreads of counts around a mean, against counting everything out."""

import tracemalloc
from fractions import Fraction
from itertools import product

import pytest

from psp_core.audit.fold_spreads import FoldSpreads
from psp_core.errors import AuditError


@pytest.mark.parametrize("sizes", [(4, 4, 4), (4, 3, 2)])
def test_every_reachable_spread_is_found_and_has_an_example(sizes: tuple[int, ...]) -> None:
    mean = Fraction(1, 2)
    expected = set()
    for counts in product(*(range(n + 1) for n in sizes)):
        rates = [Fraction(k, n) for k, n in zip(counts, sizes, strict=True)]
        if sum(rates) == mean * len(sizes):
            expected.add(sum((one - mean) ** 2 for one in rates))
    spreads = FoldSpreads(mean, sizes, Fraction(1))
    assert set(spreads.squares) == expected
    for squares in spreads.squares:
        rates = [Fraction(k, n) for k, n in zip(spreads.example(squares), sizes, strict=True)]
        assert sum((one - mean) ** 2 for one in rates) == squares


def test_a_mean_of_no_counts_has_no_spread() -> None:
    assert FoldSpreads(Fraction(1, 7), (4, 4), Fraction(1)).squares == ()


def test_wider_spreads_than_asked_for_are_left_out() -> None:
    narrow = FoldSpreads(Fraction(1, 2), (4,) * 4, Fraction(1, 10))
    wide = FoldSpreads(Fraction(1, 2), (4,) * 4, Fraction(1))
    assert narrow.squares == wide.squares[: len(narrow.squares)]
    assert len(narrow.squares) < len(wide.squares)


def test_folds_of_unlike_sizes_take_little_memory() -> None:
    sizes = (20, 20, 19, 19, 18)
    rates = [Fraction(k, n) for k, n in zip((15, 12, 14, 11, 13), sizes, strict=True)]
    mean = sum(rates, Fraction(0)) / 5
    squares = sum((one - mean) ** 2 for one in rates)
    tracemalloc.start()
    spreads = FoldSpreads(mean, sizes, Fraction(1, 5))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert squares in spreads.squares
    assert peak < 100e6


@pytest.mark.parametrize("sizes", [(9973, 9967, 9949), (997, 991, 983, 977)])
def test_more_sums_than_can_be_looked_at_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(AuditError, match="nearly every SD can be reached"):
        FoldSpreads(Fraction(1, 2) * 0, sizes, Fraction(1))
