"""Kinds of series by modality and description."""

import pandas as pd
import pytest

from psp_core.cohorts.series import choose_files, classify_series, preferred, with_kinds


@pytest.mark.parametrize(
    ("modality", "description", "kind"),
    [
        ("CT", "CT00CT", "ct"),
        ("MR", "MR00T1", "t1"),
        ("MR", "MRCET1", "t1ce"),
        ("MR", "MR00T2", "t2"),
        ("MR", "MR0T2FLAIR", "flair"),
        ("MR", "mr0t2flair", "flair"),
        ("MR", "MR00DWI", "unknown"),
        ("MR", "", "unknown"),
        ("RTSTRUCT", "", "structures"),
        ("RTPLAN", "RTPLAN", "plan"),
        ("RTDOSE", "", "dose"),
        ("SEG", "T1", "unknown"),
        ("MR", "t1_mprage_sag_post_Gd", "t1ce"),
        ("MR", "T1 SPACE +C", "t1ce"),
        ("MR", "T1 SPACE", "t1"),
        ("MR", "T1 pre contrast", "t1"),
        ("MR", "t2_tirm_dark-fluid", "flair"),
    ],
)
def test_a_series_is_what_its_tags_say(modality: str, description: str, kind: str) -> None:
    assert classify_series(modality, description) == kind


def test_most_slices_then_finest_matrix_then_number(series_table) -> None:
    series_table.add("P", "s", "20040101", ("MR", "MRCET1"), n_files=20)
    series_table.add("P", "s", "20040101", ("MR", "MRCET1"), n_files=150, rows=256)
    series_table.add("P", "s", "20040101", ("MR", "MRCET1"), n_files=150, rows=512)
    series_table.add("P", "s", "20040101", ("MR", "MRCET1"), n_files=150, rows=512)
    table = series_table.table
    assert preferred(table)["series_uid"].tolist() == ["1.2.3", "1.2.4", "1.2.2", "1.2.1"]
    assert (
        preferred(table.iloc[::-1])["series_uid"].tolist()
        == preferred(table)["series_uid"].tolist()
    )
    files, choices = choose_files(with_kinds(table))
    assert files["t1ce_file"] == "series:1.2.3"
    assert choices == [
        {"check": "several t1ce series", "detail": "4 series, kept number 2 with 150 files"}
    ]


def test_the_structure_set_is_that_of_the_planning_ct(series_table) -> None:
    series_table.add("P", "s", "20040101", ("RTSTRUCT", ""), referenced_series_uid="1.9.9")
    series_table.planning("P", "20040101")
    files, choices = choose_files(with_kinds(series_table.table))
    assert files["ct_file"] == "series:1.2.2"
    assert files["structures_file"] == "series:1.2.9"
    assert choices == []


def test_a_second_copy_of_the_planning_ct_does_not_take_its_structures_away(series_table) -> None:
    series_table.add("P", "s", "20040101", ("CT", "CT00CT"), n_files=500)
    series_table.planning("P", "20040101")
    files, choices = choose_files(with_kinds(series_table.table))
    assert files["ct_file"] == "series:1.2.2"
    assert files["structures_file"] == "series:1.2.9"
    assert [choice["check"] for choice in choices] == ["several ct series"]


def test_structure_sets_of_other_series_alone_are_none(series_table) -> None:
    series_table.add("P", "s", "20040101", ("CT", "CT"), ("RTSTRUCT", ""))
    files, choices = choose_files(with_kinds(series_table.table))
    assert files["structures_file"] == ""
    assert choices == [{"check": "no structure set references the planning CT"}]


def test_a_series_of_unknown_kind_is_reported(series_table) -> None:
    series_table.add("P", "s", "20040101", ("MR", "MR00DWI"))
    _, choices = choose_files(with_kinds(series_table.table))
    assert choices == [{"check": "series of unknown kind", "detail": "MR 'MR00DWI', 20 files"}]


def test_a_dose_in_another_frame_than_the_planning_ct_is_none(series_table) -> None:
    table = series_table.planning("P", "20040101").table
    dose = table["modality"] == "RTDOSE"
    files, choices = choose_files(with_kinds(table))
    assert files["dose_file"] != ""
    assert choices == []
    other = table.assign(frame_uid=table["frame_uid"].mask(dose, "1.4"))
    files, choices = choose_files(with_kinds(other))
    assert files["dose_file"] == ""
    assert choices == [{"check": "no dose in the frame of reference of the planning CT"}]
    both = pd.concat([other, table[dose].assign(series_uid="1.2.99", series_number=99)])
    assert choose_files(with_kinds(both))[0]["dose_file"] == "series:1.2.99"
