"""Flow of patients: conservation, order, classes."""

import numpy as np
import pytest

from psp_core.cohorts.flow import build_flow, join_notes, make_notes
from psp_core.errors import TableError

LABELS = {"a": "true_progression", "b": "pseudoprogression", "c": "unlabelled"}


def test_a_patient_leaves_at_the_first_step_that_names_them() -> None:
    flow = build_flow("all", "abc", [("x", {"c": "why"}), ("y", {"c": "later", "b": "no"})], LABELS)
    assert flow.dropped.to_dict("records") == [
        {"subject_id": "c", "step": "x", "reason": "why"},
        {"subject_id": "b", "step": "y", "reason": "no"},
    ]
    assert flow.steps["n_remaining"].tolist() == [3, 2, 1]


def test_no_patient_is_lost() -> None:
    rng = np.random.default_rng(0)
    subjects = [f"P{number}" for number in range(50)]
    exclusions = [
        (f"step {step}", {s: "reason" for s in subjects if rng.random() < 0.2}) for step in range(4)
    ]
    flow = build_flow("all", subjects, exclusions, {})
    assert flow.steps["n_remaining"].iloc[-1] + len(flow.dropped) == 50
    assert flow.steps["n_dropped"].sum() == len(flow.dropped)
    assert flow.dropped["subject_id"].is_unique


def test_classes_are_counted_once_everyone_has_one() -> None:
    flow = build_flow("all", "abc", [("x", {"c": "why"})], LABELS)
    assert np.isnan(flow.steps["n_true_progression"].iloc[0])
    assert flow.steps["n_true_progression"].iloc[1] == 1
    assert flow.steps["n_pseudoprogression"].iloc[1] == 1


def test_a_patient_twice_is_an_error() -> None:
    with pytest.raises(TableError, match="patient a appears more than once"):
        build_flow("all", "aab", [], {})


def test_notes_have_their_columns_even_when_empty() -> None:
    assert make_notes().columns.tolist() == [
        "subject_id",
        "check",
        "visit_number",
        "days",
        "detail",
    ]
    assert make_notes([{"subject_id": "a", "check": "x"}])["detail"].tolist() == [""]


def test_notes_are_joined_in_order_and_none_is_lost() -> None:
    one = make_notes([{"subject_id": "a", "check": "x", "days": 3}])
    joined = join_notes(make_notes(), one, make_notes(), one.assign(check="y"))
    assert joined["check"].tolist() == ["x", "y"]
    assert joined["days"].tolist() == [3, 3]
    assert join_notes(make_notes()).columns.tolist() == one.columns.tolist()
