"""Place in the field: the published limits, and what cannot be told."""

from __future__ import annotations

import math

import pytest

from psp_core.preprocessing.dosimetry.field_call import FIELD_CALLS, field_call


@pytest.mark.parametrize(
    ("share_inside", "expected"),
    [
        (1.0, "in_field"),
        (0.80, "in_field"),
        (0.79, "marginal"),
        (0.20, "marginal"),
        (0.19, "outside"),
        (0.0, "outside"),
        (math.nan, "unknown"),
    ],
)
def test_the_published_limits(share_inside: float, expected: str) -> None:
    """Lee 1999, Chan 2002: at least 80 % in-field, below 20 % outside."""
    found = field_call(share_inside, 0.0)
    assert found == expected
    assert found in FIELD_CALLS


def test_limits_can_be_set() -> None:
    assert field_call(0.7, 0.0, in_field_share=0.6) == "in_field"
    assert field_call(0.3, 0.0, marginal_share=0.4) == "outside"


def test_volume_beyond_the_grid_counts_as_outside_the_isodose() -> None:
    assert field_call(1.0, 0.19) == "in_field"
    assert field_call(1.0, 0.21) == "marginal"


@pytest.mark.parametrize("share_inside", [1.0, math.nan])
def test_a_lesion_mostly_beyond_the_grid_has_no_call(share_inside: float) -> None:
    assert field_call(share_inside, 0.51) == "outside_grid"
    assert field_call(share_inside, 1.0) == "outside_grid"
