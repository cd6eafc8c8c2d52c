"""Which of several readings are kept, and how they are said."""

from __future__ import annotations

from dataclasses import replace

from psp_core.audit.matrices import Matrix
from psp_core.audit.readings import Reading, least, said

MATRIX = Matrix(8, 3, 7, 2)


def make(**changes: object) -> Reading:
    return Reading(n_positive=11, n_negative=9, matrices=(MATRIX,), **changes)  # type: ignore[arg-type]


def test_a_swap_is_one_change() -> None:
    crossed = {"accuracy": "sensitivity", "sensitivity": "accuracy"}
    assert make(meanings=crossed, swapped=True).changes == 1
    assert make(meanings=crossed).changes == 2


def test_what_asks_for_more_in_every_part_is_left_out() -> None:
    two = {"accuracy": "0.800", "sensitivity": "0.636"}
    first = make(meanings={"specificity": "ppv"}, misprints={"accuracy": "0.800"}, digits=1)
    second = make(misprints=two, digits=5)
    third = make(misprints={**two, "specificity": "0.778"}, digits=6)
    assert least([third, second, first]) == (first, second)


def test_every_single_change_is_kept() -> None:
    near, far = (make(misprints={"accuracy": "0.800"}, digits=n) for n in (1, 3))
    assert least([far, near]) == (near, far)


def test_the_same_with_the_classes_exchanged_is_said_once() -> None:
    plain = make(meanings={"specificity": "ppv", "sensitivity": "npv"})
    turned = make(meanings={"sensitivity": "f1"}, exchanged=True)
    assert least([turned, plain]) == (plain,)


def test_a_reading_is_said_in_words() -> None:
    assert make().text == "as named"
    reading = make(
        meanings={"specificity": "ppv"}, misprints={"sensitivity": "0.727"}, way="truncated"
    )
    assert reading.text == (
        "specificity column: positive predictive value; sensitivity printed for 0.727; "
        "figures truncated"
    )


def test_the_smallest_readings_are_said_three_at_most() -> None:
    bare = Reading(n_positive=11, n_negative=9, matrices=())
    ones = [replace(bare, misprints={"accuracy": f"0.{digit}"}) for digit in range(5)]
    more = replace(bare, misprints={"accuracy": "0.9", "ppv": "0.9"})
    assert said([more, *ones]) == (
        "accuracy printed for 0.0 or: accuracy printed for 0.1 or: accuracy printed for 0.2, "
        "or 2 more"
    )
    assert said([]) == ""
