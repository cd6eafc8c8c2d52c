"""Result tables as text: every interval and every count in its place."""

from __future__ import annotations

import math

import numpy as np

from psp_core.evaluation.coverage import simulate_coverage, simulate_difference
from psp_core.evaluation.precision_summary import precision_summary
from psp_core.evaluation.summary import rates_summary, results_summary
from psp_core.report.results_table import (
    format_coverage,
    format_difference,
    format_precision,
    format_rates,
    format_results,
    mean_sd,
    over_folds,
    published_beside_rerun,
)
from tests.report.results import TITLES, make_predictions

PREDICTIONS = make_predictions()
SUMMARY = results_summary(PREDICTIONS, bootstrap_samples=100, seed=0)
RATES = rates_summary(PREDICTIONS)


def test_the_training_cohort_comes_first_and_models_keep_their_order() -> None:
    text = format_results(SUMMARY[::-1], TITLES)
    assert text["model"].tolist() == ["proposed", "clinical"] * 2
    assert text["patients"].str.startswith("burdenko, held-out folds: 10 of 20").tolist() == [
        True, True, False, False,
    ]  # fmt: skip
    assert (text["soft vote"] == "–").tolist() == [True, True, False, False]
    assert (text["internal AUC"] == "–").tolist() == [False, False, True, True]


def test_every_rate_stands_with_its_count() -> None:
    text = format_rates(RATES, TITLES)
    rate = RATES.query("model == 'proposed' and dataset == 'external' and at == 'frozen'")
    row = rate.set_index("rate").loc["accuracy"]
    cell = text.query("model == 'proposed' and patients == 'external'")["accuracy"].iloc[0]
    assert cell.startswith(f"{row['k']}/{row['n']}: {row['value']:.2f} (")
    assert set(text["patients"]) == {"burdenko, held-out folds", "external"}
    assert len(text) == 4


def test_a_missing_auc_has_its_reason_beside_it() -> None:
    assert "note" not in format_results(SUMMARY, TITLES)
    single = PREDICTIONS[PREDICTIONS["y_true"]]
    text = format_results(results_summary(single, bootstrap_samples=5, seed=0), TITLES)
    assert len(text) == 4
    assert text["note"].str.contains("one of each class|holds both classes").all()
    assert (text["bootstrap"] == "–").all()
    rates = format_rates(rates_summary(single), TITLES)
    assert (rates["specificity"] == "no pseudoprogression").all()


def test_a_mark_of_a_set_stands_in_its_notes() -> None:
    marks = {"external": "training data not stated", "nobody": "x"}
    text = format_results(SUMMARY, TITLES, marks=marks)
    assert text["note"].tolist() == ["", "", *["training data not stated"] * 2]
    assert "note" not in format_results(SUMMARY, TITLES, marks={})
    single = results_summary(PREDICTIONS[PREDICTIONS["y_true"]], bootstrap_samples=5, seed=0)
    notes = format_results(single, TITLES, marks=marks)["note"]
    assert notes.str.endswith("; training data not stated").tolist() == [False, False, True, True]


def test_a_set_is_named_as_a_reader_says_it() -> None:
    name, told = "upenn_gbm, score 1 against 6", "UPENN-GBM, score 1 against 6"
    places = {"external": name}
    summary, rates = (
        one.assign(dataset=one["dataset"].replace(places)) for one in (SUMMARY, RATES)
    )
    results = format_results(summary, TITLES)["patients"]
    assert results.iloc[-1] == f"{told}: 8 of 15 true progression"
    assert told in set(format_rates(rates, TITLES)["patients"])


def test_results_of_nothing_are_empty_tables() -> None:
    assert format_results(SUMMARY[:0], TITLES).empty
    assert format_rates(RATES[:0], TITLES).empty


def test_held_out_folds_have_no_bootstrap() -> None:
    text = format_results(SUMMARY, TITLES)
    assert (text["bootstrap"] == "–").tolist() == [True, True, False, False]


