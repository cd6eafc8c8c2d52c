"""Printed rows: as named, and the smallest change that makes them possible."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psp_core.audit.feasibility import as_printed, check_row
from psp_core.audit.matrices import Matrix
from psp_core.audit.printed import Printed
from psp_core.audit.search import print_as
from psp_core.errors import AuditError
from tests.audit.gomaa import COUNTS, PINNED, ROWS


@st.composite
def honest_rows(draw: st.DrawFn) -> tuple[dict[str, str], Matrix]:
    n_positive, n_negative = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    tp, tn = draw(st.integers(0, n_positive)), draw(st.integers(0, n_negative))
    matrix = Matrix(tp, n_positive - tp, tn, n_negative - tn)
    like = Printed(draw(st.sampled_from(["0.00", "0.000", "0.0000"])))
    names = ("accuracy", "sensitivity", "specificity", "ppv", "npv", "f1", "youden")
    return {name: print_as(matrix.value(name), like) for name in names}, matrix


@settings(max_examples=60, deadline=None, derandomize=True)
@given(honest_rows())
def test_an_honest_row_is_never_impossible(made: tuple[dict[str, str], Matrix]) -> None:
    row, matrix = made
    check = check_row(row, n_positive=matrix.tp + matrix.fn, n_negative=matrix.tn + matrix.fp)
    assert matrix in check.matrices
    assert check.is_possible
    assert all(cell.way == "rounded" for cell in check.cells.values())
    assert [one.text for one in check.readings] == ["as named"]


def test_rows_of_which_both_readings_agree_are_possible_as_named() -> None:
    possible = [row for row, figures in ROWS.items() if check_row(figures, **COUNTS).is_possible]
    assert possible == ["clinical", "end to end"]


@pytest.mark.parametrize("row", ["proposed", "jang", "mri", "transfer"])
def test_one_renamed_column_makes_a_row_possible(row: str) -> None:
    best = check_row(ROWS[row], **COUNTS).readings[0]
    tp, tn = PINNED[row]
    assert (best.meanings, best.changes, best.digits) == ({"specificity": "ppv"}, 1, 0)
    assert best.matrices == (Matrix(tp, 11 - tp, tn, 9 - tn),)


def test_what_did_not_help_is_named() -> None:
    check = check_row(ROWS["proposed"], **COUNTS)
    assert check.tried == ("rounded, as named", "truncated", "classes exchanged")
    misprints = [one.misprints for one in check.readings if one.misprints]
    assert misprints == [{"specificity": "0.778"}]


def test_a_truncated_predictive_value_is_found() -> None:
    texts = [one.text for one in check_row(ROWS["sun"], **COUNTS).readings]
    assert "specificity column: positive predictive value; figures truncated" in texts


def test_a_row_with_two_figures_that_are_no_counts_has_its_columns_crossed() -> None:
    check = check_row(ROWS["akbari"], **COUNTS)
    crossed = {"sensitivity": "ppv", "specificity": "sensitivity"}
    found = [one for one in check.readings if one.meanings == crossed]
    assert [(one.misprints, one.digits) for one in found] == [({"specificity": "0.636"}, 1)]
    assert found[0].matrices == (Matrix(7, 4, 6, 3),)
    assert "class counts one patient apart" in check.tried


def test_under_the_meaning_of_its_table_the_row_is_a_swap_with_one_digit_misprinted() -> None:
    check = check_row(ROWS["akbari"], **COUNTS, meanings={"specificity": "ppv"})
    best = check.readings[0]
    assert (best.swapped, best.misprints) == (True, {"specificity": "0.636"})


def test_under_the_meaning_of_its_table_one_misprint_explains_table_4() -> None:
    check = check_row(ROWS["proposed, Table 4"], **COUNTS, meanings={"specificity": "ppv"})
    assert {"sensitivity": "0.727"} in [one.misprints for one in check.readings]
    assert {one.changes for one in check.readings} == {1}


def test_a_meaning_that_fits_leaves_nothing_to_change() -> None:
    check = check_row(ROWS["proposed"], **COUNTS, meanings={"specificity": "ppv"})
    assert (check.is_possible, check.readings[0].changes) == (False, 0)
    assert check.tried == ()


def test_exchanged_classes_are_found_with_the_classes_as_given() -> None:
    row = {"accuracy": "0.750", "sensitivity": "0.778", "specificity": "0.727", "ppv": "0.700"}
    best = check_row(row, **COUNTS).readings[0]
    assert (best.exchanged, best.meanings, best.matrices) == (True, {}, (Matrix(8, 3, 7, 2),))


def test_other_class_counts_come_last() -> None:
    row = {"accuracy": "0.650", "sensitivity": "0.700", "specificity": "0.600", "npv": "0.667"}
    check = check_row(row, **COUNTS)
    found = [one for one in check.readings if one.other_counts and one.changes == 1]
    assert [(one.n_positive, one.n_negative) for one in found] == [(10, 10)]
    assert "counts of 10 and 10" in found[0].text


def test_the_auc_is_judged_apart() -> None:
    check = check_row({**ROWS["clinical"], "auc": "0.999"}, **COUNTS)
    assert check.is_possible
    assert check.auc is not None
    assert not check.auc.is_possible


def test_per_cent_are_read_with_their_unit() -> None:
    row = {"accuracy": Printed("75.0", unit=100), "sensitivity": Printed("72.7", unit=100)}
    assert check_row(row, **COUNTS).matrices == (Matrix(8, 3, 7, 2),)


@pytest.mark.parametrize(("figure", "name"), [("0.5", "recall"), ("0.5", "Accuracy")])
def test_an_unknown_column_raises(figure: str, name: str) -> None:
    with pytest.raises(AuditError, match="is no statistic"):
        check_row({name: figure}, **COUNTS)


def test_a_number_instead_of_digits_raises() -> None:
    with pytest.raises(AuditError, match="write it in quotes"):
        as_printed(0.75)  # type: ignore[arg-type]
    assert as_printed("0.750").value == Fraction(3, 4)


@pytest.mark.parametrize("figures", [{"accuracy": "75.0"}, {"auc": "75.3"}, {"youden": "-1.2"}])
def test_a_figure_that_is_no_share_is_refused(figures: dict[str, str]) -> None:
    with pytest.raises(AuditError, match=r"write a share, or for per cent Printed\("):
        check_row(figures, n_positive=11, n_negative=9)
    check_row({"accuracy": Printed("75.0", 100)}, n_positive=11, n_negative=9)
