"""Findings on rows over folds that were made for the purpose."""

from typing import Any

from psp_core.audit.findings import IMPOSSIBLE, OTHERWISE, POSSIBLE, Finding
from psp_core.audit.fold_findings import fold_findings, folds_of
from psp_core.audit.printed_tables import Entry


def entry(**given: Any) -> Entry:
    head = dict.fromkeys(("id", "paper", "place", "row", "kind"), "x")
    return Entry(**head, given={"folds": 5, **given})


def shared(**figures: str) -> dict[str, Finding]:
    parts = {name: text.split(" ") for name, text in figures.items()}
    row = entry(same_patients=True, n_positive=11, n_negative=9, figures=parts)
    return {one.figure: one for one in fold_findings(row)}


def test_folds_share_their_patients_or_have_their_own() -> None:
    assert folds_of(entry(same_patients=True, n_positive=11, n_negative=9)).positive == (11,) * 5
    own = folds_of(entry(fold_classes=[[7, 5], [6, 5]]))
    assert (own.positive, own.negative, own.same_patients) == ((7, 6), (5, 5), False)


def test_a_sound_figure_is_possible_with_its_counts() -> None:
    found = shared(sensitivity="0.618 0.121")
    assert found["sensitivity, mean"].possible == "34/55 = 0.6182"
    assert found["sensitivity, SD"].reading == "population SD"
    assert {one.verdict for one in found.values()} == {POSSIBLE}


def test_a_truncated_mean_is_another_reading() -> None:
    assert shared(sensitivity="0.454 0.100")["sensitivity, mean"].verdict == OTHERWISE


def test_a_mean_that_the_other_rates_exclude_is_impossible() -> None:
    found = shared(sensitivity="0.618 0.121", specificity="0.644 0.083", accuracy="0.640 0.060")
    mean = found["accuracy, mean"]
    assert (mean.verdict, mean.possible) == (IMPOSSIBLE, "63/100 = 0.6300")


def test_an_auc_that_needs_ties_counts_half_pairs() -> None:
    found = shared(auc="0.748 0.038")
    assert found["auc, mean"].possible == "370.5/495 = 0.7485"
    assert "ties" in found["auc, mean"].reading
    assert found["auc, SD"].verdict == OTHERWISE
