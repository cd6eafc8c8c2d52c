"""Result tables as text: every interval and every count in its place."""

from __future__ import annotations

import math

import numpy as np

from psp_core.evaluation.coverage import simulate_coverage
from psp_core.evaluation.summary import rates_summary, results_summary
from psp_core.report.results_table import (
    format_coverage,
    format_rates,
    format_results,
    mean_sd,
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
    cell = text.query("model == 'proposed' and dataset == 'external'")["accuracy"].iloc[0]
    assert cell.startswith(f"{row['k']}/{row['n']}: {row['value']:.2f} (")
    assert len(text) == 4


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


def test_coverage_has_a_column_per_true_auc() -> None:
    table = simulate_coverage(
        n_positive=12, n_negative=10, n_folds=2, best_aucs=(0.6, 0.9), n_features=2,
        repetitions=30, rng=np.random.default_rng(0),
    )  # fmt: skip
    text = format_coverage(table)
    assert len(text) == table["method"].nunique()
    assert text.shape[1] == 3


def test_a_mean_without_spread_stands_alone() -> None:
    assert mean_sd(0.5, math.nan) == "0.500"
    assert mean_sd(0.5, 0.1) == "0.500 ± 0.100"
    assert mean_sd(math.nan, 0.1) == "–"
