"""Who is in which analysis of time: made visits, and counts of the real clinical table."""

from pathlib import Path

import pandas as pd

from psp_core.cohorts.burdenko import read_clinical_table
from psp_core.cohorts.labels import VISITS, first_event, follow_up_visits
from psp_core.cohorts.timing_selections import EARLY, MAIN, RULES, at_risk, timing_selections

COURSES = {
    "A": [(20, "pseudo progression"), (110, "progression")],
    "B": [(25, "stable"), (100, "progression")],
    "C": [(30, "stable"), (90, "stable")],
    "D": [(15, "distant progression"), (80, "progression")],
    "E": [(18, "stable"), (95, "pseudo progression")],
}


def made() -> pd.DataFrame:
    rows = []
    for subject, course in COURSES.items():
        row: dict[str, object] = {"subject_id": subject, "sex": "F", "idh_status": "unknown"}
        row |= {"mgmt_status": "unknown", "age_years": 50.0}
        for number in VISITS:
            day, response = course[number - 1] if number <= len(course) else (float("nan"), "")
            row |= {f"visit_{number}_day": day, f"response_{number}": response}
        rows.append(row)
    return pd.DataFrame(rows)


def of(rule: str) -> dict[str, tuple[list[str], list[float], int]]:
    found = timing_selections(made(), early_days=84, windows_days=(90,), follow_ups=(1, 2))
    return {
        one.patients: (
            one.rows["subject_id"].tolist(),
            one.rows["days_since_rt"].tolist(),
            one.without_class,
        )
        for one in found
        if one.rule == rule
    }


def test_events_are_taken_at_their_own_day() -> None:
    main = of(MAIN)
    assert main["all events"] == (["A", "B", "D", "E"], [20, 100, 80, 95], 0)
    assert main["event within 90 days"] == (["A", "D"], [20, 80], 0)
    assert main["event at follow-up 2"] == (["B", "D", "E"], [100, 80, 95], 0)


def test_at_a_landmark_the_day_is_known_before_the_event_and_who_has_no_class_is_counted() -> None:
    main = of(MAIN)
    assert main["at risk at follow-up 1"] == (["A", "B", "D", "E"], [20, 25, 15, 18], 1)
    assert main["at risk at follow-up 2"] == (["B", "D", "E"], [100, 80, 95], 1)
    assert main["at risk at follow-up 1, event within 90 days"] == (["A", "D"], [20, 15], 3)


def test_a_distant_first_event_ends_the_risk_under_the_rule_of_the_first_event() -> None:
    first = of("first event")
    assert first["all events"][0] == ["A", "B", "E"]
    assert first["at risk at follow-up 2"] == (["B", "E"], [100, 95], 1)


def test_the_rule_that_looks_ahead_has_no_later_landmark() -> None:
    ahead = of("ever pseudoprogression")
    assert "at risk at follow-up 1" in ahead
    assert "event at follow-up 2" in ahead
    assert "at risk at follow-up 2" not in ahead
    only_later = timing_selections(made(), early_days=84, windows_days=(90,), follow_ups=(2,))
    assert {one.rule for one in only_later if one.is_landmark} == {MAIN, "first event", EARLY}


def test_the_early_rule_has_its_own_window_and_no_other() -> None:
    early = of(EARLY)
    assert early["all events"][0] == ["A", "D"]
    assert not [name for name in early if "within" in name]


def test_nobody_is_at_risk_twice_with_an_event_before() -> None:
    clinical = made()
    events, visits = first_event(clinical), follow_up_visits(clinical)
    first, second = (set(at_risk(events, visits, k)["subject_id"]) for k in (1, 2))
    assert second < first
    assert first - second == {"A"}


REAL_COUNTS = {
    (MAIN, "all events"): (82, 33, 0),
    ("first event", "all events"): (78, 33, 0),
    ("ever pseudoprogression", "all events"): (87, 33, 0),
    ("first event", "event within 120 days"): (38, 33, 0),
    ("first event", "event at follow-up 1"): (20, 31, 0),
    (MAIN, "event at follow-up 2"): (23, 2, 0),
    (MAIN, "at risk at follow-up 1"): (82, 33, 63),
    (MAIN, "at risk at follow-up 2"): (62, 2, 48),
    (MAIN, "at risk at follow-up 3"): (39, 0, 24),
}
"""True progression, pseudoprogression, without class."""


def test_counts_of_the_real_table(reference_dir: Path) -> None:
    clinical = read_clinical_table(reference_dir / "burdenko_clinical")
    found = timing_selections(clinical, early_days=84, windows_days=(120,), follow_ups=(1, 2, 3))
    assert {one.rule for one in found} == set(RULES)
    counted = {}
    for one in found:
        is_true = one.rows["label"] == "true_progression"
        counted[one.rule, one.patients] = (is_true.sum(), (~is_true).sum(), one.without_class)
        assert one.is_landmark == one.patients.startswith("at risk")
    assert {key: counted[key] for key in REAL_COUNTS} == REAL_COUNTS
