"""Telling two models apart on the same patients."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.audit.paired_power import (
    area_correlation,
    paired_error,
    paired_power,
    patients_needed,
    simulated_paired_power,
)
from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.comparison import delong_test

COUNTS = {"n_positive": 11, "n_negative": 9}


def test_twenty_patients_hardly_tell_the_two_printed_aucs_apart() -> None:
    for correlation in (0.3, 0.5, 0.7):
        power = paired_power(0.753, 0.686, correlation=correlation, **COUNTS)
        assert 0.07 < power < 0.11
        found = simulated_paired_power(
            0.753, 0.686, correlation=correlation, repetitions=2000,
            rng=np.random.default_rng(0), **COUNTS,
        )  # fmt: skip
        assert 0.05 < found.value < 0.11


def test_hundreds_of_patients_are_needed() -> None:
    settings = {"share_positive": 0.55}
    assert patients_needed(0.753, 0.686, correlation=0.0, **settings) == 893
    needed = patients_needed(0.753, 0.686, correlation=0.8, **settings)
    assert needed == 209
    counts = {"n_positive": round(needed * 0.55), "n_negative": needed - round(needed * 0.55)}
    assert paired_power(0.753, 0.686, correlation=0.8, **counts) >= 0.8


def test_formula_and_simulation_agree_where_there_are_patients() -> None:
    settings = {"correlation": 0.6, "n_positive": 60, "n_negative": 50}
    found = simulated_paired_power(
        0.8, 0.7, repetitions=1000, rng=np.random.default_rng(1), **settings
    )
    assert found.value == pytest.approx(paired_power(0.8, 0.7, **settings), abs=0.05)


def test_the_simulated_test_is_the_paired_delong_test() -> None:
    rng, again = np.random.default_rng(5), np.random.default_rng(5)
    settings = {"correlation": 0.2, "n_positive": 9, "n_negative": 8}
    told = simulated_paired_power(0.9, 0.6, repetitions=1, rng=rng, **settings)
    shared, own = again.standard_normal((1, 1, 17)), again.standard_normal((1, 2, 17))
    scores = (np.sqrt(0.2) * shared + np.sqrt(0.8) * own)[0]
    scores[:, :9] += np.sqrt(2) * np.array([[1.2815515655446004], [0.2533471031357997]])
    test = delong_test(np.arange(17) < 9, *scores)
    assert told.value == float(test.p_value < 0.05)


def test_equal_scores_have_no_power() -> None:
    assert paired_power(0.7, 0.7, correlation=1.0, **COUNTS) == 0
    assert area_correlation(0.7, 0.7, correlation=1.0, **COUNTS) == pytest.approx(1)
    assert paired_error(0.7, 0.7, correlation=1.0, **COUNTS) == pytest.approx(0, abs=1e-6)


def test_impossible_questions_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="expected two different AUCs"):
        patients_needed(0.7, 0.7, correlation=0.5, share_positive=0.5)
    with pytest.raises(UndefinedMetricError, match="patients are needed to tell"):
        patients_needed(0.7, 0.7001, correlation=0.0, share_positive=0.5)
    with pytest.raises(UndefinedMetricError, match="at least two of each are needed"):
        simulated_paired_power(
            0.8, 0.7, correlation=0.5, n_positive=1, n_negative=9, repetitions=2,
            rng=np.random.default_rng(0),
        )  # fmt: skip
