"""Feature sets as the papers have them."""

from __future__ import annotations

import pytest

from psp_core.classifiers.feature_sets import FEATURE_SETS, feature_set_of
from psp_core.errors import EstimatorError

ONLY_CONTROLS = {"lesion_volume_cm3", "visit_number"}
ONLY_JANG = {"total_dose_gy", "fractions"}


def test_each_smaller_set_sees_a_part_of_the_full_one() -> None:
    full = FEATURE_SETS["full"]
    for name, features in FEATURE_SETS.items():
        more = set(features.columns) - set(full.columns)
        assert more == ONLY_JANG if name.startswith("jang") else more <= ONLY_CONTROLS, name
        assert not (more & ONLY_CONTROLS and features.uses_image), name


def test_what_a_set_without_something_leaves_out() -> None:
    clinical = set(FEATURE_SETS["clinical_only"].columns)
    assert clinical - set(FEATURE_SETS["clinical_no_time"].columns) == {"days_since_rt"}
    left = set(FEATURE_SETS["clinical_no_dose_no_time"].columns)
    assert left == {"age_years", "sex", "idh_status", "mgmt_status"}
    assert left == set(FEATURE_SETS["no_dose_no_time"].columns)


def test_clinical_data_are_the_full_set_without_the_image() -> None:
    full, clinical = FEATURE_SETS["full"], FEATURE_SETS["clinical_only"]
    assert clinical.columns == full.columns
    assert full.uses_image
    assert not clinical.uses_image


def test_an_unknown_set_is_named_with_those_that_are() -> None:
    with pytest.raises(EstimatorError, match="no feature set 'dose'; expected one of full"):
        feature_set_of("dose")
