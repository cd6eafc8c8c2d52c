"""Printed figures: what may lie behind the last digit, exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest

from psp_core.audit.printed import Printed
from psp_core.errors import AuditError


def test_a_figure_keeps_its_last_zeros() -> None:
    assert (Printed("0.750").step, Printed("0.75").step) == (Fraction(1, 1000), Fraction(1, 100))
    assert Printed("0.750").value == Printed("0.75").value == Fraction(3, 4)


def test_rounding_leaves_half_a_step_to_each_side() -> None:
    figure = Printed("0.727")
    assert figure.bounds() == (Fraction(7265, 10000), Fraction(7275, 10000))
    assert figure.may_be(Fraction(8, 11))
    assert not figure.may_be(Fraction(7, 9))


def test_a_half_may_be_rounded_either_way() -> None:
    assert Printed("0.12").may_be(Fraction(1, 8))
    assert Printed("0.13").may_be(Fraction(1, 8))


def test_truncation_leaves_the_step_above_without_its_end() -> None:
    figure = Printed("0.555")
    assert figure.may_be(Fraction(5, 9), "truncated")
    assert not figure.may_be(Fraction(556, 1000), "truncated")
    assert not figure.may_be(Fraction(5549, 10000), "truncated")


def test_per_cent_are_shares() -> None:
    figure = Printed("39.0", unit=100)
    assert (figure.value, figure.step) == (Fraction(39, 100), Fraction(1, 1000))
    assert figure.may_be(Fraction(23, 59))


def test_equal_figures_are_equal_after_their_values_were_asked_for() -> None:
    first, second = Printed("0.5"), Printed("0.5")
    assert first.bounds() == second.bounds()
    assert first == second
    assert hash(first) == hash(second)


@pytest.mark.parametrize("text", ["", "n/a", "nan", "inf", "0,5"])
def test_what_is_no_number_raises(text: str) -> None:
    with pytest.raises(AuditError, match="is no number; write its digits"):
        Printed(text)
