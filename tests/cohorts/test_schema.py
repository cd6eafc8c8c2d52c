"""The cohort table: what passes, and every fault at once."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.cohorts.schema import (
    COLUMNS,
    FILE_COLUMNS,
    check_cohort,
    make_cohort,
    read_cohort,
    subject_in_brackets,
)
from psp_core.errors import MissingInputError, TableError

ROW = {"subject_id": "P-1", "timepoint": 1, "dataset": "own", "label": "true_progression"}


def faults_of(table: pd.DataFrame) -> list[str]:
    with pytest.raises(TableError, match="fault") as caught:
        check_cohort(table, source="cohort")
    return list(caught.value.faults)


def test_a_row_that_knows_little_is_a_whole_row() -> None:
    table = make_cohort([ROW, {**ROW, "subject_id": "P-0", "sex": None}], source="cohort")
    assert tuple(table.columns) == COLUMNS
    assert table["subject_id"].tolist() == ["P-0", "P-1"]
    assert table["sex"].tolist() == ["unknown", "unknown"]
    assert table["age_years"].isna().all()
    assert (table[list(FILE_COLUMNS)] == "").all(axis=None)


def test_an_empty_cohort_is_a_cohort() -> None:
    assert tuple(make_cohort([], source="cohort").columns) == COLUMNS


def test_a_table_survives_the_disk_and_is_checked_on_reading(tmp_path: Path) -> None:
    table = make_cohort([{**ROW, "age_years": 51, "t1ce_file": "a/b.nii.gz"}], source="cohort")
    table.to_parquet(tmp_path / "cohort.parquet")
    pd.testing.assert_frame_equal(read_cohort(tmp_path / "cohort.parquet"), table)
    table.assign(sex="woman").to_parquet(tmp_path / "cohort.parquet")
    with pytest.raises(TableError, match=r"row 1 \(P-1\), sex: 'woman'; expected one of F, M"):
        read_cohort(tmp_path / "cohort.parquet")


def test_a_cohort_that_was_not_written_says_which_page_writes_it(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="run the notebook 01_cohort first"):
        read_cohort(tmp_path / "cohort.parquet")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("age_years", 300.0, "300.0; expected 0 to 120"),
        ("age_years", -1.0, "expected 0 to 120"),
        ("fractions", -3.0, "expected 1 to 100"),
        ("fractions", 2.5, "expected a whole number"),
        ("total_dose_gy", 6000.0, "expected 1 to 150"),
        ("days_since_rt", 1e6, "expected -3650 to 14600"),
        ("days_since_rt", np.inf, "expected -3650 to 14600"),
        ("survival_event", 2.0, "expected 0 to 1"),
        ("timepoint", -1, "expected a whole number from 0"),
        ("label", "tp", "expected one of true_progression"),
        ("idh_status", "positive", "expected one of mutant"),
        ("mgmt_status", "", "expected one of methylated"),
        ("reference_standard", "biopsy", "expected one of histology"),
        ("resection", "GTR", "expected one of gross_total"),
        ("t1ce_file", "/data/x.nii", "expected a path relative to the data root"),
        ("t1ce_file", "a/../../x.nii", "expected a path relative"),
        ("t1ce_file", "C:\\x.nii", "expected a path relative"),
        ("dose_file", "series:abc", "expected a path relative"),
        ("subject_id", "P 1", "row 1, subject_id: no study ID; expected letters"),
        ("sex", None, "row 1 (P-1), sex: empty"),
    ],
)
def test_an_impossible_value_is_one_fault_with_its_row(
    column: str, value: object, message: str
) -> None:
    table = make_cohort([ROW], source="cohort")
    table[column] = pd.Series([value], dtype=object if value is None else None)
    (fault,) = faults_of(table)
    assert message in fault


def test_every_fault_of_a_table_is_told_at_once() -> None:
    table = make_cohort([ROW, {**ROW, "timepoint": 2}], source="cohort")
    table["sex"] = ["x", "F"]
    table["age_years"] = [200.0, 50.0]
    table = table.drop(columns="fractions").assign(survival_dayz=1.0)
    faults = faults_of(table)
    assert len(faults) == 4
    assert "column 'fractions' is missing" in faults[0]
    assert "did you mean 'survival_days'?" in faults[1]


def test_a_column_of_the_wrong_type_is_told_once() -> None:
    table = make_cohort([ROW], source="cohort")
    assert len(faults_of(table.assign(age_years=pd.Series(["51"], dtype=object)))) >= 1
    (fault,) = faults_of(table.assign(timepoint=1.0))
    assert "expected whole numbers" in fault


def test_the_same_time_point_twice_is_a_fault() -> None:
    table = pd.concat([make_cohort([ROW], source="cohort")] * 2, ignore_index=True)
    (fault,) = faults_of(table)
    assert "rows 1 and 2: subject P-1 has time point 1 more than once" in fault


def test_two_patients_with_one_id_are_a_fault() -> None:
    visits = [
        {**ROW, "sex": "F", "age_years": 40, "days_since_rt": 30},
        {**ROW, "timepoint": 2, "sex": "M", "age_years": 61, "days_since_rt": 90},
    ]
    with pytest.raises(TableError, match="both F and M") as caught:
        make_cohort(visits, source="cohort")
    assert "differ by 21 years within 0.2 years" in str(caught.value)


def test_days_that_begin_again_with_each_course_say_nothing_of_ages() -> None:
    visits = [
        {**ROW, "dataset": "ucsd_ptgbm", "age_years": 40, "days_since_rt": 30},
        {**ROW, "dataset": "ucsd_ptgbm", "timepoint": 2, "age_years": 44, "days_since_rt": 60},
    ]
    assert make_cohort(visits, source="cohort")["age_years"].tolist() == [40, 44]
    with pytest.raises(TableError, match=r"differ by 4 years within 0\.1 years"):
        make_cohort([{**visit, "dataset": "own"} for visit in visits], source="cohort")


def test_a_patient_may_age() -> None:
    visits = [
        {**ROW, "age_years": 40, "days_since_rt": 30},
        {**ROW, "timepoint": 2, "age_years": 43, "days_since_rt": 1000},
        {**ROW, "timepoint": 3, "sex": "F"},
    ]
    assert len(make_cohort(visits, source="cohort")) == 3


def test_what_is_no_study_id_is_never_repeated() -> None:
    assert subject_in_brackets("P-1") == " (P-1)"
    assert subject_in_brackets("Jane Doe") == ""
