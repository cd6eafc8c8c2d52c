"""Means over folds: the published code's beside those that its words mean."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.report.jang_curves import fold_figures, plot_fold_curves, tell_folds

SCORES = pd.DataFrame(
    {
        "fold": [0, 0, 0, 0, 1, 1, 2],
        "y_true": [True, True, False, False, True, False, True],
        "y_score": [0.9, 0.8, 0.2, 0.1, 0.3, 0.4, 0.5],
    }
)


def test_summaries_by_hand() -> None:
    found = fold_figures(SCORES)
    assert found["folds"] == 2  # the third has one class
    assert found["mean_auc"] == pytest.approx(0.5)  # 1 and 0
    assert found["mean_auprc"] == pytest.approx((1 + 0.5) / 2)
    assert found["last_fold_auprc"] == pytest.approx(0.5)
    assert found["pooled_auprc"] == pytest.approx(np.mean([1, 1, 1, 4 / 5]))
    # of 100 points: the first at 0, the last at 1, between them the mean of 1 and 0
    assert found["auc_of_mean_curve"] == pytest.approx(0.5, abs=1e-3)


def test_without_folds_there_is_no_figure() -> None:
    nothing = fold_figures(SCORES.iloc[:0])
    assert nothing["folds"] == 0
    assert nothing.drop("folds").isna().all()
    plot_fold_curves(SCORES.iloc[:0])


def test_every_fold_is_drawn() -> None:
    roc, precision = plot_fold_curves(SCORES)
    assert len(roc.lines) == 1 + 2 + 1
    assert len(precision.lines) == 2 + 1


def test_what_is_told_has_the_training_patients_once_a_fold() -> None:
    by_fold = SCORES["fold"].map({0: 0.5, 1: 0.6, 2: 1.0})
    told = tell_folds(SCORES.assign(training_auc=by_fold, training_auc_by_batch=1.0))
    assert "Over 2 folds the mean of the AUCs is 0.500" in told
    assert "a mean AUC of 0.700, and 1.000 where" in told
