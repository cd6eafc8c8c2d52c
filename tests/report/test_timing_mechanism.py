"""Patterns of known causes, and which of them a table resembles."""

import math

import pandas as pd
import pytest

from psp_core.cohorts.timing_selections import EVERYBODY
from psp_core.phantom.latents import CausalModel
from psp_core.report.timing_mechanism import (
    REAL,
    format_days_alone,
    nearest_setting,
    pattern_table,
    phantom_days_alone,
)
from psp_core.study.timing_fits import MODELS
from psp_core.study.timing_question import PhantomDraw

COUNTS = {"n_true_progression": 6.0, "n_pseudoprogression": 4.0}


def fits(aucs: tuple[float, float, float], **keys: object) -> pd.DataFrame:
    table = pd.DataFrame({**keys, "model": list(MODELS), "auc": aucs, **COUNTS})
    return table.assign(lower=table["auc"] - 0.06, upper=table["auc"] + 0.06)


def test_the_setting_whose_farthest_figure_is_nearest_is_named() -> None:
    real = fits((0.85, 0.55, 0.89), rule="r", patients=EVERYBODY)
    phantoms = pd.concat(
        [
            fits((0.85, 0.55, 0.89), setting="small", n=59),
            fits((0.70, 0.65, 0.60), setting="as set", n=2000),
            fits((0.90, 0.52, 0.90), setting="strong", n=2000),
        ]
    )
    patterns = pattern_table(phantoms, real, rule="r")
    assert patterns[["setting", "n"]].iloc[0].tolist() == [REAL, 10]
    table, sentence = nearest_setting(patterns)
    assert table["setting"].tolist() == ["strong", "as set"]  # the largest cohorts alone
    assert table["farthest"].tolist() == [pytest.approx(0.05), pytest.approx(0.29)]
    assert "*strong* lies nearest (days alone 0.900, with time 0.900, without time" in sentence
    assert "in the interval of the real one: *strong*; what" in sentence


def test_where_no_setting_lies_in_the_intervals_the_sentence_says_none() -> None:
    real = fits((0.85, 0.55, 0.89), rule="r", patients=EVERYBODY)
    phantoms = pd.concat(
        [fits((0.5, 0.5, one), setting=name, n=59) for one, name in ((0.5, "a"), (0.6, "b"))]
    )
    _, sentence = nearest_setting(pattern_table(phantoms, real, rule="r"))
    assert "in the interval of the real one: none; what" in sentence


def test_without_fitted_real_patients_nothing_is_compared() -> None:
    none = fits((math.nan,) * 3, rule="r", patients=EVERYBODY)
    some = fits((0.5, 0.5, 0.5), setting="as set", n=59)
    table, sentence = nearest_setting(pattern_table(some, none, rule="r"))
    assert table.empty
    assert sentence.startswith("Real patients: not fitted")
    real, nothing = (
        fits((0.5,) * 3, rule="r", patients=EVERYBODY),
        fits((math.nan,) * 3, setting="a", n=9),
    )
    assert nearest_setting(pattern_table(nothing, real, rule="r"))[1].startswith("Phantoms: not")


def test_a_window_that_was_not_recorded_is_a_dash() -> None:
    draws = [PhantomDraw("strong", CausalModel(timing="burdenko"), 30, 0)]
    table = phantom_days_alone(draws, windows_days=(60, 70))
    real = table[table["patients"] != "event within 70 days"].assign(score="days_since_rt")
    text = format_days_alone(table, real)
    assert text["event within 70 days"].iloc[0] == "–"
    assert text["event within 60 days"].iloc[0] != "–"


def test_days_alone_by_window_have_their_counts_real_patients_first() -> None:
    draws = [PhantomDraw("strong", CausalModel(timing="burdenko"), n, 0) for n in (30, 400)]
    table = phantom_days_alone(draws, windows_days=(60,))
    whole, within = (table[table["n"] == 400].iloc[place] for place in (0, 1))
    assert whole["n_true_progression"] + whole["n_pseudoprogression"] == 400
    assert within["n_true_progression"] < whole["n_true_progression"]
    assert within["auc"] < whole["auc"]
    real = table[table["n"] == 30].assign(score="days_since_rt")
    text = format_days_alone(table, real)
    assert text["patients"].tolist() == [REAL, "strong"]
    assert text[EVERYBODY].iloc[1].endswith("; 231 / 169")
