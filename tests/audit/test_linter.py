"""The audit turned on one's own tables."""

from __future__ import annotations

import pytest

from psp_core.audit.linter import Linted, lint_rows

GOOD = {
    "patients": "external: 11 of 20 true progression",
    "model": "proposed",
    "soft vote": "0.753 (0.490 to 0.911)",
}


def faults_of(**cells: str) -> tuple[str, ...]:
    return lint_rows([cells], place="page 08").faults


def test_rates_of_one_matrix_are_possible() -> None:
    row = {
        "accuracy": "15/20: 0.75 (0.51 to 0.91)",
        "sensitivity": "8/11: 0.73 (0.39 to 0.94)",
        "specificity": "7/9: 0.78 (0.40 to 0.97)",
        "ppv": "8/10: 0.80 (0.44 to 0.97)",
        "npv": "7/10: 0.70 (0.35 to 0.93)",
    }
    linted = lint_rows([row], place="page 08")
    assert (linted.checked, linted.faults) == (5, ())


def test_a_rate_that_is_not_its_count_is_named_with_place_and_row() -> None:
    assert faults_of(specificity="7/9: 0.80 (0.40 to 0.97)") == (
        "page 08, row 1, specificity: 0.80 is not 7/9, which is 0.7778",
    )


def test_half_of_the_last_digit_is_rounded_either_way() -> None:
    assert faults_of(ppv="5/8: 0.62") == faults_of(ppv="5/8: 0.63") == ()


def test_an_interval_that_does_not_hold_its_value_is_a_fault() -> None:
    assert faults_of(sensitivity="8/11: 0.73 (0.74 to 0.94)") == ()  # rounding moves a digit
    (fault,) = faults_of(sensitivity="8/11: 0.73 (0.80 to 0.94)")
    assert "the interval 0.80 to 0.94 does not hold 0.73" in fault


@pytest.mark.parametrize("text", ["3/2: 1.50", "0/0: 0.00"])
def test_a_count_above_its_whole_or_of_nobody_is_no_share(text: str) -> None:
    assert lint_rows([{"accuracy": text}], place="x").faults in (
        ("x, row 1, accuracy: 3/2 is no share",),
        ("x, row 1, accuracy: 0/0 is no share",),
    )


def test_rates_of_two_matrices_in_one_row_are_a_fault() -> None:
    (fault,) = faults_of(sensitivity="8/11: 0.73", specificity="7/9: 0.78", ppv="8/11: 0.73")
    assert "ppv 8/11 does not go with sensitivity 8/11 and specificity 7/9; expected 8/10" in fault


def test_an_auc_of_a_soft_vote_is_a_count_of_pairs() -> None:
    linted = lint_rows([GOOD], place="page 08")
    assert (linted.checked, linted.faults) == (1, ())  # 149/198 = 0.7525
    (fault,) = lint_rows([GOOD | {"patients": "3 of 5 true progression"}], place="p").faults
    assert fault.startswith("p, row 1, soft vote: 0.753 is no count of ordered pairs among 3 and 2")
    assert fault.endswith("the nearest is 0.7500")


@pytest.mark.parametrize(
    "classes",
    [
        {"true / pseudoprogression": "3 / 2"},
        {"true progression": "3", "pseudoprogression": "2"},
        {"patients": "external: 3 of 5 true progression"},
    ],
)
@pytest.mark.parametrize("head", ["soft vote", "AUC (DeLong)", "days alone: AUC (DeLong)"])
def test_classes_are_found_however_a_table_tells_them(classes: dict[str, str], head: str) -> None:
    assert lint_rows([classes | {head: "0.750 (0.2 to 0.9)"}], place="p") == Linted(1, ())
    (fault,) = lint_rows([classes | {head: "0.720"}], place="p").faults
    assert fault.startswith(f"p, row 1, {head}: 0.720 is no count of ordered pairs among 3 and 2")
    assert lint_rows([{head: "0.720", "true progression": "–"}], place="p").checked == 0


def test_an_auc_of_one_class_is_a_fault() -> None:
    (fault,) = lint_rows([GOOD | {"patients": "5 of 5 true progression"}], place="p").faults
    assert "there is no AUC of one class" in fault


def test_means_over_folds_and_words_are_passed_over() -> None:
    row = {"internal AUC": "0.704 (0.252 to 0.944)", "patients": "9 of 16 true progression"}
    assert lint_rows([row, {"soft vote": "–"}], place="p").checked == 0


def test_two_readings_are_added() -> None:
    both = lint_rows([GOOD], place="a") + lint_rows([{"ppv": "1/2: 0.9"}], place="b")
    assert (both.checked, len(both.faults)) == (2, 1)
