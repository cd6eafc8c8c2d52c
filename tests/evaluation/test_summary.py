"""Predictions to result tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.evaluation.composites import composites_at
from psp_core.evaluation.internal import internal_auc
from psp_core.evaluation.intervals import delong_interval, logit_delong_interval
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.predictions import NO_FOLD, SOFT_VOTE
from psp_core.evaluation.rates import RATES, rates_at
from psp_core.evaluation.summary import rates_summary, results_summary
from psp_core.evaluation.thresholds import sensitivity_threshold


def predictions(n_seeds: int = 2, n_folds: int = 3) -> pd.DataFrame:
    """Two models, made up, on 18 validation and 12 test patients."""
    rng = np.random.default_rng(0)
    rows = []
    for model in ("one", "two"):
        for seed in range(n_seeds):
            base = {
                "experiment": "e", "model": model, "preset": "", "feature_set": "full",
                "seed": seed, "permutation": 0, "n_train": 12,
            }  # fmt: skip
            for i in range(18):
                truth = i % 2 == 0
                rows.append(base | {
                    "fold": (i // 2) % n_folds, "member": str((i // 2) % n_folds),
                    "split": "validation", "dataset": "burdenko", "subject_id": f"b{i}",
                    "timepoint": 1, "y_true": truth,
                    "y_score": float(np.clip(rng.normal(0.5 + 0.2 * truth, 0.2), 0, 1)),
                    "threshold": 0.5 + 0.01 * ((i // 2) % n_folds),
                })  # fmt: skip
            for i in range(12):
                truth = i % 3 == 0
                scores = np.clip(rng.normal(0.5 + 0.2 * truth, 0.2, size=n_folds), 0, 1)
                members = [(v, str(v), float(scores[v]), 0.4) for v in range(n_folds)]
                members.append((NO_FOLD, SOFT_VOTE, float(scores.mean()), 0.45))
                for fold, member, score, threshold in members:
                    rows.append(base | {
                        "fold": fold, "member": member, "split": "test", "dataset": "external",
                        "subject_id": f"x{i}", "timepoint": 1, "y_true": truth,
                        "y_score": score, "threshold": threshold,
                    })  # fmt: skip
    return pd.DataFrame(rows)


TABLE = predictions()
SUMMARY = results_summary(TABLE, bootstrap_samples=200, seed=0)


def of(table: pd.DataFrame, model: str, dataset: str) -> pd.DataFrame:
    return table[(table["model"] == model) & (table["dataset"] == dataset)]


def test_there_is_one_row_per_arm_and_set() -> None:
    assert len(SUMMARY) == 4
    assert SUMMARY["n"].tolist() == [18, 12, 18, 12]
    assert SUMMARY["n_true_progression"].tolist() == [9, 4, 9, 4]


def test_the_internal_row_is_the_mean_of_the_folds_with_its_valid_interval() -> None:
    rows = of(TABLE, "one", "burdenko").query("seed == 0")
    expected = internal_auc(rows["y_true"], rows["y_score"], rows["fold"])
    row = of(SUMMARY, "one", "burdenko").iloc[0]
    assert row["auc"] == row["fold_auc_mean"] == pytest.approx(expected.auc)
    assert (row["lower"], row["upper"]) == pytest.approx(expected.valid_interval)
    assert row["fold_auc_sd"] == pytest.approx(expected.sd)


def test_the_external_row_is_the_soft_vote_beside_the_fold_mean() -> None:
    rows = of(TABLE, "two", "external").query("seed == 0")
    vote = rows[rows["member"] == SOFT_VOTE]
    wald = delong_interval(vote["y_true"], vote["y_score"])
    logit = logit_delong_interval(vote["y_true"], vote["y_score"])
    row = of(SUMMARY, "two", "external").iloc[0]
    assert row["auc"] == pytest.approx(wald.auc)
    assert (row["delong_lower"], row["delong_upper"]) == pytest.approx((wald.lower, wald.upper))
    assert (row["logit_lower"], row["logit_upper"]) == pytest.approx((logit.lower, logit.upper))
    assert row["bootstrap_lower"] < row["auc"] < row["bootstrap_upper"]
    folds = [
        auc(part["y_true"], part["y_score"])
        for _, part in rows[rows["member"] != SOFT_VOTE].groupby("fold")
    ]
    assert row["fold_auc_mean"] == pytest.approx(np.mean(folds))
    assert row["fold_auc_sd"] == pytest.approx(np.std(folds, ddof=1))


def test_the_spread_over_seeds_stands_alone() -> None:
    votes = of(TABLE, "one", "external").query("member == @SOFT_VOTE")
    areas = [auc(part["y_true"], part["y_score"]) for _, part in votes.groupby("seed")]
    row = of(SUMMARY, "one", "external").iloc[0]
    assert row["auc_sd_over_seeds"] == pytest.approx(np.std(areas, ddof=1))
    single = results_summary(predictions(n_seeds=1), bootstrap_samples=20, seed=0)
    assert single["auc_sd_over_seeds"].isna().all()
    assert single["auc"].tolist() == SUMMARY["auc"].tolist()[:2] + single["auc"].tolist()[2:]


def test_permuted_labels_do_not_count() -> None:
    permuted = TABLE.assign(permutation=1, y_score=1 - TABLE["y_score"])
    both = results_summary(pd.concat([TABLE, permuted]), bootstrap_samples=200, seed=0)
    pd.testing.assert_frame_equal(both, SUMMARY)


def test_rates_have_counts_of_the_vote_and_a_mean_over_the_folds() -> None:
    table = rates_summary(TABLE)
    vote = of(TABLE, "one", "external").query("seed == 0 and member == @SOFT_VOTE")
    for at, threshold in (("frozen", 0.45), ("0.5", 0.5)):
        expected = rates_at(vote["y_true"], vote["y_score"], threshold)
        rows = of(table, "one", "external")
        rows = rows[(rows["at"] == at) & rows["rate"].isin(RATES)].set_index("rate")
        assert rows["k"].to_dict() == {name: rate.k for name, rate in expected.items()}
        assert rows["n"].to_dict() == {name: rate.n for name, rate in expected.items()}
    assert of(table, "one", "external")["fold_mean"].notna().any()


def test_validation_rates_use_each_folds_own_threshold() -> None:
    rows = of(TABLE, "one", "burdenko").query("seed == 0")
    expected = rates_at(rows["y_true"], rows["y_score"], rows["threshold"])
    found = of(rates_summary(TABLE), "one", "burdenko").query("at == 'frozen'").set_index("rate")
    assert found.loc["accuracy", "k"] == expected["accuracy"].k


def test_a_set_of_one_class_has_no_auc_and_says_why() -> None:
    external = TABLE[(TABLE["dataset"] == "external") & ~TABLE["y_true"]]
    summary = results_summary(external, bootstrap_samples=20, seed=0)
    assert len(summary) == 2
    assert (
        summary[["auc", "lower", "upper", "delong_lower", "bootstrap_upper"]].isna().all(axis=None)
    )
    assert summary["note"].str.contains("0 positive").all()
    assert (summary["fold_auc_n"] == 0).all()
    assert (summary["n_folds"] == 3).all()


def test_a_set_of_one_class_keeps_its_accuracy_and_the_rate_of_its_class() -> None:
    external = TABLE[(TABLE["dataset"] == "external") & ~TABLE["y_true"]]
    rates = rates_summary(external).query("model == 'one' and at == 'frozen'").set_index("rate")
    vote = of(external, "one", "external").query("seed == 0 and member == @SOFT_VOTE")
    below = int((vote["y_score"] < 0.45).sum())
    assert (rates.loc["specificity", "k"], rates.loc["specificity", "n"]) == (below, 8)
    assert rates.loc["accuracy", "k"] == below
    assert np.isnan(rates.loc["sensitivity", "value"])
    assert rates.loc["sensitivity", "note"] == "no true progression"
    assert (rates.loc["sensitivity", "fold_n"], rates.loc["sensitivity", "n_folds"]) == (0, 3)


def test_held_out_folds_have_no_bootstrap_interval() -> None:
    bounds = ["bootstrap_lower", "bootstrap_upper"]
    assert of(SUMMARY, "one", "burdenko")[bounds].isna().all(axis=None)
    assert of(SUMMARY, "one", "external")[bounds].notna().all(axis=None)


def test_a_fold_mean_says_of_how_many_folds_it_is() -> None:
    rows = TABLE["member"].eq("1") & TABLE["dataset"].eq("external")
    nobody_called = TABLE.assign(threshold=TABLE["threshold"].mask(rows, 1.1))
    rates = of(rates_summary(nobody_called), "one", "external").query("at == 'frozen'")
    found = rates.set_index("rate")
    assert (found.loc["ppv", "fold_n"], found.loc["npv", "fold_n"]) == (2, 3)
    assert (found["n_folds"] == 3).all()


def test_nothing_predicted_is_two_empty_tables_with_their_columns() -> None:
    assert list(results_summary(TABLE[:0], bootstrap_samples=5, seed=0)) == list(SUMMARY)
    assert list(rates_summary(TABLE[:0])) == list(rates_summary(TABLE))


def test_an_arm_that_failed_in_its_first_repetition_is_judged_by_its_next() -> None:
    failed = TABLE[(TABLE["model"] != "two") | (TABLE["seed"] == 1)]
    row = of(results_summary(failed, bootstrap_samples=5, seed=0), "two", "external").iloc[0]
    vote = of(TABLE, "two", "external").query("seed == 1 and member == @SOFT_VOTE")
    assert row["auc"] == pytest.approx(auc(vote["y_true"], vote["y_score"]))
    assert row["n_seeds"] == 1


def test_balanced_accuracy_and_f1_stand_with_the_bootstraps_interval_alone() -> None:
    rows = of(rates_summary(TABLE), "one", "external").query("at == 'frozen'").set_index("rate")
    vote = of(TABLE, "one", "external").query("seed == 0 and member == @SOFT_VOTE")
    for name, one in composites_at(vote["y_true"], vote["y_score"], 0.45).items():
        row = rows.loc[name]
        assert (row["k"], row["n"], row["value"]) == (one.k, one.n, one.value)
        assert row["value"] == row["k"] / row["n"]
        assert (row["bootstrap_lower"], row["bootstrap_upper"]) == (one.lower, one.upper)
        assert np.isnan(row["exact_lower"])
    assert rows.loc["accuracy", "exact_lower"] < rows.loc["accuracy", "exact_upper"]
    assert np.isnan(rows.loc["accuracy", "bootstrap_lower"])


def test_the_third_threshold_is_there_when_it_is_asked_for() -> None:
    table = rates_summary(TABLE, sensitivity_target=0.8)
    assert table["at"].unique().tolist() == ["frozen", "0.5", "sensitivity 0.80"]
    own = of(TABLE, "one", "burdenko").query("seed == 0")
    cut = sensitivity_threshold(own["y_true"], own["y_score"], target=0.8)
    vote = of(TABLE, "one", "external").query("seed == 0 and member == @SOFT_VOTE")
    expected = rates_at(vote["y_true"], vote["y_score"], cut)
    found = of(table, "one", "external").query("at == 'sensitivity 0.80'").set_index("rate")
    assert {name: found.loc[name, "k"] for name in RATES} == {
        name: rate.k for name, rate in expected.items()
    }


def test_without_a_training_cohort_the_third_threshold_has_no_rates_and_says_why() -> None:
    external = TABLE[TABLE["dataset"] == "external"]
    table = rates_summary(external, sensitivity_target=0.9).query("at == 'sensitivity 0.90'")
    assert table["value"].isna().all()
    assert set(table["note"]) == {"no held-out scores of both classes to choose a threshold on"}
