"""Decision curves: what is drawn, which thresholds are told, and when a gain is claimed."""

from __future__ import annotations

import pytest

from psp_core.evaluation.decision_tables import decision_table
from psp_core.report.decision_curve import format_decisions, plot_decision_curves, tell_gains
from tests.report.results import TITLES, make_predictions

THRESHOLDS = (0.1, 0.3, 0.5)


def test_bands_are_drawn_for_soft_votes_alone() -> None:
    table = decision_table(make_predictions(), THRESHOLDS, samples=100, seed=0)
    panels = plot_decision_curves(table, TITLES)
    assert len(panels["validation", "burdenko", "proposed"].collections) == 0
    assert len(panels["test", "external", "proposed"].collections) == 1
    model = panels["test", "external", "proposed"].lines[2].get_ydata()
    part = table[(table["dataset"] == "external") & (table["model"] == "proposed")]
    assert list(model) == pytest.approx(part["net_benefit"].tolist())


def test_the_nearest_thresholds_are_told_with_their_exchange_rate() -> None:
    table = decision_table(make_predictions(), THRESHOLDS, samples=100, seed=0)
    shown = format_decisions(table, TITLES, at=(0.12, 0.1, 0.6))
    assert list(shown) == ["patients", "model", "at 0.10 (9.0 : 1)", "at 0.50 (1.0 : 1)"]
    assert len(shown) == 4
    at_half = shown["at 0.50 (1.0 : 1)"]
    assert at_half.str.match(r"\d+/(20|15) treated, -?\d\.\d\d").all()
    assert at_half.str.contains(" to ").tolist() == [False, False, True, True]
    assert format_decisions(table.iloc[:0], TITLES, at=(0.2,)).empty


def test_who_treats_all_or_nobody_has_no_gain_of_its_own() -> None:
    table = decision_table(make_predictions(), (0.01, 0.99), samples=100, seed=0)
    shown = format_decisions(table, TITLES, at=(0.01, 0.99))
    external = shown[shown["patients"] == "external, soft vote"]
    assert set(external["at 0.01 (99.0 : 1)"]) == {"treats all"}
    assert set(external["at 0.99 (0.0 : 1)"]) == {"treats nobody"}


def test_a_gain_is_told_only_where_its_band_lies_above_nought() -> None:
    table = decision_table(make_predictions(), THRESHOLDS, samples=100, seed=0)
    none = tell_gains(
        table.assign(gain_lower=table["gain_lower"].where(table["lower"].isna(), -1)), TITLES
    )
    assert none.startswith("Of 2 models on sets that no model was trained on, 0 have a gain")
    is_one = (table["model"] == "proposed") & (table["threshold"] == 0.5)
    one = table.assign(
        gain_lower=table["gain_lower"]
        .where(table["lower"].isna(), -1)
        .mask(is_one & table["lower"].notna(), 0.1)
    )
    assert "1 have a gain" in tell_gains(one, TITLES)
    assert "proposed on external, soft vote (thresholds 0.5 to 0.5)" in tell_gains(one, TITLES)
    assert tell_gains(table.iloc[:0], TITLES).startswith("No set that no model")
