"""Abstention on the page: shift, counts, and the sentence where there is no set."""

from __future__ import annotations

import pandas as pd
import pytest

from psp_core.evaluation.abstention import abstention_table
from psp_core.evaluation.decision_tables import risk_coverage_tables
from psp_core.report.abstention import (
    format_abstention,
    format_risk_coverage,
    is_shifted,
    plot_risk_coverage,
    tell_abstention,
    tell_reach,
)
from tests.report.results import TITLES, make_predictions


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    external = abstention_table(make_predictions(), alpha=0.2)
    return pd.concat([external, external.assign(dataset="development")], ignore_index=True)


def test_only_phantoms_of_the_training_centre_beside_training_phantoms_are_without_shift() -> None:
    assert not is_shifted("development", None)
    assert is_shifted("external", None)
    assert is_shifted("development", "data")


def test_sets_without_shift_come_first_with_counts_and_exact_intervals(
    table: pd.DataFrame,
) -> None:
    shown = format_abstention(table, TITLES, training_root=None)
    assert shown["shift"].tolist() == ["no", "no", "yes", "yes"]
    assert shown["truth in the set, true progression"].str.match(r"\d+/8: \d\.\d\d \(").all()
    assert shown["truth in the set, pseudoprogression"].str.match(r"\d+/7: ").all()
    real = format_abstention(table, TITLES, training_root="data")
    assert set(real["shift"]) == {"yes"}


def test_the_sentence_has_counts_of_both_kinds_or_says_that_there_is_no_set(
    table: pd.DataFrame,
) -> None:
    told = tell_abstention(table, TITLES, training_root=None)
    assert "**Without shift:** the set holds the truth for" in told
    assert "/8" in told
    only = table[table["dataset"] == "external"]
    told = tell_abstention(only, TITLES, training_root=None)
    assert told.startswith("**Without shift:** no set in this run is large enough.")


def test_the_reach_is_that_of_the_calibration_patients(table: pd.DataFrame) -> None:
    assert "10 calibration patients with true progression: 0.091" in tell_reach(table)
    assert tell_reach(table.iloc[:0]).startswith("No model has the held-out scores")


def test_where_nobody_is_decided_a_sentence_stands(table: pd.DataFrame) -> None:
    everybody = abstention_table(make_predictions(), alpha=0.01)
    shown = format_abstention(everybody, TITLES, training_root=None)
    assert set(shown["wrong"]) == {"nobody is decided"}
    assert set(shown["both"]) == {"15"}
    assert format_abstention(table.iloc[:0], TITLES, training_root=None).empty


def test_risk_coverage_is_drawn_and_told_with_counts() -> None:
    curves, areas = risk_coverage_tables(make_predictions(), samples=100, seed=0)
    panels = plot_risk_coverage(curves, TITLES)
    assert len(panels) == 4
    shown = format_risk_coverage(areas, curves, TITLES)
    assert shown["wrong of all"].str.fullmatch(r"\d+/(15|20)").all()
    assert shown["wrong of the more certain half"].str.fullmatch(r"\d+/(8|10)").all()
    assert shown["area"].str.contains(" to ").tolist() == [False, False, True, True]
