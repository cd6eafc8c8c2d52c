"""Words and numbers of a sheet: unknown, read, noted or faulty."""

import math

import pandas as pd

from psp_core.cohorts.sheet_cells import numbers, words

SUBJECTS = pd.Series(["A-1", "A-2", "A-3", "Jane Doe"], index=[2, 3, 5, 6])


def cells(*texts: str) -> pd.Series:
    return pd.Series(texts, index=SUBJECTS.index)


def test_words_are_translated_and_the_missing_are_unknown() -> None:
    read, faults = words(
        cells("Female", "N/A", "", "m"), SUBJECTS, "Sex", {"female": "F", "m": "M"}
    )
    assert read.tolist() == ["F", "unknown", "unknown", "M"]
    assert not faults


def test_another_word_is_a_fault_by_row_without_a_name_or_a_date() -> None:
    _, faults = words(cells("m", "7", "m", "1.2.2003"), SUBJECTS, "Sex", {"m": "M"})
    assert faults == [
        "row 3 (A-2), Sex: '7'; expected m or nothing",
        "row 6, Sex: a date; expected m or nothing",
    ]


def test_a_number_is_read_a_text_noted_and_an_impossible_one_a_fault() -> None:
    read, faults, notes = numbers(
        cells("-90", "LTF", "ongoing", "4.5"), SUBJECTS, "Day", "days_since_rt"
    )
    assert read[2] == -90
    assert math.isnan(read[3])
    assert math.isnan(read[5])
    assert faults == ["row 6, Day: '4.5'; expected a whole number, -3650 to 14600"]
    assert notes == [
        {
            "subject_id": "A-3",
            "check": "Day is no number, taken as unknown",
            "detail": "'ongoing'",
        }
    ]


def test_a_number_outside_the_range_is_a_fault() -> None:
    _, faults, _ = numbers(cells("130", "1", "1", "1"), SUBJECTS, "Age", "age_years")
    assert faults == ["row 2 (A-1), Age: '130'; expected 0 to 120"]
