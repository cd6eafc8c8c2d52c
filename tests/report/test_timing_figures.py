"""Figures of the timing question: what they draw, and what they leave out."""

import math

import matplotlib.pyplot as plt
import pandas as pd

from psp_core.report.timing_figures import (
    auc_points,
    plot_aucs,
    plot_days_by_visit,
    plot_patterns,
    shown_places,
)
from psp_core.study.timing_fits import MODELS

COUNTS = {"n_true_progression": 12.0, "n_pseudoprogression": 9.0}
BOUNDS = {"lower": 0.5, "upper": 0.8}
PLACES = {("r", "a"): "first", ("r", "b"): "second"}


def points() -> pd.DataFrame:
    single = pd.DataFrame(
        {"rule": "r", "patients": ["a", "b"], "score": "days_since_rt", "auc": [0.7, math.nan],
         "logit_lower": 0.55, "logit_upper": 0.82, **BOUNDS, **COUNTS}
    )  # fmt: skip
    fits = pd.DataFrame({"rule": "r", "patients": "a", "model": list(MODELS), "auc": 0.6,
                         **BOUNDS, **COUNTS})  # fmt: skip
    return auc_points(single, fits)


def test_ranked_days_bring_their_logit_interval_and_fitted_days_stay_out() -> None:
    table = points()
    assert table["series"].tolist() == ["days, ranked", "days, ranked", "with time", "without time"]
    assert table["lower"].iloc[0] == 0.55


def test_what_has_no_auc_is_not_drawn_and_counts_stand_below() -> None:
    axes = plot_aucs(points(), list(PLACES), PLACES, title="t")
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels == ["first\n12 / 9", "second\n12 / 9"]
    drawn = [line for line in axes.lines if len(line.get_xdata()) == 1]
    assert len(drawn) == 3
    plt.close("all")


def test_an_analysis_that_is_not_there_has_no_place() -> None:
    asked = {**PLACES, ("r", "event at follow-up 1"): "not asked for"}
    assert shown_places(points(), asked) == PLACES


def test_no_interval_is_cut_by_the_axis() -> None:
    low = points().assign(lower=0.05)
    axes = plot_aucs(low, list(PLACES), PLACES)
    assert axes.get_ylim()[0] < 0.05
    plt.close("all")


def test_a_class_without_quartiles_has_its_count_alone() -> None:
    quartiles = {"lower_quartile": [10.0, math.nan], "median": [20.0, math.nan]}
    table = pd.DataFrame(
        {"patients": "event at follow-up 1", "label": ["true_progression", "pseudoprogression"],
         "n": [30.0, 2.0], **quartiles, "upper_quartile": [40.0, math.nan]}
    )  # fmt: skip
    axes = plot_days_by_visit(table, title="t")
    assert [text.get_text() for text in axes.texts] == ["n = 30", "n = 2"]
    assert axes.get_yticklabels()[0].get_text() == "follow-up 1"
    assert len(axes.collections) == 1
    plt.close("all")


def test_every_cohort_has_its_size_and_each_model_a_point() -> None:
    patterns = pd.concat(
        [
            pd.DataFrame({"setting": "s", "n": n, "model": list(MODELS), "auc": 0.6, **BOUNDS})
            for n in (59, 2000)
        ]
    )
    axes = plot_patterns(patterns)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["s, n = 59", "s, n = 2000"]
    assert len(axes.collections) == 2 * len(MODELS)
    plt.close("all")
