"""Controls see what they say and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from psp_core.classifiers.controls import DaysOnly, Majority, MissingnessOnly
from psp_core.errors import TableError
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


def test_missingness_sees_no_value(cohort: Any) -> None:
    rows, truth, _ = cohort
    fitted = MissingnessOnly().fit(rows, truth)
    changed = rows.assign(days_since_rt=7, age_years=1.0, sex="F", lesion_volume_cm3=1e6)
    changed["lesion_volume_cm3"] = changed["lesion_volume_cm3"].where(
        rows["lesion_volume_cm3"].notna()
    )
    assert np.array_equal(fitted.predict_proba(changed), fitted.predict_proba(rows))
    again = MissingnessOnly().fit(changed, truth)
    assert np.array_equal(again.predict_proba(rows), fitted.predict_proba(rows))


@pytest.mark.parametrize("column", ["lesion_volume_cm3", "d98_gy", "mgmt_status"])
def test_what_is_missing_is_learned_where_it_goes_with_the_class(cohort: Any, column: str) -> None:
    rows, truth, _ = cohort
    missing = "unknown" if column == "mgmt_status" else np.nan
    known = rows.assign(mgmt_status="methylated", idh_status="wildtype", lesion_volume_cm3=3.0)
    told = known.assign(**{column: known[column].astype(object).where(~truth, missing)})
    fitted = MissingnessOnly().fit(told, truth)
    assert auc(truth, fitted.predict_proba(told)[:, 1]) == 1


def test_a_table_without_a_column_raises(cohort: Any) -> None:
    rows, truth, _ = cohort
    with pytest.raises(TableError, match="'d98_gy' is absent"):
        MissingnessOnly().fit(rows.drop(columns="d98_gy"), truth)
