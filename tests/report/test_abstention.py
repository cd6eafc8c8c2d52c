"""Abstention on the page: shift, counts, and the sentence where there is no set."""

from __future__ import annotations

import pandas as pd
import pytest

from psp_core.evaluation.abstention import abstention_table
from psp_core.evaluation.decision_tables import risk_coverage_tables
from psp_core.report.abstention import (
    Origin,
    format_abstention,
    format_risk_coverage,
    is_shifted,
    plot_risk_coverage,
    tell_abstention,
    tell_reach,
)
from tests.report.results import TITLES, make_predictions

HERE = Origin(roots={"burdenko": None, "external": None}, centre_shift=True)
REAL = Origin(roots={"burdenko": "data"}, centre_shift=True)
NOTHING = pd.DataFrame({"split": [], "dataset": []})


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    external = abstention_table(make_predictions(), alpha=0.2)
    return pd.concat([external, external.assign(dataset="development")], ignore_index=True)


def test_only_phantoms_drawn_as_the_training_phantoms_are_without_shift() -> None:
    unlike = Origin(roots={}, centre_shift=False)
    assert not is_shifted("development", HERE)
    assert is_shifted("external", HERE)
    assert not is_shifted("external", unlike)
    assert is_shifted("upenn_gbm", unlike)
    assert is_shifted("external", Origin(roots={"external": "theirs"}, centre_shift=False))
    assert is_shifted("development", REAL)
    assert is_shifted("external", Origin(roots={"burdenko": "data"}, centre_shift=False))


def test_sets_without_shift_come_first_with_counts_and_exact_intervals(
    table: pd.DataFrame,
) -> None:
    shown = format_abstention(table, TITLES, origin=HERE)
    assert shown["shift"].tolist() == ["no", "no", "yes", "yes"]
    assert shown["truth in the set, true progression"].str.match(r"\d+/8: \d\.\d\d \(").all()
    assert shown["truth in the set, pseudoprogression"].str.match(r"\d+/7: ").all()
    real = format_abstention(table, TITLES, origin=REAL)
    assert set(real["shift"]) == {"yes"}


def test_the_sentence_has_counts_of_both_kinds_or_says_that_there_is_no_set(
    table: pd.DataFrame,
) -> None:
    told = tell_abstention(table, TITLES, origin=HERE, left_out=NOTHING)
    assert "**Without shift:** the set holds the truth for" in told
    assert "/8" in told
    only = table[table["dataset"] == "external"]
    told = tell_abstention(only, TITLES, origin=HERE, left_out=NOTHING)
    assert told.startswith("**Without shift:** this run has none. **With shift:** the set holds")
    small = pd.DataFrame({"split": ["test"], "dataset": ["sealed"]})
    told = tell_abstention(only, TITLES, origin=HERE, left_out=small)
    assert told.startswith("**Without shift:** no set of this run is large enough.")
    small["split"] = "validation"
    assert "this run has none" in tell_abstention(only, TITLES, origin=HERE, left_out=small)


def test_what_cannot_be_calibrated_is_told_with_the_reason() -> None:
    predictions = make_predictions()
    without = predictions[
        (predictions["split"] == "test") | (predictions["model"] != "clinical_network")
    ]
    one = abstention_table(without, alpha=0.2)
    shown = format_abstention(one, TITLES, origin=HERE)
    assert shown["note"].str.contains("no calibration patient").tolist() == [False, True]
    assert shown["decided"].iloc[1] == "–"
    told = tell_abstention(one, TITLES, origin=HERE, left_out=NOTHING)
    assert "**With shift:** the set holds the truth for" in told
    nobody = abstention_table(without[without["split"] == "test"], alpha=0.2)
    told = tell_abstention(nobody, TITLES, origin=HERE, left_out=NOTHING)
    assert "**With shift:** no model can be calibrated (no calibration patient with" in told
    assert tell_reach(nobody).startswith("No model has the held-out scores")


def test_the_reach_is_that_of_the_calibration_patients(table: pd.DataFrame) -> None:
    assert "10 calibration patients with true progression: 0.091" in tell_reach(table)
    assert tell_reach(table.iloc[:0]).startswith("No model has the held-out scores")


def test_where_nobody_is_decided_a_sentence_stands(table: pd.DataFrame) -> None:
    everybody = abstention_table(make_predictions(), alpha=0.01)
    shown = format_abstention(everybody, TITLES, origin=HERE)
    assert set(shown["wrong"]) == {"nobody is decided"}
    assert set(shown["both"]) == {"15"}
    assert format_abstention(table.iloc[:0], TITLES, origin=HERE).empty


def test_risk_coverage_is_drawn_and_told_with_counts() -> None:
    curves, areas = risk_coverage_tables(make_predictions(), samples=100, seed=0)
    panels = plot_risk_coverage(curves, TITLES)
    assert len(panels) == 4
    shown = format_risk_coverage(areas, curves, TITLES)
    assert shown["wrong of all"].str.fullmatch(r"\d+/(15|20)").all()
    assert shown["wrong of the more certain half"].str.fullmatch(r"\d+/(8|10)").all()
    assert shown["area"].str.contains(" to ").tolist() == [False, False, True, True]
