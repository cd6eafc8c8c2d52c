"""Findings on sentences that were made for the purpose."""

from typing import Any

import pytest

from psp_core.audit.findings import IMPOSSIBLE, NOT_TESTABLE, OTHERWISE, POSSIBLE, Finding
from psp_core.audit.printed_tables import Entry
from psp_core.audit.text_findings import disagreement_findings, sources_of, statement_findings


def entry(place: str, kind: str, **given: Any) -> Entry:
    return Entry(id=place, paper="gomaa2025", place=place, row="model", kind=kind, given=given)


VOTE = entry("Table 2, soft vote", "rates", figures={"auc": "0.753", "accuracy": "0.750"})
AGAIN = entry("Table 4, soft vote", "rates", figures={"auc": "0.753", "accuracy": "0.700"})
FOLDS = entry("Table 2, over folds", "fold_rates", figures={"auc": ["0.748", "0.038"]})


def said(*tables: Entry, **figure: Any) -> Finding:
    passage = entry("Results", "statement", figures=[{"figure": "auc", **figure}])
    (found,) = statement_findings(passage, [*tables, passage])
    return found


def test_tables_give_their_figures_by_name() -> None:
    assert [(one.figure, one.printed) for one in sources_of([VOTE, FOLDS])] == [
        ("auc", "0.753"), ("accuracy", "0.750"), ("auc", "0.748"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        ({"printed": "0.753", "row": "model"}, POSSIBLE),
        ({"printed": "75.3", "unit": 100, "row": "model"}, POSSIBLE),
        ({"printed": "0.753", "row": "model", "setting": "over folds"}, OTHERWISE),
        ({"printed": "0.750", "row": "model"}, OTHERWISE),
        ({"printed": "0.9", "row": "model"}, IMPOSSIBLE),
        ({"printed": "48", "sum_of": ["20", "25", "3"]}, POSSIBLE),
        ({"printed": "47", "sum_of": ["20", "25", "3"]}, IMPOSSIBLE),
        ({"printed": "0.83", "auc": [11, 8]}, POSSIBLE),
        ({"printed": "0.9", "reason": "nothing is printed"}, NOT_TESTABLE),
    ],
)
def test_a_figure_is_held_against_what_it_names(figure: dict[str, Any], verdict: str) -> None:
    assert said(VOTE, FOLDS, **figure).verdict == verdict


def test_a_figure_under_another_name_says_where() -> None:
    found = said(VOTE, FOLDS, printed="0.750", row="model")
    assert found.reading == "accuracy (0.750 in Table 2, soft vote)"


def test_tables_that_differ_are_told_and_their_sentence_too() -> None:
    (found,) = disagreement_findings([VOTE, AGAIN])
    assert (found.figure, found.printed, found.verdict) == ("accuracy", "0.700", IMPOSSIBLE)
    told = said(VOTE, AGAIN, printed="0.70", row="model", figure="accuracy")
    assert told.verdict == OTHERWISE


def test_a_curve_that_cannot_pass_its_own_point_is_impossible() -> None:
    report = Entry(
        id="report", paper="gomaa2025", place="Table 2", row="model", kind="class_report",
        given={
            "n_positive": 11, "n_negative": 8, "positive": "PD",
            "classes": {
                "PD": {"precision": "0.80", "recall": "0.73", "f1": "0.76"},
                "PsPD": {"precision": "0.67", "recall": "0.75", "f1": "0.71"},
            },
        },
    )  # fmt: skip
    assert said(report, printed="0.83", auc=[11, 8], labels="report").verdict == POSSIBLE
    assert said(report, printed="0.30", auc=[11, 8], labels="report").verdict == IMPOSSIBLE
