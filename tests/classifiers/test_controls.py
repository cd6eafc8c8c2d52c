"""Controls see what they say and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from psp_core.classifiers.controls import DaysOnly, Majority
from psp_core.evaluation.metrics import auc


def test_majority_gives_everyone_the_share_of_the_training_rows() -> None:
    rows = pd.DataFrame(index=range(4))
    found = Majority().fit(rows, np.array([True, True, True, False])).predict_proba(rows)
    assert found.tolist() == [[0.25, 0.75]] * 4


def test_days_only_ranks_by_the_days_and_sees_nothing_else(cohort: Any) -> None:
    rows, truth, _ = cohort
    score = DaysOnly().fit(rows, truth).predict_proba(rows[["days_since_rt"]])[:, 1]
    days = auc(truth, rows["days_since_rt"])
    assert auc(truth, score) == max(days, 1 - days)


def test_days_only_works_where_days_are_missing(cohort: Any) -> None:
    rows, truth, _ = cohort
    part = rows.assign(days_since_rt=rows["days_since_rt"].where(np.arange(len(rows)) > 5))
    assert np.isfinite(DaysOnly().fit(part, truth).predict_proba(part)).all()
    none = rows.assign(days_since_rt=np.nan)
    assert np.ptp(DaysOnly().fit(none, truth).predict_proba(none)[:, 1]) == 0
