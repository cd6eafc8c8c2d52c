"""Label rules, on rows written here and on the real clinical table (DOI 10.7937/E1QP-D183)."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.cohorts.burdenko import read_clinical_table
from psp_core.cohorts.labels import (
    VISITS,
    first_event,
    follow_up_visits,
    response_fault,
    response_tokens,
    rule_name,
)
from psp_core.errors import ConfigError, TableError

PSP, TP, DISTANT = "pseudo progression", "progression", "distant progression"


def clinical(*patients: list[str], first_day: float = 20, step: float = 90) -> pd.DataFrame:
    """Build patients with one response per follow-up, `step` days apart."""
    rows = []
    for number, responses in enumerate(patients):
        filled = [*responses, *[""] * (len(VISITS) - len(responses))]
        row = {"subject_id": f"P{number}"}
        for visit, response in zip(VISITS, filled, strict=True):
            row[f"response_{visit}"] = response
            row[f"visit_{visit}_day"] = first_day + step * (visit - 1) if response else np.nan
        rows.append(row)
    return pd.DataFrame(rows)


def label_and_visit(table: pd.DataFrame, **rule: object) -> tuple[str, float]:
    row = first_event(table, **rule).iloc[0]
    return row["label"], row["visit_number"]


def test_a_response_is_a_set_of_tokens() -> None:
    assert response_tokens("response,  Pseudo Progression") == {"response", PSP}
    assert response_fault("stable, distant progression") is None
    assert "'cured' is no response" in str(response_fault("stable, cured"))
    assert "contradict each other" in str(response_fault(f"{PSP}, {TP}"))


def test_first_non_distant_passes_over_a_distant_event() -> None:
    table = clinical(["stable", DISTANT, TP])
    assert label_and_visit(table) == ("true_progression", 3)
    assert label_and_visit(table, event="first")[0] == "unlabelled"


def test_a_mixed_response_counts_as_its_event() -> None:
    assert label_and_visit(clinical([f"response, {PSP}"])) == ("pseudoprogression", 1)
    assert label_and_visit(clinical([f"stable, {DISTANT}"]), event="first")[0] == "unlabelled"


def test_ever_pseudoprogression_goes_before_an_earlier_progression() -> None:
    table = clinical([TP, PSP])
    assert label_and_visit(table) == ("true_progression", 1)
    assert label_and_visit(table, event="ever_pseudoprogression") == ("pseudoprogression", 2)
    distant = clinical([DISTANT])
    assert label_and_visit(distant, event="ever_pseudoprogression") == ("true_progression", 1)


def test_later_progression_is_noted() -> None:
    events = first_event(clinical([PSP, "stable", TP], [PSP, DISTANT], [PSP, "stable"]))
    assert events["later_progression"].tolist() == [True, True, False]


def test_the_window_includes_its_last_day() -> None:
    table = clinical(["stable", TP])  # day 110
    assert label_and_visit(table, window_days=110)[0] == "true_progression"
    assert label_and_visit(table, window_days=109)[0] == "unlabelled"


def test_every_patient_without_a_label_has_a_reason() -> None:
    table = clinical(["stable"], [DISTANT], [], ["stable", TP], [TP])
    table.loc[4, "visit_1_day"] = np.nan
    events = first_event(table, window_days=60)
    assert events["reason"].tolist() == [
        "no event",
        "distant progression only",
        "no follow-up in the clinical table",
        "the event is more than 60 days after radiotherapy",
        "the event has no date",
    ]
    assert (
        first_event(table, event="first")["reason"][1] == "the first event is distant progression"
    )
    assert (
        first_event(table, first_visit_only=True)["reason"][3] == "the event is after follow-up 1"
    )


def test_no_patients_give_no_events() -> None:
    assert first_event(clinical([]).iloc[:0]).empty


def test_the_order_of_patients_does_not_matter() -> None:
    table = clinical(["stable", TP], [PSP], [DISTANT])
    turned = first_event(table.iloc[::-1]).iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(turned, first_event(table))


def test_an_unknown_rule_raises() -> None:
    with pytest.raises(ConfigError, match=r"event is 'last'(.|\n)*window_days is -1"):
        first_event(clinical([TP]), event="last", window_days=-1)


def test_unknown_and_contradicting_tokens_raise_with_patient_and_follow_up() -> None:
    with pytest.raises(TableError, match=r"P0, follow-up 1: 'cured'(.|\n)*P1, follow-up 2: 'prog"):
        first_event(clinical(["cured"], ["stable", f"{PSP}, {TP}"]))


def test_the_rule_has_a_name() -> None:
    assert rule_name("first", None, False) == "first"
    assert rule_name("first", 90, True) == "first+within_90_days+follow_up_1_only"


@pytest.fixture
def real(clinical_csv: Path) -> pd.DataFrame:
    return read_clinical_table(clinical_csv)


@pytest.mark.parametrize(
    ("rule", "pseudoprogression", "true_progression", "distant"),
    [
        ({"event": "ever_pseudoprogression"}, 33, 87, 0),
        ({"event": "first"}, 33, 78, 9),
        ({"event": "first", "first_visit_only": True}, 31, 20, 1),
        ({"event": "first", "window_days": 90}, 33, 29, 3),
        ({"event": "first", "window_days": 120}, 33, 38, 3),
        ({"event": "first", "window_days": 180}, 33, 51, 5),
        ({"event": "first", "window_days": 365}, 33, 72, 7),
        ({"event": "first_non_distant"}, 33, 82, 0),
    ],
)
def test_counts_of_the_real_table(
    real: pd.DataFrame, rule: dict, pseudoprogression: int, true_progression: int, distant: int
) -> None:
    events = first_event(real, **rule)
    counts = Counter(events["label"])
    assert counts["pseudoprogression"] == pseudoprogression
    assert counts["true_progression"] == true_progression
    is_distant = events["event"] == "distant_progression"
    if rule.get("window_days"):
        is_distant &= events["days_since_rt"] <= rule["window_days"]
    if rule.get("first_visit_only"):
        is_distant &= events["visit_number"] == 1
    assert is_distant.sum() == distant


def test_sixty_real_patients_have_no_event_and_five_only_distant_ones(real: pd.DataFrame) -> None:
    reasons = Counter(first_event(real)["reason"])
    assert reasons["no event"] + reasons["no follow-up in the clinical table"] == 60
    assert reasons["distant progression only"] == 5
    ever = first_event(real, event="ever_pseudoprogression")
    assert (ever["event"] == "none").sum() == 60


def test_where_pseudoprogression_appears_in_the_real_table(real: pd.DataFrame) -> None:
    events = first_event(real)
    psp = events[events["label"] == "pseudoprogression"]
    assert (psp["visit_number"] == 1).sum() == 31
    second = psp.loc[psp["visit_number"] == 2, "subject_id"]
    assert second.tolist() == ["Burdenko-GBM-079", "Burdenko-GBM-117"]
    assert psp["later_progression"].sum() == 15
    days = psp["days_since_rt"]
    assert (days.median(), days.min(), days.max()) == (20, -11, 80)


def test_when_true_progression_appears_in_the_real_table(real: pd.DataFrame) -> None:
    events = first_event(real, event="first")
    days = events.loc[events["label"] == "true_progression", "days_since_rt"]
    assert (days.median(), days.min(), days.max()) == (122, -13, 1249)


def test_vocabulary_and_follow_ups_of_the_real_table(real: pd.DataFrame) -> None:
    visits = follow_up_visits(real)
    assert visits["days_since_rt"].notna().sum() == 657
    assert Counter(visits.loc[visits["response"] != "", "response"]) == {
        "stable": 246,
        "response": 192,
        "progression": 162,
        "pseudo progression": 35,
        "distant progression": 9,
        "response, distant progression": 4,
        "stable, distant progression": 2,
        "response, pseudo progression": 1,
    }
    labels = (visits["response"] != "").groupby(visits["subject_id"]).sum()
    per_patient = Counter(labels.reindex(real["subject_id"]).fillna(0).astype(int))
    assert per_patient == {0: 2, 1: 26, 2: 40, 3: 40, 4: 21, 5: 15, 6: 16, 7: 4, 8: 7, 9: 4, 10: 5}
