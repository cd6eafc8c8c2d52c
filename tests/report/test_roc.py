"""ROC panels show every fold, the vote, and the exact AUC with its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from psp_core.evaluation.summary import results_summary
from psp_core.report.roc import plot_auc_intervals, roc_panels
from tests.report.results import TITLES, make_predictions

PREDICTIONS = make_predictions()
SUMMARY = results_summary(PREDICTIONS, bootstrap_samples=50, seed=0)


def legend(ax: object) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]  # type: ignore[attr-defined]


def test_there_is_a_panel_per_model_with_its_exact_auc() -> None:
    axes = roc_panels(PREDICTIONS, SUMMARY, TITLES, dataset="external")
    assert [ax.get_title() for ax in axes] == list(TITLES.values())
    row = SUMMARY.query("model == 'proposed' and dataset == 'external'").iloc[0]
    vote = f"vote {row['auc']:.3f} ({row['lower']:.2f} to {row['upper']:.2f})"
    assert vote in legend(axes[0])
    assert len(axes[0].lines) == 1 + 2 + 1 + 1  # chance, folds, mean, vote


def test_the_training_cohort_has_folds_and_no_vote() -> None:
    separated, ax = roc_panels(PREDICTIONS, SUMMARY, TITLES, dataset="burdenko")
    assert not any("interval" in text or "nan" in text for text in legend(separated))
    assert any(text.startswith("interval") for text in legend(ax))
    assert not any(text.startswith("vote") for text in legend(ax))


def test_without_an_interval_none_is_written() -> None:
    bare = SUMMARY.assign(lower=np.nan, upper=np.nan)
    ax = roc_panels(PREDICTIONS, bare, TITLES, dataset="burdenko")[0]
    assert [text.partition(" ")[0] for text in legend(ax)] == ["folds"]
    vote = legend(roc_panels(PREDICTIONS, bare, TITLES, dataset="external")[0])[-1]
    assert vote.startswith("vote")
    assert "(" not in vote
    assert "nan" not in vote


def test_a_set_of_one_class_has_empty_panels() -> None:
    single = PREDICTIONS[PREDICTIONS["y_true"] | (PREDICTIONS["dataset"] != "external")]
    summary = results_summary(single, bootstrap_samples=5, seed=0)
    ax = roc_panels(single, summary, TITLES, dataset="external")[0]
    assert len(ax.lines) == 1
    assert ax.get_legend() is None


def test_without_results_the_figure_of_intervals_is_empty() -> None:
    assert plot_auc_intervals(SUMMARY[:0], TITLES).figure.legends == []


def shared_legend(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.figure.legends[0].get_texts()]


def test_every_set_is_drawn_in_a_colour_of_its_own() -> None:
    external = SUMMARY[SUMMARY["dataset"] == "external"]
    more = [external.assign(dataset=f"set_{n}") for n in range(5)]
    ax = plot_auc_intervals(pd.concat([SUMMARY, *more], ignore_index=True), TITLES)
    assert shared_legend(ax)[2:] == [f"set {n}, soft vote" for n in range(5)]
    colours = [tuple(one.get_facecolor()[0]) for one in ax.collections if len(one.get_facecolor())]
    assert len(set(colours)) == 7


def test_a_curve_ends_at_both_corners() -> None:
    vote = roc_panels(PREDICTIONS, SUMMARY, TITLES, dataset="external")[0].lines[-1]
    assert (vote.get_xdata()[0], vote.get_ydata()[0]) == (0, 0)
    assert (vote.get_xdata()[-1], vote.get_ydata()[-1]) == (1, 1)


def test_intervals_are_drawn_for_every_model_and_set() -> None:
    ax = plot_auc_intervals(SUMMARY, TITLES)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == list(TITLES.values())
    assert shared_legend(ax) == ["burdenko, held-out folds", "external, soft vote"]
