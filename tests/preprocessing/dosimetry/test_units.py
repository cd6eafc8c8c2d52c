"""Percent and EQD2: closed forms; unknown stays unknown."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import DoseValuesError
from psp_core.preprocessing.dosimetry.units import check_positive, eqd2, percent_of_prescription


def test_the_prescription_is_a_hundred_percent() -> None:
    np.testing.assert_allclose(percent_of_prescription([0, 30, 60, 63], 60.0), [0, 50, 100, 105])


@pytest.mark.parametrize("alpha_beta_gy", [2.0, 3.0, 10.0])
@pytest.mark.parametrize("fractions", [1.0, 15.0, 30.0])
def test_two_gray_fractions_are_their_own_equivalent(
    fractions: float, alpha_beta_gy: float
) -> None:
    found = eqd2(2 * fractions, fractions, alpha_beta_gy=alpha_beta_gy)
    assert found == pytest.approx(2 * fractions)


@pytest.mark.parametrize(
    ("dose_gy", "fractions", "expected"),
    [(40.05, 15, 42.29), (34.0, 10, 37.97), (25.0, 5, 31.25), (60.0, 20, 65.0)],
)
def test_short_courses_by_hand(dose_gy: float, fractions: float, expected: float) -> None:
    """Courses in use for glioblastoma; D (d + 10) / 12."""
    assert eqd2(dose_gy, fractions) == pytest.approx(expected, abs=0.01)


def test_a_voxel_at_half_the_dose_has_less_than_half_the_equivalent() -> None:
    whole, half = eqd2([60.0, 30.0], 30.0)
    assert half < whole / 2
    assert (np.diff(eqd2(np.linspace(0, 66, 100), 30.0)) > 0).all()


def test_unknown_stays_unknown() -> None:
    assert np.isnan(percent_of_prescription([20.0, 30.0], np.nan)).all()
    assert np.isnan(eqd2([20.0, 30.0], np.nan)).all()
    assert np.isnan(eqd2(np.nan, 30.0))


@pytest.mark.parametrize("value", [0.0, -60.0, np.inf])
def test_zero_is_not_unknown(value: float) -> None:
    with pytest.raises(DoseValuesError, match=r"prescription_gy is .*an unknown one is NaN"):
        percent_of_prescription(50.0, value)
    with pytest.raises(DoseValuesError, match=r"fractions is"):
        eqd2(50.0, value)
    with pytest.raises(DoseValuesError, match=r"alpha_beta_gy is"):
        eqd2(50.0, 30.0, alpha_beta_gy=value)
    with pytest.raises(DoseValuesError, match=r"x is"):
        check_positive("x", value)
