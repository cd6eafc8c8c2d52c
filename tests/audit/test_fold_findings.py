"""Findings on rows over folds that were made for the purpose."""

from typing import Any

import numpy as np

from psp_core.audit.findings import IMPOSSIBLE, OTHERWISE, POSSIBLE, Finding
from psp_core.audit.fold_findings import TOGETHER, fold_findings, folds_of
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


def test_three_means_that_contradict_each_other_are_one_finding() -> None:
    found = shared(sensitivity="0.618 0.121", specificity="0.644 0.083", accuracy="0.640 0.060")
    means = [found[f"{name}, mean"] for name in ("sensitivity", "specificity", "accuracy")]
    assert [one.verdict for one in means] == [POSSIBLE] * 3
    together = found[f"means of {TOGETHER}"]
    assert together.verdict == IMPOSSIBLE
    assert together.possible == (
        "sensitivity 35/55 = 0.6364; specificity 30/45 = 0.6667; accuracy 63/100 = 0.6300"
    )
    assert TOGETHER not in found


def test_an_sd_beside_a_mean_that_is_cut_off_says_so() -> None:
    sentence = shared(sensitivity="0.454 0.100")["sensitivity, SD"].sentence
    assert "its mean is cut off" in sentence
    sentence = shared(sensitivity="0.488 0.100")["sensitivity, SD"].sentence
    assert "none of counts" in sentence


def test_six_figures_cut_off_together_are_another_reading() -> None:
    tp, tn = np.array([8, 6, 7, 9, 5]), np.array([6, 5, 7, 4, 8])
    rates = {"sensitivity": tp / 11, "specificity": tn / 9, "accuracy": (tp + tn) / 20}
    cut = {
        name: f"{int(one.mean() * 1000) / 1000:.3f} {int(one.std() * 1000) / 1000:.3f}"
        for name, one in rates.items()
    }
    together = shared(**cut)[TOGETHER]
    assert together.verdict == OTHERWISE
    assert "cut off" in together.reading


def test_an_auc_that_needs_ties_counts_half_pairs() -> None:
    found = shared(auc="0.748 0.038")
    assert found["auc, mean"].possible == "370.5/495 = 0.7485"
    assert "ties" in found["auc, mean"].reading
    assert found["auc, SD"].verdict == OTHERWISE
    assert "can have any mean" in found["auc, mean"].sentence
