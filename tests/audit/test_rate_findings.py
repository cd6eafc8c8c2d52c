"""Findings on single rows and class reports that were made for the purpose."""

from typing import Any

from psp_core.audit.findings import IMPOSSIBLE, OTHERWISE, POSSIBLE
from psp_core.audit.printed_tables import Entry
from psp_core.audit.rate_findings import check_report, class_findings, rate_findings


def entry(**given: Any) -> Entry:
    head = dict.fromkeys(("id", "paper", "place", "row", "kind"), "x")
    return Entry(**head, given=given)


def rates(**figures: str) -> Entry:
    return entry(n_positive=11, n_negative=9, figures=figures)


def test_a_row_of_one_matrix_is_possible() -> None:
    row = rates(auc="0.758", accuracy="0.750", sensitivity="0.727", specificity="0.778")
    assert {one.verdict for one in rate_findings(row)} == {POSSIBLE}


def test_a_column_that_is_another_statistic_is_another_reading() -> None:
    *_, found = rate_findings(rates(accuracy="0.750", sensitivity="0.727", specificity="0.800"))
    assert (found.verdict, found.possible) == (OTHERWISE, "7/9 = 0.778")
    assert "8/9 = 0.889" in found.sentence


def test_the_other_cells_of_such_a_row_stay_possible() -> None:
    accuracy, sensitivity, _ = rate_findings(
        rates(accuracy="0.750", sensitivity="0.727", specificity="0.800")
    )
    assert (accuracy.verdict, sensitivity.verdict) == (POSSIBLE, POSSIBLE)


def test_an_auc_of_no_pairs_is_impossible_or_needs_another_reading() -> None:
    (found,) = rate_findings(rates(auc="0.530"))
    assert found.verdict == OTHERWISE
    assert "52.5/99" in found.reading


REPORT = {
    "PD": {"precision": "0.80", "recall": "0.73", "f1": "0.76"},
    "PsPD": {"precision": "0.67", "recall": "0.75", "f1": "0.71"},
}


def report(**classes: dict[str, str]) -> Entry:
    return entry(n_positive=11, n_negative=8, positive="PD", classes={**REPORT, **classes})


def test_a_sound_report_is_possible() -> None:
    found = class_findings(report())
    assert {one.verdict for one in found} == {POSSIBLE}
    assert check_report(report()).is_possible


def test_exchanged_class_rows_are_another_reading() -> None:
    found = class_findings(report(PD=REPORT["PsPD"], PsPD=REPORT["PD"]))
    assert {one.verdict for one in found} == {OTHERWISE}
    assert found[0].reading == "class rows exchanged"


def test_one_figure_that_misses_is_impossible_and_told_with_the_value_that_fits() -> None:
    found = class_findings(report(PD={**REPORT["PD"], "f1": "0.85"}))
    missed = [one for one in found if one.verdict == IMPOSSIBLE]
    assert [(one.figure, one.possible) for one in missed] == [("PD.f1", "0.76")]
