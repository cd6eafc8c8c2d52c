"""Figures of the text beside the tables'."""

from fractions import Fraction

import pytest

from psp_core.audit.printed import Printed
from psp_core.audit.statements import (
    Source,
    arithmetic_fault,
    disagreements,
    exact_of,
    look_up,
    main_setting,
)

VOTE, FOLDS = "Table 2, test, soft vote", "Table 2, test, over folds"
SOURCES = [
    Source("sun", "sensitivity", FOLDS, "0.927"),
    Source("sun", "sensitivity", VOTE, "0.909"),
    Source("sun", "specificity", VOTE, "0.555"),
    Source("jang", "sensitivity", VOTE, "0.800"),
    Source("jang", "sensitivity", VOTE.replace("2", "4"), "0.636"),
]


def test_a_sentence_may_print_fewer_digits() -> None:
    found = look_up(Printed("0.8"), "jang", "sensitivity", SOURCES)
    assert [one.printed for one in found.equal] == ["0.800"]
    assert [one.printed for one in found.others] == ["0.636"]


def test_a_figure_under_another_name_is_found_elsewhere() -> None:
    found = look_up(Printed("0.909"), "sun", "specificity", SOURCES)
    assert found.equal == ()
    assert [one.figure for one in found.elsewhere] == ["sensitivity"]


def test_most_figures_of_a_passage_decide_its_kind() -> None:
    found = [
        look_up(Printed(text), "sun", figure, SOURCES)
        for text, figure in (("0.909", "sensitivity"), ("0.555", "specificity"))
    ]
    mixed = look_up(Printed("0.927"), "sun", "sensitivity", SOURCES)
    assert main_setting([*found, mixed]) == "test, soft vote"
    assert main_setting([]) == ""


def test_two_tables_that_differ_are_told_once() -> None:
    ((first, second),) = disagreements(SOURCES)
    assert (first.printed, second.printed) == ("0.800", "0.636")


@pytest.mark.parametrize(
    ("given", "exact", "told"),
    [
        ({"sum_of": ["20", "25", "3"]}, Fraction(48), "20 + 25 + 3"),
        ({"total_less": ["20", "12"]}, Fraction(8), "20 - 12"),
        ({"share_of": [55, 78]}, Fraction(55, 78), "55/78"),
    ],
)
def test_relations_by_hand(given: dict[str, list[str]], exact: Fraction, told: str) -> None:
    assert exact_of(next(iter(given)), given) == (exact, told)


def test_a_figure_that_its_parts_do_not_give_is_told() -> None:
    assert arithmetic_fault(Printed("70.5", 100), Fraction(55, 78), "55/78") == ""
    assert arithmetic_fault(Printed("71.5", 100), Fraction(55, 78), "55/78") == "55/78 = 70.51"
    assert arithmetic_fault(Printed("49"), Fraction(48), "20 + 28") == "20 + 28 = 48"
