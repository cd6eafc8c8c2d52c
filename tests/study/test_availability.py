"""What a set of patients has: the one rule."""

from __future__ import annotations

import numpy as np
import pandas as pd

from psp_core.classifiers.feature_sets import FEATURE_SETS
from psp_core.study.availability import usable_rows


def test_a_set_with_all_columns_has_every_feature_set(patients: pd.DataFrame) -> None:
    for feature_set in FEATURE_SETS.values():
        usable, reasons = usable_rows(patients, feature_set)
        assert usable.all()
        assert reasons == []


def test_a_set_without_dose_and_date_has_only_what_needs_neither(patients: pd.DataFrame) -> None:
    """As UPENN-GBM."""
    doses = ["mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy"]
    bare = patients.assign(days_since_rt=np.nan, **dict.fromkeys(doses, np.nan))
    has = {name for name, one in FEATURE_SETS.items() if usable_rows(bare, one)[0].any()}
    without_either = {
        name
        for name, one in FEATURE_SETS.items()
        if not {"days_since_rt", *doses} & set(one.columns)
    }
    assert has == without_either
    assert {"no_dose_no_time", "image_only", "none"} <= has
    _, reasons = usable_rows(bare, FEATURE_SETS["full"])
    assert "days_since_rt is known of nobody" in reasons
    assert len(reasons) == 5


def test_a_category_unknown_of_all_is_missing(patients: pd.DataFrame) -> None:
    usable, reasons = usable_rows(
        patients.assign(mgmt_status="unknown"), FEATURE_SETS["clinical_only"]
    )
    assert not usable.any()
    assert reasons == ["mgmt_status is known of nobody"]


def test_one_known_value_is_enough(patients: pd.DataFrame) -> None:
    days = patients["days_since_rt"].where(patients.index == 0)
    assert usable_rows(patients.assign(days_since_rt=days), FEATURE_SETS["time_only"])[0].all()


def test_patients_without_image_drop_out_only_where_it_is_used(patients: pd.DataFrame) -> None:
    some = patients.assign(has_image=patients.index >= 4)
    usable, reasons = usable_rows(some, FEATURE_SETS["image_only"])
    assert usable.tolist() == some["has_image"].tolist()
    assert reasons == ["4 without a prepared image"]
    assert usable_rows(some, FEATURE_SETS["clinical_only"])[0].all()
    _, reasons = usable_rows(patients.assign(has_image=False), FEATURE_SETS["image_only"])
    assert reasons == ["nobody has a prepared image"]
