"""Single figures against class counts."""

from __future__ import annotations

import pytest

from psp_core.audit.cells import check_cell
from psp_core.audit.printed import Printed
from psp_core.errors import AuditError
from tests.audit.gomaa import COUNTS, ROWS


def test_seven_figures_of_the_soft_votes_are_no_counts() -> None:
    impossible = [
        (row, name, text)
        for row, figures in ROWS.items()
        for name, text in figures.items()
        if name != "auc" and not check_cell(name, Printed(text), **COUNTS).is_count
    ]
    assert impossible == [
        ("proposed", "specificity", "0.800"),
        ("proposed, Table 4", "specificity", "0.800"),
        ("jang", "specificity", "0.625"),
        ("akbari", "sensitivity", "0.700"),
        ("akbari", "specificity", "0.633"),
        ("mri", "specificity", "0.857"),
        ("transfer", "specificity", "0.700"),
    ]


def test_the_nearest_counts_stand_on_both_sides() -> None:
    check = check_cell("specificity", Printed("0.800"), **COUNTS)
    assert check.counts == ((7, 9), (8, 9))
    assert check.possible == "7/9 = 0.778; 8/9 = 0.889"


def test_a_truncated_count_is_a_count() -> None:
    check = check_cell("specificity", Printed("0.555"), **COUNTS)
    assert (check.way, check.counts) == ("truncated", ((5, 9),))


def test_a_predictive_value_has_every_denominator_that_prints_so() -> None:
    assert check_cell("ppv", Printed("0.800"), **COUNTS).counts == ((4, 5), (8, 10))


def test_beyond_the_largest_value_only_the_lower_neighbour_is_named() -> None:
    assert check_cell("accuracy", Printed("1.200"), **COUNTS).counts == ((20, 20),)


def test_an_unknown_name_raises() -> None:
    with pytest.raises(AuditError, match="no statistic"):
        check_cell("recall", Printed("0.5"), **COUNTS)
