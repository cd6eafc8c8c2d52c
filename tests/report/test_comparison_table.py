"""Declared comparisons, paired and corrected."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.evaluation.comparison import delong_test, holm
from psp_core.evaluation.internal import internal_difference
from psp_core.evaluation.model_pairs import COLUMNS
from psp_core.report.comparison_table import (
    BEST_OF,
    EVERY,
    NO_BOUND,
    against_the_best,
    declared_comparisons,
    format_comparisons,
    verdict_on_best,
)
from psp_core.study.catalogue import CATALOGUE
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
    assert fair["p_holm"].notna().any()
    assert (fair["p_holm"].dropna() > 0.05).all()
    poor = truth.assign(bayes_full=1 - truth["bayes_full"])
    leaky = PREDICTIONS.assign(y_score=PREDICTIONS["y_true"].astype(float))
    found = against_the_best(leaky, poor)
    assert (found["p_holm"] < 0.05).all()
    assert "look for a leak" in verdict_on_best(found, alpha=0.05)


def leak_between_folds() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Held-out scores that know the truth, votes that do not, and a poor best score."""
    held_out = PREDICTIONS["split"] == "validation"
    own = PREDICTIONS["y_true"].astype(float)
    predictions = PREDICTIONS.assign(y_score=PREDICTIONS["y_score"].mask(held_out, own))
    patients = PREDICTIONS.drop_duplicates("subject_id")[["dataset", "subject_id"]]
    noise = np.random.default_rng(1).random(len(patients))
    return predictions, patients.assign(bayes_full=noise)


def test_a_leak_between_folds_shows_in_the_held_out_scores() -> None:
    predictions, truth = leak_between_folds()
    found = against_the_best(predictions, truth)
    held_out = found[found["split"] == "validation"]
    assert len(held_out) == 2
    assert (held_out["p_holm"] < 0.05).all()
    expected = internal_difference(
        *(predictions.query("model == 'proposed' and split == 'validation'")
          .merge(truth)[name] for name in ("y_true", "y_score", "bayes_full", "fold")),
        alternative="greater",
    )  # fmt: skip
    row = held_out.set_index("first_model").loc["proposed"]
    assert row["p_value"] == pytest.approx(expected.p_value)


def test_the_verdict_counts_what_was_compared() -> None:
    """The better model separates its held-out folds, as the best score does: no spread."""
    patients = PREDICTIONS.drop_duplicates("subject_id")
    truth = patients[["dataset", "subject_id"]].assign(bayes_full=patients["y_true"].astype(float))
    verdict = verdict_on_best(against_the_best(PREDICTIONS, truth), alpha=0.05)
    assert verdict == (
        "**No model is found above the best possible score.** 3 of 4 comparisons could be made: "
        "1 on held-out folds, 2 of soft votes."
    )


def test_rows_without_a_bound_are_named_and_counted_apart() -> None:
    nothing = PREDICTIONS["model"] == "clinical_network"
    blind = PREDICTIONS.assign(feature_set=PREDICTIONS["feature_set"].mask(nothing, "none"))
    found = against_the_best(blind, leak_between_folds()[1])
    passed = found[found["second_model"] == NO_BOUND]
    assert passed["first_model"].tolist() == ["clinical_network"] * 2
    assert passed["p_holm"].isna().all()
    assert passed["note"].tolist() == ["no best possible score of 'none'"] * 2
    verdict = verdict_on_best(found, alpha=0.05, titles=TITLES)
    assert " of 2 comparisons could be made" in verdict
    assert verdict.endswith("2 rows are passed over, since no best possible score is known of "
                            "what the model sees: clinical.")  # fmt: skip
    assert "–" in set(format_comparisons(found, TITLES)["second"])
    alone = verdict_on_best(passed, alpha=0.05)
    assert alone.startswith("**No comparison")
    assert alone.endswith(": clinical_network.")


def test_every_model_that_sees_something_has_a_bound() -> None:
    seen = {entry.feature_set for entry in CATALOGUE.values()}
    assert seen - set(BEST_OF) == {"none"}


def test_all_declared_pairs_are_of_the_catalogue_and_stand_once() -> None:
    assert len(set(EVERY)) == len(EVERY)
    assert {name for pair in EVERY for name in pair} <= set(CATALOGUE)
    family = declared_comparisons(PREDICTIONS, EVERY)
    assert family["second_model"].tolist() == ["clinical_network"] * 2


def test_without_any_comparison_the_verdict_says_so() -> None:
    truth = PREDICTIONS[["dataset", "subject_id"]].drop_duplicates().assign(bayes_full=0.5)
    nothing = against_the_best(PREDICTIONS[:0], truth)
    assert list(nothing) == list(COLUMNS)
    single = against_the_best(PREDICTIONS[PREDICTIONS["y_true"]], truth)
    assert len(single) == 4
    assert single["p_holm"].isna().all()
    for table in (nothing, single):
        assert verdict_on_best(table, alpha=0.05).startswith("**No comparison")
        assert format_comparisons(table, TITLES).shape[0] == len(table)


def test_a_pair_without_a_fold_of_both_classes_has_its_reason_and_stops_nobody() -> None:
    own = PREDICTIONS["split"] == "validation"
    apart = PREDICTIONS.assign(
        fold=PREDICTIONS["fold"].mask(own, PREDICTIONS["y_true"].astype(int))
    )
    table = declared_comparisons(apart, PAIRS[:1]).set_index("split")
    assert "holds both classes" in table.loc["validation", "note"]
    assert np.isnan(table.loc["validation", "p_value"])
    assert table.loc["test", "note"] == ""
    text = format_comparisons(table.reset_index(), TITLES)
    assert text["note"].str.contains("both classes").sum() == 1
    assert (text["AUCs"] == "–").sum() == 1


def test_models_of_different_repetitions_are_not_paired() -> None:
    later = PREDICTIONS.assign(seed=PREDICTIONS["model"].eq("proposed").astype(int))
    table = declared_comparisons(later, PAIRS[:1])
    assert table["n"].tolist() == [0, 0]
    assert (table["note"] != "").all()


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
    assert list(declared_comparisons(PREDICTIONS, ())) == list(COLUMNS)
    assert declared_comparisons(PREDICTIONS, ()).empty
    assert format_comparisons(declared_comparisons(PREDICTIONS, ()), TITLES).empty
