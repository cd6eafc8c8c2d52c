"""The tables of CFB-GBM: versions, tabs, exact headers, and rows that cannot be."""

import math
from pathlib import Path

import pytest

from psp_core.cohorts.plugins.cfb_gbm_tables import (
    read_clinical,
    read_gtv_types,
    read_responses,
    read_scan_weeks,
    read_treatment,
)
from psp_core.errors import TableError
from tests.cohorts.weak_collections import (
    CLINICAL,
    IMAGING,
    MRI,
    PD,
    SD,
    TREATMENT,
    write_rano,
    write_tsv,
)


def test_a_workbook_where_a_table_of_tabs_is_expected_raises(tmp_path: Path) -> None:
    path = tmp_path / "CFB-GBM_clinical_data_v03.xlsx"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(TableError, match=r"save the sheet as 'Text \(tab delimited\)'"):
        read_clinical(path)


def test_survival_is_that_of_the_deceased(tmp_path: Path) -> None:
    rows = [("1", "30", "75", "0", "2016", "F"), ("2", "", "", "", "2021", "m")]
    patients, _ = read_clinical(write_tsv(tmp_path, "clinical_data", CLINICAL, rows))
    assert patients["001"] == {
        "sex": "F",
        "age_years": 75.0,
        "survival_days": 210,
        "survival_event": 1.0,
    }
    assert math.isnan(patients["002"]["survival_event"])
    assert patients["002"]["sex"] == "M"


def test_a_table_without_the_column_of_a_later_version_is_read(tmp_path: Path) -> None:
    columns = [name for name in CLINICAL if name != "who_guideline"]
    rows = [("1", "30", "75", "0", "M")]
    patients, _ = read_clinical(write_tsv(tmp_path, "clinical_data", columns, rows))
    assert patients["001"]["sex"] == "M"
    columns = [name for name in IMAGING if name != "gtv_type"]
    path = write_tsv(tmp_path, "treatment_imaging_availability", columns, [("1", "t0", "1")])
    assert read_gtv_types(path) == {("001", "t0"): "unknown"}


@pytest.mark.parametrize(
    ("delay", "fractions", "end_days"), [("3", "30", 21 + 41), ("2", "15", 14 + 20), ("0", "1", 0)]
)
def test_the_course_takes_five_fractions_a_week(
    tmp_path: Path, delay: str, fractions: str, end_days: float
) -> None:
    rows = [("7", delay, "40.05", fractions)]
    schedules, _ = read_treatment(write_tsv(tmp_path, "treatment_data", TREATMENT, rows))
    assert schedules["007"] == {
        "total_dose_gy": 40.05,
        "fractions": float(fractions),
        "end_days": end_days,
    }


def test_a_blank_schedule_has_no_end(tmp_path: Path) -> None:
    rows = [("1", "", "", ""), ("2", "3", "60", "")]
    schedules, _ = read_treatment(write_tsv(tmp_path, "treatment_data", TREATMENT, rows))
    assert all(math.isnan(value) for value in schedules["001"].values())
    assert math.isnan(schedules["002"]["end_days"])


def test_responses_are_the_letters_in_brackets(tmp_path: Path) -> None:
    rows = [("1", PD, SD), ("2", "Minor Response (MR)", ""), ("3", "Complete Response (CR)", "")]
    assert read_responses(write_rano(tmp_path, rows)) == {
        "001": ("PD", "SD"),
        "002": ("MR", ""),
        "003": ("CR", ""),
    }


def test_wrong_rows_come_all_at_once(tmp_path: Path) -> None:
    rows = [
        ("1", "30", "75", "0", "2016", "F"),
        ("A Name", "30", "75", "0", "2016", "F"),
        ("01", "30", "75", "0", "2016", "F"),
    ]
    path = write_tsv(tmp_path, "clinical_data", CLINICAL, rows)
    with pytest.raises(TableError, match="2 faults") as caught:
        read_clinical(path)
    assert caught.value.faults == (
        "row 3, id_patient: no study ID; expected a number from 1 to 999",
        "rows 2 and 4: patient 001 more than once; two patients with one ID, or one entered twice?",
    )


def test_a_covariate_never_stops_the_load(tmp_path: Path) -> None:
    rows = [("1", "2004-05-06", "175", "0", "2016", "female"), ("2", "9", "70", "0", "2016", "F")]
    patients, notes = read_clinical(write_tsv(tmp_path, "clinical_data", CLINICAL, rows))
    assert patients["001"]["sex"] == "unknown"
    assert math.isnan(patients["001"]["age_years"])
    assert patients["002"]["survival_days"] == 63
    assert {note["subject_id"] for note in notes} == {"001"}
    assert [note["detail"] for note in notes] == ["'female'", "'175'", "a date"]
    path = write_tsv(tmp_path, "treatment_data", TREATMENT, [("1", "500", "6000", "30.5")])
    schedules, notes = read_treatment(path)
    assert all(math.isnan(value) for value in schedules["001"].values())
    assert [note["detail"] for note in notes] == ["'6000'", "'30.5'", "'500'"]
    path = write_tsv(tmp_path, "mri_availability", MRI, [("1", "t1", "x")])
    weeks, notes = read_scan_weeks(path)
    assert math.isnan(weeks["001", "t1"])
    assert len(notes) == 1


def test_wrong_times_and_responses_raise(tmp_path: Path) -> None:
    path = write_tsv(tmp_path, "mri_availability", MRI, [("1", "t1", "3"), ("1", "t1", "x")])
    with pytest.raises(TableError, match="rows 2 and 3: patient 001 at t1 more than once"):
        read_scan_weeks(path)
    path = write_tsv(tmp_path, "mri_availability", MRI, [("1", "t3", "3")])
    with pytest.raises(TableError, match="temporality: 't3'; expected t0, t1, t2"):
        read_scan_weeks(path)
    with pytest.raises(TableError, match=r"rano_t0_to_t1: 'PD'; expected one that ends in \(CR\)"):
        read_responses(write_rano(tmp_path, [("1", "PD", "")]))
    path = write_tsv(tmp_path, "treatment_imaging", IMAGING, [("1", "t0", "1", "drawn")])
    with pytest.raises(TableError, match="gtv_type: 'drawn'; expected human"):
        read_gtv_types(path)


def test_wrong_columns_come_all_at_once(tmp_path: Path) -> None:
    columns = ["id_patient", "Id_Patient", "survival (weeks)", "gender"]
    path = write_tsv(tmp_path, "clinical_data", columns, [])
    with pytest.raises(TableError, match="2 faults") as caught:
        read_clinical(path)
    assert caught.value.faults == (
        "column 'id_patient' appears more than once",
        "column 'age_at_t0 (years)' is missing; found 'id_patient', 'Id_Patient', "
        "'survival (weeks)', 'gender'",
    )
