"""Planning studies and control visits."""

import math

import pytest

from psp_core.cohorts.burdenko_studies import imaging_studies, study_kind


@pytest.mark.parametrize(
    ("description", "kind", "number"),
    [
        ("Radiotherapy planning 00", "planning", math.nan),
        ("Control visit 2", "control", 2),
        ("CONTROL  VISIT 12", "control", 12),
        ("Control visit", "control", math.nan),
        ("", "other", math.nan),
    ],
)
def test_a_study_is_what_its_description_says(description: str, kind: str, number: float) -> None:
    found_kind, found_number = study_kind(description)
    assert found_kind == kind
    assert found_number == pytest.approx(number, nan_ok=True)


def test_one_study_per_description_and_date(series_table) -> None:
    series_table.planning("P", "20040506").visit("P", 1, "20040708").visit("P", 2, "20040816")
    studies, notes = imaging_studies(series_table.table)
    assert studies["kind"].tolist() == ["control", "control", "planning"]
    assert studies["visit_number"].tolist()[:2] == [1, 2]
    assert notes.empty


def test_series_of_one_visit_in_two_studies_belong_together(series_table) -> None:
    series_table.visit("P", 1, "20040708", "MRCET1")
    series_table.add("P", "Control visit 1", "20040708", ("MR", "MR0T2FLAIR"), study_uid="1.1.0")
    studies, _ = imaging_studies(series_table.table)
    assert len(studies) == 1
    assert studies.loc[0, "t1ce_file"] == "series:1.2.1"
    assert studies.loc[0, "flair_file"] == "series:1.2.2"


def test_other_studies_and_bad_dates_are_kept_and_noted(series_table) -> None:
    series_table.add("P", "Biopsy", "not a date", ("MR", "MRCET1"))
    studies, notes = imaging_studies(series_table.table)
    assert studies["study_date"].isna().all()
    assert notes["check"].tolist() == ["study is no planning and no visit"]


def test_no_series_give_no_studies(series_table) -> None:
    series_table.planning("P", "20040506")
    studies, notes = imaging_studies(series_table.table.iloc[:0])
    assert studies.empty
    assert notes.empty


def test_a_series_without_its_own_date_or_description_belongs_to_its_study(series_table) -> None:
    table = series_table.planning("P", "20040506").table
    dose = table["modality"] == "RTDOSE"
    table.loc[dose, ["study_description", "study_date"]] = ""
    studies, _ = imaging_studies(table)
    assert len(studies) == 1
    assert studies.loc[0, "dose_file"] != ""
    assert studies.loc[0, "ct_file"] != ""


def test_several_planning_studies_are_noted(series_table) -> None:
    series_table.planning("P", "20040506").planning("P", "20040601")
    _, notes = imaging_studies(series_table.table)
    assert notes["check"].tolist() == ["several planning studies"]


def test_a_date_inside_a_description_is_not_repeated(series_table) -> None:
    series_table.add("P", "Biopsy 6.5.2004", "20040506", ("MR", "MR00DWI 2004-05-06"))
    _, notes = imaging_studies(series_table.table)
    assert len(notes) == 2
    assert not notes["detail"].str.contains("2004").any()


def test_a_dose_of_another_frame_or_of_a_study_with_a_ct_stays_where_it_is(series_table) -> None:
    series_table.add("P", "Radiotherapy planning 00", "20040506", ("CT", "CT00CT"))
    series_table.add("P", "Plan", "20040601", ("RTDOSE", "RTDOSE"), frame_uid="1.4")
    series_table.add("P", "Other", "20040701", ("CT", "CT00CT"), ("RTDOSE", "RTDOSE"))
    series_table.add("Q", "Plan", "20040601", ("RTDOSE", "RTDOSE"))
    studies, notes = imaging_studies(series_table.table)
    planning = studies[studies["kind"] == "planning"]
    assert planning["dose_file"].tolist() == [""]
    assert "taken from another study of the patient" not in set(notes["check"])


def test_a_planning_study_with_a_dose_takes_no_other(series_table) -> None:
    series_table.planning("P", "20040506")
    before, _ = imaging_studies(series_table.table)
    series_table.add("P", "Plan", "20040601", ("RTDOSE", "RTDOSE"))
    studies, _ = imaging_studies(series_table.table)
    planning = studies[studies["kind"] == "planning"]
    assert planning["dose_file"].tolist() == before["dose_file"].tolist()
