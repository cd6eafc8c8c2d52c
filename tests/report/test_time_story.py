"""The story in which nothing but time tells."""

from __future__ import annotations

import pandas as pd

from psp_core.report.time_story import time_only_table

NAN = float("nan")


def fits(**changed: float) -> pd.DataFrame:
    days = {"model": "days_only", "title": "days", "auc": 0.71, "ceiling": 0.72}
    other = {"model": "proposed", "title": "proposed", "auc": 0.69, "ceiling": 0.72}
    none = {"difference": NAN, "lower": NAN, "upper": NAN, "p_value": NAN, "note": ""}
    apart = {"difference": 0.02, "lower": -0.01, "upper": 0.05, "p_value": 0.2, "note": ""}
    return pd.DataFrame([days | none, other | apart | changed])


def test_the_days_reach_and_nobody_beats_them() -> None:
    table, sentence = time_only_table(fits(), alone="days_only", tolerance=0.03)
    assert list(table["days alone minus model"]) == ["not estimable", "+0.020 (-0.010 to +0.050)"]
    assert "The days alone reach the best possible AUC (0.710 of 0.720" in sentence
    assert list(table["p, Holm"]) == ["–", "0.200"]
    assert "0 of 1 models that see more beat them, at a Holm-corrected p below 0.05." in sentence
    assert "note" not in table


def test_models_that_beat_them_are_counted_by_corrected_p() -> None:
    better = fits(difference=-0.04, lower=-0.08, upper=-0.001, p_value=0.03)
    assert "1 of 1 models" in time_only_table(better, alone="days_only", tolerance=0.03)[1]
    other = better.iloc[[1]].assign(model="other", p_value=0.04)
    table, sentence = time_only_table(
        pd.concat([better, other], ignore_index=True), alone="days_only", tolerance=0.03
    )
    assert list(table["p, Holm"]) == ["–", "0.060", "0.060"]
    assert "0 of 2 models" in sentence
    worse = fits(difference=0.04, lower=0.02, upper=0.06, p_value=0.001)
    assert "0 of 1 models" in time_only_table(worse, alone="days_only", tolerance=0.03)[1]


def test_days_that_fall_short_are_said_so() -> None:
    sentence = time_only_table(fits(), alone="days_only", tolerance=0.005)[1]
    assert "do not reach" in sentence


def test_a_fit_that_failed_is_told() -> None:
    failed = fits(auc=NAN, difference=NAN, lower=NAN, upper=NAN, p_value=NAN).assign(
        note=["", "no class"]
    )
    table, sentence = time_only_table(failed, alone="days_only", tolerance=0.03)
    assert table["note"].iloc[1] == "no class"
    assert "0 of 0 models" in sentence
    none = failed.assign(auc=NAN)
    told = time_only_table(none, alone="days_only", tolerance=0.03)[1]
    assert "could not be compared with" in told
