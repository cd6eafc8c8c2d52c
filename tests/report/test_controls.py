"""Verdict tables of the controls."""

import numpy as np
import pandas as pd
import pytest

from psp_core.report.controls import (
    failed_fits,
    fusion_table,
    null_folds_table,
    plot_zero_effect,
    plumbing_table,
    zero_effect_table,
)


def null(shift: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    areas = 0.5 + 0.01 * rng.standard_normal((12, 3)) + [0, 0, shift]
    rows = [
        {"seed": cohort, "title": title, "auc": area}
        for cohort, row in enumerate(areas)
        for title, area in zip(("a", "b", "c"), row, strict=True)
    ]
    return pd.DataFrame(rows)


def test_the_zero_effect_holds_where_there_is_none() -> None:
    table, sentence = zero_effect_table(null(), tolerance=0.01, seed=0)
    assert table["model"].tolist() == ["a", "b", "c"]
    assert (table["cohorts"] == 12).all()
    assert sentence.endswith("The zero-effect control holds.")


@pytest.mark.parametrize("shift", [0.05, -0.05])
def test_a_model_that_sees_the_label_breaks_it(shift: float) -> None:
    table, sentence = zero_effect_table(null(shift), tolerance=0.01, seed=0)
    assert sentence.endswith("does not hold.")
    assert float(table.set_index("model").loc["c", "standard errors from 0.5"]) > 5


def test_a_model_that_failed_is_counted_and_left_out_of_the_test() -> None:
    fits = null()
    fits.loc[1, "auc"] = np.nan
    table, sentence = zero_effect_table(fits, tolerance=0.01, seed=0)
    assert "1 models failed" in sentence
    assert table.set_index("model").loc["b", "cohorts"] == 11
    assert table.set_index("model").loc["b", "standard errors from 0.5"] == "not estimable"


def test_every_model_has_its_cohorts_and_its_mean() -> None:
    ax = plot_zero_effect(null())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]
    assert sum(len(points.get_offsets()) for points in ax.collections[::2]) == 36


def test_plumbing_is_judged_on_one_story_only() -> None:
    fits = pd.DataFrame(
        {
            "title": ["a", "b", "c", "d", "a"],
            "story": ["as set", "as set", "as set", "as set", "interaction"],
            "auc": [0.83, 0.7, np.nan, 0.9, 0.6],
            "ceiling": [0.84] * 5,
            "shortfall": [0.01, 0.14, np.nan, -0.06, 0.24],
            "is_within": [True, False, False, False, False],
            "note": ["", "", "EstimatorError: one class", "", ""],
        }
    )
    table = plumbing_table(fits, judged="as set")
    assert table["verdict"].tolist() == ["within", "short", "not estimable", "above", ""]
    assert table.loc[0, ["reached", "short by"]].tolist() == ["0.830", "0.010"]


def test_fusions_are_corrected_over_both_stories() -> None:
    fits = pd.DataFrame(
        {
            "title": ["guided", "b", "b"],
            "story": ["as set", "as set", "interaction"],
            "difference": [np.nan, 0.001, 0.05],
            "lower": [np.nan, -0.01, 0.03],
            "upper": [np.nan, 0.012, 0.07],
            "p_value": [np.nan, 0.03, 0.0001],
        }
    )
    table = fusion_table(fits)
    assert table["guided minus other"].tolist() == [
        "+0.001 (-0.010 to +0.012)",
        "+0.050 (+0.030 to +0.070)",
    ]
    assert table["p"].tolist() == ["0.030", "< 0.001"]
    assert table["p, Holm"].tolist() == ["0.030", "< 0.001"]
    assert fusion_table(fits[:1]).empty


def test_fits_that_failed_are_listed_with_their_reasons() -> None:
    fits = pd.DataFrame(
        {
            "title": ["a", "a", "a", "b"],
            "n_train": [59, 59, 118, 59],
            "auc": [np.nan, np.nan, 0.7, 0.6],
            "note": ["EstimatorError: one class"] * 2 + [""] * 2,
        }
    )
    told = failed_fits(fits)
    assert told.startswith("2 of 4 fits failed")
    assert told.endswith("- a, 59 patients, 2 times: EstimatorError: one class")
    assert "- trained: a, 59 patients, 2" in failed_fits(fits.assign(representation="trained"))
    assert failed_fits(fits[2:]) == "All 2 fits succeeded."


def test_the_folds_are_judged_by_the_interval_over_cohorts() -> None:
    areas = {"a": [0.4, 0.5, 0.6], "b": [0.69, 0.7, 0.71], "c": [np.nan] * 3}
    fits = pd.DataFrame([{"title": k, "auc": area} for k, v in areas.items() for area in v])
    table = null_folds_table(fits, confidence_level=0.95).set_index("model")
    assert table["0.5"].to_dict() == {"a": "inside", "b": "outside", "c": "not estimable"}
    assert table.loc["a", "mean held-out AUC"] == "0.500 (0.252 to 0.748)"  # t(2) = 4.303
    assert table["cohorts"].tolist() == [3, 3, 0]
