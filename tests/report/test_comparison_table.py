"""Declared comparisons, paired and corrected."""

from __future__ import annotations

import pandas as pd
import pytest

from psp_core.evaluation.comparison import delong_test, holm
from psp_core.evaluation.internal import internal_difference
from psp_core.report.comparison_table import (
    against_the_best,
    declared_comparisons,
    format_comparisons,
)
from tests.report.results import TITLES, make_predictions

PREDICTIONS = make_predictions()
PAIRS = (("proposed", "clinical_network"), ("clinical_network", "proposed"), ("proposed", "cnn"))


def scores(split: str, member_is_vote: bool) -> pd.DataFrame:
    rows = PREDICTIONS[PREDICTIONS["split"] == split]
    rows = rows[(rows["member"] == "soft_vote") == member_is_vote]
    return rows.pivot_table(
        index=["subject_id", "y_true", "fold"], columns="model", values="y_score"
    ).reset_index()


def test_external_sets_are_compared_by_paired_delong() -> None:
    table = declared_comparisons(PREDICTIONS, PAIRS)
    row = table[table["split"] == "test"].iloc[0]
    votes = scores("test", True)
    expected = delong_test(votes["y_true"], votes["proposed"], votes["clinical_network"])
    assert row["p_value"] == pytest.approx(expected.p_value)
    assert row["n"] == 15


def test_the_training_cohort_is_compared_within_its_folds() -> None:
    table = declared_comparisons(PREDICTIONS, PAIRS)
    row = table[table["split"] == "validation"].iloc[0]
    own = scores("validation", False)
    expected = internal_difference(
        own["y_true"], own["proposed"], own["clinical_network"], own["fold"]
    )
    assert row["difference"] == pytest.approx(expected.difference)
    assert row["p_value"] == pytest.approx(expected.p_value)


def test_holm_is_taken_within_each_set_and_missing_models_are_passed_over() -> None:
    table = declared_comparisons(PREDICTIONS, PAIRS)
    assert len(table) == 4
    for _, part in table.groupby("split"):
        assert part["p_holm"].tolist() == pytest.approx(holm(part["p_value"]).tolist())


def test_a_model_that_saw_the_truth_is_above_the_best() -> None:
    votes = PREDICTIONS.query("member == 'soft_vote' and model == 'proposed'")
    truth = votes[["dataset", "subject_id"]].assign(bayes_full=votes["y_score"])
    fair = against_the_best(PREDICTIONS, truth)
    assert (fair["p_holm"].fillna(1) > 0.05).all()
    poor = truth.assign(bayes_full=1 - truth["bayes_full"])
    leaky = PREDICTIONS.assign(y_score=PREDICTIONS["y_true"].astype(float))
    assert (against_the_best(leaky, poor)["p_holm"] < 0.05).all()


def test_comparisons_are_written_with_sign_and_interval() -> None:
    text = format_comparisons(declared_comparisons(PREDICTIONS, PAIRS[:1]), TITLES)
    assert text["patients"].tolist() == ["external, n = 15", "burdenko, n = 20"]
    assert text["difference"].str.match(r"[+-]\d\.\d{3} \([+-]").all()
    votes = PREDICTIONS.query("member == 'soft_vote' and model == 'proposed'")
    truth = votes[["dataset", "subject_id"]].assign(bayes_full=votes["y_score"])
    best = format_comparisons(against_the_best(PREDICTIONS, truth), TITLES)
    assert set(best["second"]) == {"best possible (full)"}
    assert "–" in set(best["p"])


def test_without_pairs_the_table_is_empty() -> None:
    assert declared_comparisons(PREDICTIONS, ()).empty
    assert format_comparisons(declared_comparisons(PREDICTIONS, ()), TITLES).empty
