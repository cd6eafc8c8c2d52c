"""Drawn tables have the truth that they were drawn with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psp_core.audit.published_looking import (
    FIGURES,
    draw_tables,
    figures_spread,
    fold_classes,
    stands_above,
    true_vote_auc,
)
from psp_core.errors import UndefinedMetricError

DESIGN: dict[str, Any] = {
    "arms": 4, "arm_correlation": 0.5, "fold_correlation": 0.8, "training": (34, 25),
    "test": (11, 9), "folds": 5, "repetitions": 600,
}  # fmt: skip


def drawn(area: float = 0.7, **changes: Any) -> Any:
    return draw_tables(area, rng=np.random.default_rng(0), **DESIGN | changes)


def test_the_figures_are_about_what_is_true() -> None:
    tables = drawn()
    means = tables[list(FIGURES)].mean()
    assert len(tables) == 600 * 4
    assert means["validation_mean"] == pytest.approx(0.70, abs=0.01)
    assert means["test_mean"] == pytest.approx(0.70, abs=0.015)
    vote = true_vote_auc(0.70, fold_correlation=0.8, folds=5)
    assert means["vote_auc"] == pytest.approx(vote, abs=0.015)
    assert vote > 0.70


def test_rates_are_counts_of_the_test_patients() -> None:
    tables = drawn(repetitions=20)
    for name, n in (("sensitivity", 11), ("specificity", 9), ("accuracy", 20)):
        k = tables[name] * n
        assert np.allclose(k, k.round())


def test_one_score_for_all_folds_has_no_spread_on_the_test_set() -> None:
    tables = drawn(fold_correlation=1.0, arm_correlation=1.0, repetitions=20)
    assert np.allclose(tables["test_sd"], 0)
    assert stands_above(tables, 0.03)["any"].value == 0
    assert true_vote_auc(0.70, fold_correlation=1.0, folds=5) == pytest.approx(0.70)


def test_one_of_four_equal_models_often_stands_above_the_others() -> None:
    above = stands_above(drawn(), 0.03)
    assert 0.4 < above["any"].value < 0.8
    assert above["named"].value == pytest.approx(above["any"].value / 4, abs=0.06)


def test_the_spread_has_one_row_per_figure() -> None:
    spread = figures_spread(drawn(repetitions=50))
    assert list(spread["figure"]) == list(FIGURES)
    assert (spread[0.05] <= spread[0.95]).all()


def test_folds_hold_all_patients() -> None:
    assert fold_classes((34, 25), 5) == [(7, 5), (7, 5), (7, 5), (7, 5), (6, 5)]


def test_impossible_designs_raise() -> None:
    with pytest.raises(UndefinedMetricError, match=r"correlations 0\.9 of arms and 0\.8 of folds"):
        drawn(arm_correlation=0.9)
    with pytest.raises(UndefinedMetricError, match="26 folds of"):
        drawn(folds=26)
    with pytest.raises(UndefinedMetricError, match="tables of one arm"):
        stands_above(drawn(arms=1, repetitions=5), 0.03)
    with pytest.raises(UndefinedMetricError, match="of 0 folds"):
        true_vote_auc(0.7, fold_correlation=0.5, folds=0)
