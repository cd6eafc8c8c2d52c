"""The grid of panels: who stands where, and what the edges say."""

from __future__ import annotations

import pandas as pd

from psp_core.report.set_grid import grid_of, label_edges, ordered, rows_of, set_name

TITLES = {"b": "second model", "a": "first model"}


def made() -> pd.DataFrame:
    rows = [("test", "upenn_gbm", "a"), ("test", "external", "a"), ("test", "external", "b")]
    rows += [("validation", "burdenko", "b"), ("validation", "burdenko", "other")]
    return pd.DataFrame(rows, columns=["split", "dataset", "model"])


def test_rows_are_sets_the_training_cohort_first_and_columns_are_models() -> None:
    panels = grid_of(made(), TITLES)
    assert set(panels) == {
        ("validation", "burdenko", "b"),
        ("test", "external", "a"),
        ("test", "external", "b"),
        ("test", "upenn_gbm", "a"),
    }
    places = {name: ax.get_subplotspec() for name, ax in panels.items()}
    assert places["validation", "burdenko", "b"].rowspan.start == 0
    assert places["test", "upenn_gbm", "a"].rowspan.start == 2
    assert places["test", "external", "a"].colspan.start == 1


def test_the_edges_name_the_set_and_the_axes() -> None:
    panels = grid_of(made(), TITLES)
    label_edges(panels, x="threshold", y="net benefit")
    left = panels["test", "external", "b"].get_ylabel()
    assert left == "external, soft vote\nnet benefit"
    assert panels["test", "external", "a"].get_ylabel() == ""
    assert panels["test", "upenn_gbm", "a"].get_xlabel() == "threshold"


def test_without_a_row_there_is_no_panel() -> None:
    assert grid_of(made().iloc[:0], TITLES) == {}


def test_rows_are_ordered_as_the_panels_are() -> None:
    shown = ordered(made(), TITLES)
    assert shown["dataset"].tolist() == ["burdenko", "external", "external", "upenn_gbm"]
    assert shown["model"].tolist() == ["b", "b", "a", "a"]
    assert len(rows_of(made(), ("test", "external", "a"))) == 1
    assert set_name("validation", "burdenko") == "burdenko, held-out folds"
