"""What printed figures imply; reference: exact counts over all orders, and closed forms."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binom, mannwhitneyu

from psp_core.audit.implied import (
    CORRECTED,
    accuracy_p,
    corrected_rows,
    implied_auc,
    mann_whitney_p,
    matrix_rates,
    nearest_wins,
    patients_apart,
)
from psp_core.audit.matrices import RATES, Matrix
from psp_core.audit.printed import Printed
from psp_core.errors import AuditError, UndefinedMetricError
from tests.audit.gomaa import COUNTS, PINNED, ROWS


def test_the_interval_of_0_753() -> None:
    implied = implied_auc(Printed("0.753"), **COUNTS)
    assert implied.interval.standard_error == pytest.approx(0.1098, abs=5e-5)
    assert (implied.wins, implied.pairs, implied.is_attained) == (75, 99, False)
    assert (implied.interval.lower, implied.interval.upper) == pytest.approx(
        (0.538, 0.968), abs=5e-4
    )
    assert (implied.p_one_sided, implied.p_two_sided) == pytest.approx((0.0281, 0.0562), abs=5e-5)


def test_the_interval_of_0_83_plain_and_logit() -> None:
    implied = implied_auc(Printed("0.83"), n_positive=11, n_negative=8)
    assert implied.interval.standard_error == pytest.approx(0.095, abs=5e-4)
    one = implied.interval
    bounds = (one.lower, one.upper, one.logit_lower, one.logit_upper)
    assert bounds == pytest.approx((0.64, 1.0, 0.57, 0.95), abs=5e-3)


def test_an_auc_of_1_has_no_logit() -> None:
    assert math.isnan(implied_auc(Printed("1.000"), **COUNTS).interval.logit_lower)
    with pytest.raises(UndefinedMetricError, match="between 0 and 1"):
        implied_auc(Printed("1.2"), **COUNTS)


@pytest.mark.parametrize("wins", [0, 5, 7, 12])
def test_the_exact_p_counts_all_orders(wins: int) -> None:
    orders = [
        sum(place - rank for rank, place in enumerate(places))
        for places in combinations(range(7), 4)
    ]
    expected = sum(one >= wins for one in orders) / len(orders)
    assert mann_whitney_p(wins, n_positive=4, n_negative=3)[0] == pytest.approx(expected)


def test_more_pairs_than_there_are_raise() -> None:
    with pytest.raises(AuditError, match="expected between 0 and all 99 pairs"):
        mann_whitney_p(100, **COUNTS)


def test_the_two_sided_p_is_that_of_a_kept_library() -> None:
    positive, negative = np.array([0.9, 0.7, 0.6, 0.2]), np.array([0.8, 0.5, 0.1])
    expected = mannwhitneyu(positive, negative, method="exact")
    found = mann_whitney_p(int(expected.statistic), n_positive=4, n_negative=3)
    assert found[1] == pytest.approx(expected.pvalue)


def test_an_auc_that_is_a_share_of_pairs_is_attained() -> None:
    assert implied_auc(Printed("0.758"), **COUNTS).is_attained


def test_half_a_pair_counts_upwards() -> None:
    assert nearest_wins(Fraction(149, 198), 99) == 75


def test_accuracy_against_the_larger_class() -> None:
    assert accuracy_p(Matrix(8, 3, 7, 2)) == pytest.approx(binom.sf(14, 20, 0.55))
    assert accuracy_p(Matrix(8, 3, 7, 2)) == pytest.approx(0.055, abs=5e-4)


def test_proposed_and_clinical_only_are_one_patient_apart() -> None:
    proposed, clinical, transfer = (
        Matrix(tp, 11 - tp, tn, 9 - tn)
        for tp, tn in (PINNED["proposed"], PINNED["clinical"], PINNED["transfer"])
    )
    assert (patients_apart(proposed, clinical), patients_apart(proposed, transfer)) == (1, 2)


def test_rates_carry_their_counts_and_exact_intervals() -> None:
    rates = matrix_rates(Matrix(8, 3, 7, 2))
    assert tuple(sorted(rates)) == tuple(sorted(RATES))
    specificity = rates["specificity"]
    assert (specificity.k, specificity.n) == (7, 9)
    bounds = (specificity.exact_lower, specificity.exact_upper)
    assert bounds == pytest.approx((0.400, 0.972), abs=6e-4)
    assert matrix_rates(Matrix(0, 3, 4, 0))["ppv"].note == "no patient above the threshold"


def test_the_corrected_table_has_the_true_specificities() -> None:
    table = corrected_rows(ROWS, **COUNTS, meanings={"specificity": "ppv"})
    assert tuple(table.columns) == CORRECTED
    own = table[table["rate"] == "specificity"].set_index("row")
    pinned = {**PINNED, "akbari": (7, 6)}
    for row, (tp, tn) in pinned.items():
        assert own.loc[row, ["tp", "tn", "k", "n", "printed"]].tolist() == [
            *(tp, tn, tn, 9),
            ROWS[row]["specificity"],
        ]
    assert own.loc["proposed", "value"] == pytest.approx(7 / 9)
    left = own.loc["proposed, Table 4"]
    assert math.isnan(left["value"])
    assert left["note"] == "several matrices are left: TP 7, TN 8; TP 8, TN 7"
    assert own.loc["proposed", "reading"] == (
        "specificity column: positive predictive value throughout; as named"
    )


def test_a_row_without_any_matrix_says_so() -> None:
    row = {"accuracy": "0.123", "sensitivity": "0.456", "specificity": "0.789", "npv": "0.111"}
    table = corrected_rows({"one": row}, **COUNTS)
    assert set(table["note"]) == {"no matrix was found"}
    assert table["tp"].isna().all()
