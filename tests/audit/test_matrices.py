"""Matrices of class counts and rates; reference: scikit-learn, and every matrix one by one."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    precision_score,
    recall_score,
)

from psp_core.audit.matrices import STATISTICS, Matrix, grid, possible_matrices
from psp_core.audit.printed import Printed
from psp_core.errors import AuditError
from tests.audit.gomaa import COUNTS, PINNED, ROWS


@pytest.mark.parametrize("matrix", [Matrix(8, 3, 7, 2), Matrix(0, 4, 5, 0), Matrix(2, 0, 0, 3)])
def test_statistics_are_those_of_scikit_learn(matrix: Matrix) -> None:
    truth = np.repeat([1, 1, 0, 0], [matrix.tp, matrix.fn, matrix.tn, matrix.fp])
    called = np.repeat([1, 0, 0, 1], [matrix.tp, matrix.fn, matrix.tn, matrix.fp])
    reference = {
        "sensitivity": recall_score(truth, called),
        "specificity": recall_score(truth, called, pos_label=0),
        "ppv": precision_score(truth, called, zero_division=0),
        "npv": precision_score(truth, called, pos_label=0, zero_division=0),
        "accuracy": accuracy_score(truth, called),
        "balanced_accuracy": balanced_accuracy_score(truth, called),
        "f1": f1_score(truth, called),
        "youden": balanced_accuracy_score(truth, called, adjusted=True),
    }
    assert {name: float(matrix.value(name)) for name in STATISTICS} == pytest.approx(reference)


def test_the_grid_holds_the_values_of_its_matrices() -> None:
    every = grid(4, 3)
    matrices = [every.matrix(index) for index in range(20)]
    assert len(set(matrices)) == 20
    for name, (k, n) in every.exact.items():
        exact = [Fraction(int(a), int(b)) for a, b in zip(k, n, strict=True)]
        assert exact == [matrix.value(name) for matrix in matrices]


def test_two_rates_pin_the_matrix() -> None:
    for row, (tp, tn) in PINNED.items():
        two = {name: Printed(ROWS[row][name]) for name in ("accuracy", "sensitivity")}
        assert possible_matrices(**COUNTS, figures=two) == [Matrix(tp, 11 - tp, tn, 9 - tn)]


def test_truncated_figures_are_found_only_as_such() -> None:
    figures = {"specificity": Printed("0.555")}
    assert possible_matrices(2, 9, figures) == []
    assert {m.tn for m in possible_matrices(2, 9, figures, "truncated")} == {5}


def test_without_figures_every_matrix_is_possible() -> None:
    assert len(possible_matrices(11, 9, {})) == 120


def test_exchanging_the_classes_exchanges_the_rates() -> None:
    matrix = Matrix(8, 3, 7, 2)
    assert matrix.exchanged.value("sensitivity") == matrix.value("specificity")
    assert matrix.exchanged.value("ppv") == matrix.value("npv")
    assert matrix.exchanged.exchanged == matrix


def test_an_unknown_name_raises() -> None:
    with pytest.raises(AuditError, match="'recall' is no statistic"):
        possible_matrices(11, 9, {"recall": Printed("0.5")})
    with pytest.raises(AuditError, match="'auc' is no statistic"):
        Matrix(8, 3, 7, 2).value("auc")


@pytest.mark.parametrize("counts", [(0, 9), (11, 0), (10_000, 10_000)])
def test_impossible_counts_raise(counts: tuple[int, int]) -> None:
    with pytest.raises(AuditError, match="at least one of each class"):
        grid(*counts)
