"""Joining images and table by number, by date and by both."""

import pandas as pd
import pytest

from psp_core.cohorts.burdenko_studies import imaging_studies
from psp_core.cohorts.burdenko_visits import match_visits
from psp_core.errors import ConfigError

RT_END = pd.Series([pd.Timestamp(2004, 6, 27)], index=["P"])
VISITS = pd.DataFrame(
    {
        "subject_id": "P",
        "visit_number": [1, 2, 3],
        "days_since_rt": [11.0, 50.0, 617.0],
        "response": "stable",
    }
)


def match(series_table, **rules) -> tuple[dict[float, float], pd.DataFrame]:
    """Give the follow-up of each study (by its own number), and the notes."""
    studies, _ = imaging_studies(series_table.table)
    matched, notes = match_visits(studies, VISITS, RT_END, **rules)
    return dict(zip(matched["visit_number"], matched["days_since_rt"], strict=True)), notes


def test_agreeing_numbers_and_dates_match_under_every_rule(series_table) -> None:
    series_table.visit("P", 1, "20040708").visit("P", 2, "20040820")
    for rule in ("number", "date", "number_and_date"):
        matched, notes = match(series_table, visit_match=rule)
        assert matched == {1: 11, 2: 50}
        assert notes.empty


def test_a_visit_whose_date_disagrees_is_listed_and_the_rule_decides(series_table) -> None:
    # As patient 001: control visit 2 was dated long after follow-up 2 of the table.
    series_table.visit("P", 2, "20060302")
    by_number, notes = match(series_table, visit_match="number")
    assert by_number == {2: 50}
    assert notes["check"].tolist() == ["visit number and date disagree"]
    assert notes["days"].tolist() == [563]
    assert notes["detail"].tolist() == ["by date it is follow-up 3"]
    assert match(series_table, visit_match="date")[0] == {3: 617}
    both, notes = match(series_table, visit_match="number_and_date")
    assert both == {}
    assert "control visit without follow-up in the table" in notes["check"].tolist()


def test_the_tolerance_is_inclusive(series_table) -> None:
    series_table.visit("P", 7, "20040711")  # day 14, three days after follow-up 1
    assert match(series_table, visit_match="date", date_tolerance_days=3)[0] == {1: 11}
    assert match(series_table, visit_match="date", date_tolerance_days=2)[0] == {}


def test_no_date_is_told(series_table) -> None:
    series_table.visit("P", 2, "20060302")
    _, notes = match(series_table)
    assert not notes.astype(str).apply(lambda column: column.str.contains("2006")).any(axis=None)


def test_of_two_studies_for_one_follow_up_the_fuller_one_is_kept(series_table) -> None:
    series_table.visit("P", 1, "20040708", "MRCET1").visit("P", 1, "20040709")
    studies, _ = imaging_studies(series_table.table)
    matched, notes = match_visits(studies, VISITS, RT_END)
    assert matched["flair_file"].tolist() == ["series:1.2.3"]
    assert notes["check"].tolist() == ["several control visits for one follow-up"]


def test_a_follow_up_without_date_takes_the_day_of_its_images(series_table) -> None:
    series_table.visit("P", 1, "20040708")
    studies, _ = imaging_studies(series_table.table)
    undated = VISITS.assign(days_since_rt=float("nan"))
    matched, _ = match_visits(studies, undated, RT_END)
    assert matched["days_since_rt"].tolist() == [11]


def test_an_unknown_rule_raises(series_table) -> None:
    series_table.visit("P", 1, "20040708")
    with pytest.raises(ConfigError, match="found 'name'; expected one of number, date"):
        match(series_table, visit_match="name")


def test_joined_by_date_another_number_is_listed(series_table) -> None:
    series_table.visit("P", 7, "20040711")
    matched, notes = match(series_table, visit_match="date")
    assert matched == {1: 11}
    assert notes["check"].tolist() == ["visit number and date disagree"]
    assert notes["detail"].tolist() == ["by date it is follow-up 1"]


def test_a_visit_without_date_is_joined_by_number_alone(series_table) -> None:
    series_table.visit("P", 2, "")
    for rule, expected in (("number", {2: 50}), ("date", {}), ("number_and_date", {})):
        assert match(series_table, visit_match=rule)[0] == expected
