"""Verdict tables of the controls."""

import numpy as np
import pandas as pd
import pytest

from psp_core.report.controls import plot_zero_effect, plumbing_table, zero_effect_table


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
            "title": ["a", "b", "c", "a"],
            "story": ["as set", "as set", "as set", "interaction"],
            "auc": [0.83, 0.7, np.nan, 0.6],
            "ceiling": [0.84] * 4,
            "shortfall": [0.01, 0.14, np.nan, 0.24],
            "is_within": [True, False, False, False],
            "note": ["", "", "EstimatorError: one class", ""],
        }
    )
    table = plumbing_table(fits, judged="as set")
    assert table["verdict"].tolist() == ["within", "short", "not estimable", ""]
    assert table.loc[0, ["reached", "short by"]].tolist() == ["0.830", "0.010"]
