"""Made tables print what their scores give, and exactly the fault that is planted."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from psp_core.audit.made_tables import (
    CUT,
    EXCHANGED,
    FAULTS,
    MISPRINT,
    OTHER_COUNTS,
    PPV,
    SWAPPED,
    _misprint,
    draw_result,
    draw_results,
    made_table,
    print_row,
)
from psp_core.audit.matrices import Matrix
from psp_core.errors import AuditError

COUNTS = {"n_positive": 11, "n_negative": 9}
MADE = {**COUNTS, "decimals": 3, "models": 4}


def drawn(seed: int) -> dict[str, Matrix]:
    results = draw_results(np.random.default_rng(seed), **COUNTS, models=4)
    return {name: result.matrix for name, result in results.items()}


def test_a_result_has_the_matrix_and_the_pairs_of_its_scores() -> None:
    result = draw_result(np.random.default_rng(3), **COUNTS, separation=1.0)
    rng = np.random.default_rng(3)
    positive, negative = rng.normal(1.0, 1, 11), rng.normal(0, 1, 9)
    assert result.matrix.tp == sum(score >= 0.5 for score in positive)
    assert result.matrix.fp == sum(score >= 0.5 for score in negative)
    assert result.area == Fraction(sum(a > b for a in positive for b in negative), 99)


def test_an_honest_table_prints_every_column_as_named() -> None:
    results = draw_results(np.random.default_rng(1), **COUNTS, models=4)
    made = made_table(np.random.default_rng(1), **MADE)
    assert made == {name: print_row(result, 3) for name, result in results.items()}
    for name, result in results.items():
        assert float(made[name]["auc"]) == pytest.approx(float(result.area), abs=5e-4)
        assert float(made[name]["specificity"]) == pytest.approx(result.matrix.tn / 9, abs=5e-4)


@pytest.mark.parametrize(
    ("fault", "column", "holds"),
    [
        (SWAPPED, "accuracy", "sensitivity"),
        (EXCHANGED, "sensitivity", "specificity"),
        (PPV, "specificity", "ppv"),
    ],
)
def test_a_planted_column_holds_the_other_statistic(fault: str, column: str, holds: str) -> None:
    made = made_table(np.random.default_rng(2), **MADE, fault=fault)
    for name, matrix in drawn(2).items():
        assert float(made[name][column]) == pytest.approx(float(matrix.value(holds)), abs=5e-4)


def test_other_counts_are_behind_the_figures() -> None:
    made = made_table(np.random.default_rng(2), **MADE, fault=OTHER_COUNTS)
    rates = [row[name] for row in made.values() for name in ("sensitivity", "specificity")]
    assert all(rate.endswith("00") for rate in rates)  # tenths: 10 and 10 patients


def test_cut_figures_are_never_above_the_exact_ones() -> None:
    made = made_table(np.random.default_rng(2), **MADE, fault=CUT)
    for name, matrix in drawn(2).items():
        apart = float(matrix.value("sensitivity")) - float(made[name]["sensitivity"])
        assert 0 <= apart < 1e-3


def test_one_digit_of_one_rate_is_misprinted() -> None:
    honest = made_table(np.random.default_rng(4), **MADE)
    made = made_table(np.random.default_rng(4), **MADE, fault=MISPRINT)
    pairs = [
        (text, made[row][name]) for row, figures in honest.items() for name, text in figures.items()
    ]
    (changed,) = [pair for pair in pairs if pair[0] != pair[1]]
    assert sum(a != b for a, b in zip(*changed, strict=True)) == 1


def test_an_unknown_fault_raises() -> None:
    with pytest.raises(AuditError, match="cannot be planted"):
        made_table(np.random.default_rng(0), **MADE, fault="typo")
    assert len(set(FAULTS)) == 7


def test_a_misprinted_1_stays_a_share() -> None:
    rows = {"one": dict.fromkeys(("accuracy", "sensitivity", "specificity"), "1.000")}
    _misprint(np.random.default_rng(0), rows)
    assert sorted(rows["one"].values()) == ["0.000", "1.000", "1.000"]
