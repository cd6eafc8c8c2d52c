"""Feature sets as the papers have them."""

from __future__ import annotations

import pytest

from psp_core.classifiers.feature_sets import FEATURE_SETS, feature_set_of
from psp_core.errors import EstimatorError


def test_each_smaller_set_sees_a_part_of_the_full_one() -> None:
    full = FEATURE_SETS["full"]
    for features in FEATURE_SETS.values():
        assert set(features.columns) <= set(full.columns)


def test_clinical_data_are_the_full_set_without_the_image() -> None:
    full, clinical = FEATURE_SETS["full"], FEATURE_SETS["clinical_only"]
    assert clinical.columns == full.columns
    assert full.uses_image
    assert not clinical.uses_image


def test_an_unknown_set_is_named_with_those_that_are() -> None:
    with pytest.raises(EstimatorError, match="no feature set 'dose'; expected one of full"):
        feature_set_of("dose")
