"""Numbers and words of a table, and every fault with its row."""

import math

import pytest

from psp_core.cohorts.plugins.cells import Faults
from psp_core.errors import TableError


def test_what_is_missing_is_no_fault() -> None:
    faults = Faults("t.csv")
    assert math.isnan(faults.number("age", "n/a", 0, 120))
    assert faults.word("sex", "", {"f": "F"}, "unknown") == "unknown"
    faults.repeated([(2, "patient 001"), (3, "patient 002")])
    faults.check()


def test_words_are_read_whatever_their_capitals() -> None:
    assert Faults("t.csv").word("sex", "Female", {"female": "F"}, "unknown") == "F"


def test_all_faults_come_at_once_with_row_and_patient() -> None:
    faults = Faults("t.csv")
    faults.at(2, "P-1")
    faults.number("age", "old", 0, 120)
    faults.number("age", "130", 0, 120)
    faults.at(3)
    faults.word("sex", "x", {"f": "F", "m": "M"}, "unknown")
    faults.number("age", "6.5.2004", 0, 120)
    faults.repeated([(2, "patient P-1"), (9, "patient P-1")])
    with pytest.raises(TableError, match=r"t\.csv: 5 faults") as caught:
        faults.check()
    assert caught.value.faults == (
        "row 2 (P-1), age: 'old'; expected a number from 0 to 120",
        "row 2 (P-1), age: '130'; expected a number from 0 to 120",
        "row 3, sex: 'x'; expected one of f, m",
        "row 3, age: a date; expected a number from 0 to 120",
        "rows 2 and 9: patient P-1 more than once; two patients with one ID, or one entered twice?",
    )
