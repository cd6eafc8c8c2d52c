"""The forest of Jang 2018: hard labels of the code, probabilities of the paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from psp_core.classifiers.jang_forest import JangForest
from psp_core.errors import EstimatorError
from psp_core.evaluation.metrics import auc


def rows_of(draw: Callable[..., Any], n: int) -> tuple[pd.DataFrame, np.ndarray]:
    rows, y_true, _ = draw(n, seed=3)
    return rows.assign(total_dose_gy=60.0, fractions=30.0), y_true


def test_the_code_scores_with_predicted_classes(draw: Callable[..., Any]) -> None:
    rows, y_true = rows_of(draw, 60)
    soft = JangForest(trees=15).fit(rows, y_true)
    hard = JangForest(trees=15, hard_labels=True).fit(rows, y_true)
    assert set(np.unique(hard.predict_proba(rows))) <= {0.0, 1.0}
    expected = soft.predict_proba(rows)[:, 1] > 0.5
    np.testing.assert_array_equal(hard.predict_proba(rows)[:, 1], expected)
    assert soft.forest_.n_estimators == 15
    assert soft.forest_.max_features == 2


def test_it_finds_the_interval_and_repeats(draw: Callable[..., Any]) -> None:
    rows, y_true = rows_of(draw, 120)
    rows = rows.assign(days_since_rt=np.where(y_true, 200.0, 100.0))
    forest = JangForest(trees=30, random_state=1).fit(rows, y_true)
    assert auc(y_true, forest.predict_proba(rows)[:, 1]) > 0.99
    again = clone(forest).fit(rows, y_true)
    np.testing.assert_array_equal(again.predict_proba(rows), forest.predict_proba(rows))


def test_one_class_cannot_be_learned(cohort: Any) -> None:
    rows, _, _ = cohort
    rows = rows.assign(total_dose_gy=60.0, fractions=30.0)
    with pytest.raises(EstimatorError, match="of one class"):
        JangForest().fit(rows, np.ones(len(rows), dtype=bool))
