"""Spreads of counts around a mean, against counting everything out."""

from fractions import Fraction
from itertools import product

import pytest

from psp_core.audit.fold_spreads import FoldSpreads


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
