"""Cumulative histograms: laws, and agreement with the dose-volume figures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from psp_core.errors import EmptyMaskError, GridMismatchError
from psp_core.preprocessing.dosimetry import dose_received_by, volume_receiving
from psp_core.preprocessing.dosimetry.dvh import cumulative_dvh

Array = npt.NDArray[np.float64]


@pytest.fixture
def dose_gy() -> Array:
    return np.random.default_rng(0).uniform(0, 62, size=(6, 7, 8))


@pytest.fixture
def weights() -> Array:
    return np.random.default_rng(1).uniform(0, 1, size=(6, 7, 8)).round(2)


def test_it_starts_at_one_falls_and_ends_at_zero(dose_gy: Array, weights: Array) -> None:
    shares = cumulative_dvh(dose_gy, weights, np.arange(0.0, 63.0 + 0.1, 0.1))
    assert shares[0] == 1.0
    assert (np.diff(shares) <= 0).all()
    assert shares[-1] == 0.0


def test_each_level_is_the_volume_that_receives_it(dose_gy: Array, weights: Array) -> None:
    levels = np.concatenate([np.arange(0.0, 62.0 + 2.5, 2.5), dose_gy.ravel()[:20]])
    expected = [volume_receiving(dose_gy, weights, level) for level in levels]
    np.testing.assert_allclose(cumulative_dvh(dose_gy, weights, levels), expected, atol=1e-12)


@pytest.mark.parametrize("share", [0.98, 0.95, 0.5, 0.02])
def test_it_falls_below_a_share_right_above_its_dose(
    share: float, dose_gy: Array, weights: Array
) -> None:
    received = dose_received_by(dose_gy, weights, share)
    at, above = cumulative_dvh(dose_gy, weights, np.array([received, np.nextafter(received, 99)]))
    assert at >= share - 1e-9 > above


def test_its_area_is_the_mean_dose(dose_gy: Array, weights: Array) -> None:
    step = 0.01
    shares = cumulative_dvh(dose_gy, weights, np.arange(0.0, 63.0 + step, step))
    area = step * (shares.sum() - 0.5)
    assert area == pytest.approx(np.average(dose_gy, weights=weights), abs=0.01)


def test_doses_and_levels_in_percent_tell_the_same(dose_gy: Array, weights: Array) -> None:
    levels = np.arange(0.0, 62.0 + 1.0, 1.0)
    percent = cumulative_dvh(dose_gy / 0.5, weights, levels / 0.5)
    np.testing.assert_array_equal(percent, cumulative_dvh(dose_gy, weights, levels))


def test_only_the_covered_volume_counts(dose_gy: Array, weights: Array) -> None:
    cut = dose_gy.copy()
    cut[:2] = np.nan
    levels = np.arange(0.0, 62.0 + 5.0, 5.0)
    covered = cumulative_dvh(dose_gy[2:], weights[2:], levels)
    np.testing.assert_array_equal(cumulative_dvh(cut, weights, levels), covered)
    assert np.isnan(cumulative_dvh(np.full_like(cut, np.nan), weights, levels)).all()


def test_faults_are_those_of_the_dose_statistics(dose_gy: Array, weights: Array) -> None:
    levels = np.arange(0.0, 62.0 + 5.0, 5.0)
    with pytest.raises(GridMismatchError, match=r"resample the dose"):
        cumulative_dvh(dose_gy, weights[1:], levels)
    with pytest.raises(EmptyMaskError, match=r"no voxel has weight"):
        cumulative_dvh(dose_gy, 0 * weights, levels)
