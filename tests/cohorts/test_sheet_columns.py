"""Headers with stray spaces, capitals and typos, and what is no typo."""

import pandas as pd

from psp_core.cohorts.sheet_columns import pick_columns

LAST = "Days from Acquisition to Date of last radiation prior to scan"


def table(*names: str) -> pd.DataFrame:
    return pd.DataFrame([list(map(str, range(len(names))))], columns=list(names), index=[2])


def test_a_column_is_found_by_any_of_its_names_and_the_others_are_left_out() -> None:
    columns, faults = pick_columns(
        table("patient id ", "Race", "Patient’s AGE"),
        {"subject_id": ("Patient_ID",), "age": ("Age", "Patient's Age")},
    )
    assert columns.to_dict("index") == {2: {"subject_id": "0", "age": "2"}}
    assert not faults


def test_a_typo_in_a_long_header_is_read() -> None:
    typo = LAST.replace("Acquisition", "Acquistion")
    columns, faults = pick_columns(table("ID", typo), {"day": (LAST,)})
    assert columns["day"].tolist() == ["1"]
    assert not faults


def test_another_number_or_another_word_is_no_typo() -> None:
    second = "Number of Days from Diagnosis to 2nd MRI (Timepoint_2)"
    start = "Number of days from Diagnosis to Radiation Therapy Start date"
    columns, faults = pick_columns(
        table(second, start),
        {
            "mri_1": (second.replace("2", "1"),),
            "rt_end": (start.replace("Start", "end"),),
            "mri_2": (second,),
        },
    )
    assert columns["mri_2"].tolist() == ["0"]
    assert len(faults) == 2
    assert "column 'Number of Days from Diagnosis to 1nd MRI (Timepoint_1)' is miss" in faults[0]


def test_first_for_last_is_no_typo() -> None:
    first = LAST.replace("last", "first")
    columns, faults = pick_columns(table("ID", first), {"day": (LAST,)})
    assert columns["day"].tolist() == [""]
    assert faults == [f"column {LAST!r} is missing; is it {first!r}?"]


def test_a_name_may_be_told_by_its_beginning() -> None:
    wanted = {
        "rating": (
            "Rating",
            "Rating (*",
        ),
        "day": ("Date*",),
    }
    columns, faults = pick_columns(table("Rating rationale", "Rating (RANO)", "date of"), wanted)
    assert columns.to_dict("index") == {2: {"rating": "1", "day": "2"}}
    assert not faults
    _, faults = pick_columns(table("Rating (a)", "Rating (b)", "Date", "Date of"), wanted)
    assert faults == [
        "column 'Rating' appears more than once",
        "column 'Date' appears more than once",
    ]


def test_every_fault_is_told_with_what_was_found() -> None:
    columns, faults = pick_columns(
        table("ID", "id ", "Diagnose"),
        {"scan_id": ("ID",), "diagnosis": ("Diagnosis",), "proof": ("Zzz",), "dx": ("Qqq",)},
        optional=("proof",),
    )
    assert faults == [
        "column 'ID' appears more than once",
        "column 'Diagnosis' is missing; is it 'Diagnose'?",
        "column 'Qqq' is missing; found 'ID', 'id ', 'Diagnose'",
    ]
    assert columns["proof"].tolist() == [""]
