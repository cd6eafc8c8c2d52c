"""Rows of a card come from the tables of results, and a missing figure is told."""

from __future__ import annotations

import pandas as pd
import pytest

from psp_core.evaluation.decision_tables import calibration_table
from psp_core.evaluation.summary import results_summary
from psp_core.report.card_figures import (
    NO_FIGURE,
    calibration_rows,
    performance_rows,
    subgroup_rows,
)
from tests.report.results import make_predictions

ROOTS = {"burdenko": None, "external": "somewhere"}
EXTERNAL = "external, soft vote (real patients)"


@pytest.fixture(scope="module")
def predictions() -> pd.DataFrame:
    table = make_predictions()
    return table[table["model"] == "proposed"]


@pytest.fixture(scope="module")
def summary(predictions: pd.DataFrame) -> pd.DataFrame:
    return results_summary(predictions, bootstrap_samples=100, seed=0)


def test_every_set_has_its_counts_and_an_interval(summary: pd.DataFrame) -> None:
    rows = {row["patients"]: row for row in performance_rows(summary, ROOTS)}
    assert set(rows) == {"burdenko, held-out folds (phantoms)", EXTERNAL}
    assert rows[EXTERNAL]["n"] == "15 (8 true progression)"
    external = summary.set_index("dataset").loc["external"]
    assert rows[EXTERNAL]["AUC (interval)"].startswith(f"{external['auc']:.3f} (")


def test_a_model_without_a_set_has_a_sentence(summary: pd.DataFrame) -> None:
    assert performance_rows(summary.head(0), {}) == ({"patients": NO_FIGURE},)
    assert calibration_rows(pd.DataFrame(columns=["note"]), {}) == ({"patients": NO_FIGURE},)


def test_subsets_without_a_figure_are_counted(summary: pd.DataFrame) -> None:
    known = summary.assign(subset="within_12_weeks")
    unknown = summary.assign(subset="older", auc=float("nan"))
    rows = subgroup_rows(pd.concat([summary.assign(subset="all"), known, unknown]), ROOTS)
    assert {row["patients"] for row in rows[:2]} == {
        "burdenko, held-out folds (phantoms)", EXTERNAL,
    }  # fmt: skip
    assert [row["subset"] for row in rows] == [
        "event up to 12 weeks after radiotherapy",
        "event up to 12 weeks after radiotherapy",
        "2 of 4 subsets have no figure: too few patients of a class",
    ]


def test_a_slope_that_cannot_be_estimated_is_called_so(predictions: pd.DataFrame) -> None:
    rows = calibration_rows(calibration_table(predictions, widest_slope_interval=0.01), ROOTS)
    assert {row["slope"] for row in rows} == {"not estimable"}
    assert all(row["note"] for row in rows)
    brier = {row["patients"]: row["of the share alone"] for row in rows}
    assert brier[EXTERNAL] == "0.249"  # 7/15 * 8/15
