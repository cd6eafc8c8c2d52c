"""Cells of a sheet: unknown, read, noted or faulty."""

import math
import re

import pandas as pd
import pytest

from psp_core.cohorts.sheet_cells import (
    covariate,
    id_faults,
    number,
    repeated_ids,
    word,
    words,
)

SUBJECTS = pd.Series(["A-1", "A-2", "A-3", "Jane Doe"], index=[2, 3, 5, 6])


def cells(*texts: str) -> pd.Series:
    return pd.Series(texts, index=SUBJECTS.index)


def test_words_are_translated_and_the_missing_are_unknown() -> None:
    read, faults = words(cells("Female", "N/A", "", "1.0"), SUBJECTS, "Sex", {"female": "F"})
    assert read.tolist()[:3] == ["F", "unknown", "unknown"]
    assert faults == ["row 6, Sex: '1.0'; expected female or nothing"]


def test_another_word_of_a_key_is_a_fault_by_row_without_a_name_or_a_date() -> None:
    _, faults = words(cells("m", "7", "m", "1.2.2003"), SUBJECTS, "Sex", {"m": "M"})
    assert faults == [
        "row 3 (A-2), Sex: '7'; expected m or nothing",
        "row 6, Sex: a date; expected m or nothing",
    ]


def test_a_covariate_that_is_not_understood_is_unknown_with_one_note_per_patient() -> None:
    patients = pd.Series(["A-1", "A-1", "A-1", "A-2"], index=SUBJECTS.index)
    read, notes = covariate(cells("maybe", "maybe", "7", "M"), patients, "Sex", word({"m": "M"}))
    assert read.tolist() == ["unknown", "unknown", "unknown", "M"]
    assert notes == [
        {
            "subject_id": "A-1",
            "check": "Sex could not be read, taken as unknown",
            "detail": "'maybe', '7'",
        }
    ]


@pytest.mark.parametrize("code", ["1", "1.0", "1.00"])
def test_a_code_may_be_shown_with_decimals(code: str) -> None:
    assert word({"1": "mutant"})(code) == ("mutant", True)


@pytest.mark.parametrize(
    ("cell", "value", "understood"),
    [
        ("-90", -90, True),
        ("LTF", math.nan, True),
        ("ongoing", math.nan, False),
        ("4.5", math.nan, False),
        ("101", math.nan, False),
        ("inf", math.nan, False),
    ],
)
def test_a_number_outside_its_range_is_unknown(cell: str, value: float, understood: bool) -> None:
    found = number(-100, 100, True)(cell)
    assert found == (pytest.approx(value, nan_ok=True), understood)


def test_the_sign_is_turned_before_the_range_is_checked() -> None:
    assert number(-10, 100, sign=-1)("-90") == (90, True)
    assert not number(-10, 100, sign=-1)("90")[1]
    assert str(number(-10, 100, sign=-1)("0")[0]) == "0.0"


def test_a_wrong_id_is_not_repeated_and_a_repeated_one_is_named() -> None:
    assert id_faults(SUBJECTS, re.compile(r"A-\d"), "ID", "one like A-1") == [
        "row 6, ID: no study ID; expected one like A-1"
    ]
    names = cells("patient A-1", "", "patient A-1", "")
    assert repeated_ids(names) == [
        "rows 2 and 5: patient A-1 more than once; two patients with one ID, or one entered twice?"
    ]
