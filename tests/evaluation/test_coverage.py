"""Coverage of the internal interval, simulated where the study is: 34 and 25 patients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.coverage import simulate_coverage, simulate_difference
from psp_core.evaluation.internal import METHODS, VALID

SIZES = {"n_positive": 34, "n_negative": 25, "n_folds": 5, "n_features": 5}


def test_the_valid_interval_covers_at_34_and_25_patients() -> None:
    table = simulate_coverage(
        **SIZES, best_aucs=(0.5, 0.7, 0.85), repetitions=2000, rng=np.random.default_rng(0)
    )
    by_method = table.groupby("method")["coverage"].min()
    assert by_method[VALID] >= 0.94
    assert (by_method.drop(VALID) < 0.94).all()
    assert set(table["method"]) == set(METHODS)


def test_without_effect_the_fold_models_are_worth_a_half() -> None:
    table = simulate_coverage(
        **SIZES, best_aucs=(0.5,), repetitions=300, rng=np.random.default_rng(0)
    )
    assert table["true_auc"].unique() == pytest.approx([0.5])


def test_one_seed_gives_one_table() -> None:
    first, second = (
        simulate_coverage(**SIZES, best_aucs=(0.8,), repetitions=50, rng=np.random.default_rng(1))
        for _ in range(2)
    )
    assert first.equals(second)


def test_equal_models_differ_too_often_without_effect_and_seldom_with_one() -> None:
    table = simulate_difference(
        **SIZES, best_aucs=(0.5, 0.9), repetitions=2000, rng=np.random.default_rng(0)
    ).set_index("best_auc")
    assert 0.05 < table.loc[0.5, "rejected"] < 0.10
    assert table.loc[0.9, "rejected"] < 0.05
    assert table.loc[0.9, "coverage"] > 0.95
    assert table.loc[0.5, "true_auc"] == pytest.approx(0.5)
    assert table.loc[0.5, "coverage"] == pytest.approx(1 - table.loc[0.5, "rejected"])


@pytest.mark.parametrize("simulate", [simulate_coverage, simulate_difference])
def test_folds_without_a_class_raise(simulate: Callable[..., pd.DataFrame]) -> None:
    with pytest.raises(UndefinedMetricError, match="6 folds of 9 and 5 patients"):
        simulate(
            n_positive=9, n_negative=5, n_folds=6, n_features=2, best_aucs=(0.8,),
            repetitions=5, rng=np.random.default_rng(0),
        )  # fmt: skip