def test_the_printed_validation_stands_beside_held_out_folds() -> None:
    beside = published_beside_rerun(
        SUMMARY, RATES, TITLES, {"proposed": "proposed"},
        dataset="burdenko", described="phantoms", split="validation",
    )  # fmt: skip
    printed, rerun = beside.iloc[0], beside.iloc[1]
    assert beside["source"].tolist() == [
        "Gomaa 2025: Burdenko, n = 59", "rerun: phantoms, n = 20",
    ]  # fmt: skip
    assert printed["AUC, folds"] == "0.883 ± 0.044"
    assert printed["AUC, all held out"] == "–"
    assert "/10)" in rerun["sensitivity, all held out"]


def test_a_mean_over_some_of_the_folds_says_so() -> None:
    row = {"fold_mean": 0.5, "fold_sd": 0.1, "fold_n": 4, "n_folds": 5}
    assert over_folds(row, "fold") == "0.500 ± 0.100 (4 of 5 folds)"
    assert over_folds(row | {"fold_n": 4.0, "n_folds": 5.0}, "fold").endswith("(4 of 5 folds)")
    assert over_folds(row | {"fold_n": 5}, "fold") == "0.500 ± 0.100"
    assert over_folds(row | {"fold_mean": math.nan, "fold_n": 0}, "fold") == "–"


def test_printed_and_rerun_stand_beside_each_other_and_are_never_merged() -> None:
    beside = published_beside_rerun(
        SUMMARY, RATES, TITLES, {"proposed": "multimodal", "nobody": "mri"},
        dataset="external", described="phantoms",
    )  # fmt: skip
    assert beside["source"].tolist() == [
        "Gomaa 2025: GlioCMV, n = 20",
        "rerun: phantoms, n = 15",
    ]
    printed, rerun = beside.iloc[0], beside.iloc[1]
    assert printed["AUC, folds"] == "0.748 ± 0.038"
    assert printed["specificity, vote"] == "0.800"
    auc = SUMMARY.query("model == 'proposed' and dataset == 'external'")["auc"].iloc[0]
    assert rerun["AUC, vote"].startswith(f"{auc:.3f} (")
    assert "/8)" in rerun["sensitivity, vote"]


def test_a_set_that_is_not_there_gives_no_row() -> None:
    assert published_beside_rerun(
        SUMMARY, RATES, TITLES, {"proposed": "mri"}, dataset="upenn", described="x"
    ).empty


def test_coverage_has_a_column_per_setting_even_where_rounded_aucs_agree() -> None:
    design = {"n_positive": 12, "n_negative": 10, "n_folds": 2, "n_features": 2, "repetitions": 30}
    aucs = (0.5, 0.51, 0.9)
    table = simulate_coverage(**design, best_aucs=aucs, rng=np.random.default_rng(0))
    text = format_coverage(table)
    assert len(text) == table["method"].nunique()
    assert text.shape[1] == 4
    first = table.query("best_auc == 0.51")
    assert text.iloc[:, 1].tolist() == [f"{value:.3f}" for value in first["coverage"]]
    difference = simulate_difference(**design, best_aucs=aucs, rng=np.random.default_rng(0))
    assert format_difference(difference).shape == (2, 3)


def test_a_mean_without_spread_stands_alone() -> None:
    assert mean_sd(0.5, math.nan) == "0.500"
    assert mean_sd(0.5, 0.1) == "0.500 ± 0.100"
    assert mean_sd(math.nan, 0.1) == "–"


def test_average_precision_stands_beside_its_no_skill_value() -> None:
    table = precision_summary(PREDICTIONS, bootstrap_samples=50, seed=0)
    text = format_precision(table, TITLES)
    assert text["patients"].str.contains("held-out folds").tolist() == [True, True, False, False]
    row = table.query("model == 'proposed' and split == 'test'").iloc[0]
    written = text.iloc[2]
    assert written["average precision"].startswith(f"{row['average_precision']:.3f} (")
    assert (written["no skill"], text["no skill"].iloc[0]) == ("0.533", "0.500")
    assert text["p of the AUC against chance"].iloc[0] == "–"
    assert format_precision(table[:0], TITLES).empty


def test_balanced_accuracy_and_f1_have_no_counts() -> None:
    text = format_rates(RATES, TITLES)
    assert list(text)[-2:] == ["balanced accuracy", "F1"]
    assert (
        not text[["balanced accuracy", "F1"]]
        .apply(lambda one: one.str.contains("/"))
        .any(axis=None)
    )
