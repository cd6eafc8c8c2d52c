"""AUCs as shares of pairs; reference: scikit-learn's ROC curves."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from sklearn.metrics import auc, roc_auc_score, roc_curve

from psp_core.audit.auc_values import (
    GRID_POINTS,
    WIDEST,
    area_bounds,
    check_auc,
    check_point,
    interpolation_fills,
)
from psp_core.audit.matrices import Matrix
from psp_core.audit.printed import Printed
from psp_core.errors import AuditError
from tests.audit.gomaa import COUNTS, ROWS


def test_which_printed_aucs_are_shares_of_99_pairs() -> None:
    checks = {row: check_auc(Printed(one["auc"]), **COUNTS) for row, one in ROWS.items()}
    apart = {row for row, check in checks.items() if not check.is_possible}
    assert apart == {"proposed", "proposed, Table 4", "jang", "sun"}
    assert checks["jang"].readings[0] == "no ties, truncated (68/99)"
    assert checks["akbari"].wins == (67,)


def test_0_753_needs_a_tie_or_an_interpolated_curve() -> None:
    check = check_auc(Printed("0.753"), **COUNTS)
    assert check.readings == (
        "an odd number of tied pairs, rounded (74.5/99)",
        "a curve interpolated on 100 points, which can be any AUC at these counts and so "
        "explains nothing",
    )
    assert check.possible == "74/99 = 0.7475; 75/99 = 0.7576"


def test_at_these_counts_an_interpolated_curve_can_be_any_auc() -> None:
    checks = [check_auc(Printed(f"{one / 1000:.3f}"), **COUNTS) for one in range(1001)]
    assert all(one.is_interpolated and one.is_any_interpolated for one in checks)


def test_few_pairs_leave_aucs_that_no_interpolated_curve_has() -> None:
    check = check_auc(Printed("0.600"), n_positive=2, n_negative=2)
    assert not check.is_any_interpolated
    assert check.readings == ()
    assert interpolation_fills(2 * WIDEST, Fraction(0))


def test_0_83_is_73_of_88_pairs() -> None:
    assert check_auc(Printed("0.83"), n_positive=11, n_negative=8).wins == (73,)


@pytest.mark.parametrize("seed", range(10))
def test_an_interpolated_curve_moves_by_at_most_half_a_cell(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = np.repeat([1, 0], [11, 9])
    score = np.round(rng.normal(size=20) + truth, 1)
    exact = roc_auc_score(truth, score)
    fpr, tpr, _ = roc_curve(truth, score)
    points = np.linspace(0, 1, GRID_POINTS)
    interpolated = auc(points, np.r_[0, np.interp(points, fpr, tpr)[1:]])
    assert abs(interpolated - exact) <= 1 / (2 * (GRID_POINTS - 1)) + 1e-12
    assert check_auc(Printed(f"{interpolated:.3f}"), **COUNTS).is_interpolated


@pytest.mark.parametrize("seed", range(10))
def test_every_curve_through_a_point_lies_between_the_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = np.repeat([1, 0], [11, 9])
    score = rng.normal(size=20) + truth
    called = score >= rng.choice(score)
    tp, tn = int((called & (truth == 1)).sum()), int((~called & (truth == 0)).sum())
    point = check_point(
        Printed(f"{roc_auc_score(truth, score):.3f}"), Matrix(tp, 11 - tp, tn, 9 - tn)
    )
    assert point.agrees
    assert float(point.of_labels) == pytest.approx(roc_auc_score(truth, called))


def test_the_bounds_are_reached() -> None:
    lower, upper = area_bounds(Fraction(8, 11), Fraction(7, 9))
    assert (lower, upper) == (Fraction(56, 99), 1 - Fraction(6, 99))
    truth = np.repeat([1, 0], [11, 9])
    lowest = np.r_[np.full(8, 2.0), np.full(3, 0.0), np.full(7, 1.0), np.full(2, 3.0)]
    highest = np.r_[np.full(8, 4.0), np.full(3, 1.0), np.full(7, 0.0), np.full(2, 3.0)]
    assert roc_auc_score(truth, lowest) == pytest.approx(float(lower))
    assert roc_auc_score(truth, highest) == pytest.approx(float(upper))


def test_0_52_is_not_the_auc_of_called_classes() -> None:
    point = check_point(Printed("0.52"), Matrix(10, 1, 0, 8))
    assert float(point.of_labels) == pytest.approx(0.4545, abs=1e-4)
    assert not point.is_of_labels
    assert point.agrees


def test_an_auc_outside_the_bounds_contradicts_the_point() -> None:
    assert not check_point(Printed("0.500"), Matrix(8, 3, 7, 2)).agrees
    assert not check_point(Printed("0.950"), Matrix(8, 3, 7, 2)).agrees


def test_the_ends_are_aucs() -> None:
    assert check_auc(Printed("1.000"), **COUNTS).wins == (99,)
    assert check_auc(Printed("0.000"), **COUNTS).wins == (0,)


def test_impossible_input_raises() -> None:
    with pytest.raises(AuditError, match="between 0 and 1"):
        check_auc(Printed("1.2"), **COUNTS)
    with pytest.raises(AuditError, match="expected shares"):
        area_bounds(Fraction(3, 2), Fraction(1, 2))
