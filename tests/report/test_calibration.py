"""The calibration table says why a slope is missing; the curves stand in their panels."""

from __future__ import annotations

from psp_core.evaluation.decision_tables import calibration_table, reliability_table
from psp_core.report.calibration import format_calibration, plot_reliability, tell_calibration
from tests.report.results import TITLES, make_predictions


def test_a_slope_that_is_not_estimable_keeps_its_interval_and_has_a_note() -> None:
    table = calibration_table(make_predictions(), widest_slope_interval=0.01)
    shown = format_calibration(table, TITLES)
    assert len(shown) == 4
    assert shown["slope"].str.match(r"not estimable( \(-?\d+\.\d\d to \d+\.\d\d\))?$").all()
    assert shown["note"].str.contains("not estimable").all()
    assert shown["true progression"].iloc[0] == "10/20"
    assert shown["null"].iloc[0] == "0.250"


def test_the_sentence_counts_what_the_table_shows() -> None:
    table = calibration_table(make_predictions(), widest_slope_interval=100)
    told = tell_calibration(table, TITLES)
    better = int((table["scaled_brier"] > 0).sum())
    assert told.startswith(f"Of 4 models on sets of patients, {better} have a Brier score below")
    moved = table.assign(slope_lower=2.0, intercept_lower=0.1)
    assert "leaves out 0 for 4, and" in tell_calibration(moved, TITLES)
    assert "leaves out 1 for 4." in tell_calibration(moved, TITLES)
    assert tell_calibration(table.iloc[:0], TITLES) == "No set of patients is large enough."


def test_every_panel_has_the_diagonal_the_bins_and_from_enough_patients_on_a_smooth_curve() -> None:
    predictions = make_predictions()
    bins = reliability_table(predictions, bins=3)
    panels = plot_reliability(predictions, bins, TITLES, smooth_from=18)
    assert len(panels) == 4
    own = panels["validation", "burdenko", "proposed"]
    new = panels["test", "external", "proposed"]
    assert len(own.lines) == len(new.lines) + 1
    assert own.get_ylabel().endswith("observed share")
