"""Dose statistics: laws and hand-made cases; other programs' figures are in test_head_plan."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from psp_core.errors import EmptyMaskError, GeometryError, GridMismatchError
from psp_core.preprocessing.dosimetry import (
    DoseStatistics,
    dose_received_by,
    dose_statistics,
    volume_receiving,
)

Array = npt.NDArray[np.float64]


@pytest.fixture
def dose_gy() -> Array:
    return np.random.default_rng(0).uniform(5, 62, size=(6, 7, 8))


@pytest.fixture
def weights() -> Array:
    return np.random.default_rng(1).uniform(0, 1, size=(6, 7, 8)).round(2)


def statistics(dose_gy: Array, weights: npt.NDArray[np.generic]) -> DoseStatistics:
    return dose_statistics(dose_gy, weights, voxel_volume_cm3=0.008)  # type: ignore[arg-type]


def test_a_hundred_equal_voxels_by_hand() -> None:
    found = statistics(np.arange(1.0, 101.0), np.ones(100, dtype=bool))
    assert found == DoseStatistics(
        mean_gy=50.5,
        min_gy=1.0,
        median_gy=51.0,  # 50 of 100 voxels receive at least 51 Gy
        d98_gy=3.0,  # 98 of 100 voxels receive at least 3 Gy
        d2_gy=99.0,
        volume_cm3=pytest.approx(0.8),
    )


def test_d98_is_received_by_98_percent_and_more_is_not(dose_gy: Array, weights: Array) -> None:
    for share, found in [
        (0.98, statistics(dose_gy, weights).d98_gy),
        (0.02, statistics(dose_gy, weights).d2_gy),
        (0.5, statistics(dose_gy, weights).median_gy),
        (0.3, dose_received_by(dose_gy, weights, 0.3)),
    ]:
        assert volume_receiving(dose_gy, weights, found) >= share - 1e-9
        assert volume_receiving(dose_gy, weights, np.nextafter(found, np.inf)) < share
        assert found in dose_gy


def test_every_figure_scales_with_the_dose(dose_gy: Array, weights: Array) -> None:
    once, twice = statistics(dose_gy, weights), statistics(2 * dose_gy, weights)
    for name in ("mean_gy", "min_gy", "median_gy", "d98_gy", "d2_gy"):
        assert getattr(twice, name) == pytest.approx(2 * getattr(once, name))
    assert twice.volume_cm3 == once.volume_cm3


def test_a_uniform_dose_is_every_figure(weights: Array) -> None:
    found = statistics(np.full(weights.shape, 60.0), weights)
    assert {found.min_gy, found.median_gy, found.d98_gy, found.d2_gy} == {60.0}
    assert found.mean_gy == pytest.approx(60.0)


def test_weights_count_like_repeated_voxels(dose_gy: Array) -> None:
    repeats = np.random.default_rng(2).integers(0, 5, size=dose_gy.shape)
    weighted = statistics(dose_gy, repeats / 4)
    repeated = statistics(
        np.repeat(dose_gy.ravel(), repeats.ravel()), np.ones(repeats.sum(), dtype=bool)
    )
    assert weighted.mean_gy == pytest.approx(repeated.mean_gy)
    assert weighted.volume_cm3 == pytest.approx(repeated.volume_cm3 / 4)
    for name in ("min_gy", "median_gy", "d98_gy", "d2_gy"):
        assert getattr(weighted, name) == getattr(repeated, name)


def test_the_order_of_voxels_does_not_matter(dose_gy: Array, weights: Array) -> None:
    order = np.random.default_rng(3).permutation(dose_gy.size)
    shuffled = statistics(dose_gy.ravel()[order], weights.ravel()[order])
    original = statistics(dose_gy, weights)
    assert shuffled.d98_gy == original.d98_gy
    assert shuffled.mean_gy == pytest.approx(original.mean_gy)


def test_mask_and_full_weights_are_the_same(dose_gy: Array) -> None:
    mask = dose_gy > 40
    assert statistics(dose_gy, mask) == statistics(dose_gy, mask.astype(float))


def test_voxels_outside_the_dose_grid_are_counted_never_zero(
    dose_gy: Array, weights: Array
) -> None:
    cut = dose_gy.copy()
    cut[:2] = np.nan
    found = statistics(cut, weights)
    covered = statistics(dose_gy[2:], weights[2:])
    assert found.fraction_outside == pytest.approx(weights[:2].sum() / weights.sum())
    assert found.volume_cm3 == pytest.approx(statistics(dose_gy, weights).volume_cm3)
    for name in ("mean_gy", "min_gy", "median_gy", "d98_gy", "d2_gy"):
        assert getattr(found, name) == getattr(covered, name)
    assert volume_receiving(cut, weights, 20) == volume_receiving(dose_gy[2:], weights[2:], 20)


def test_nan_outside_the_structure_does_not_matter(dose_gy: Array, weights: Array) -> None:
    weights[:2] = 0
    cut = dose_gy.copy()
    cut[:2] = np.nan
    assert statistics(cut, weights) == statistics(dose_gy, weights)
    assert statistics(cut, weights).fraction_outside == 0


def test_a_structure_outside_the_dose_grid_has_a_volume_and_no_dose(weights: Array) -> None:
    nowhere = np.full(weights.shape, np.nan)
    found = statistics(nowhere, weights)
    assert found.fraction_outside == 1.0
    assert found.volume_cm3 > 0
    assert found.is_unstable
    for name in ("mean_gy", "min_gy", "median_gy", "d98_gy", "d2_gy"):
        assert np.isnan(getattr(found, name))
    assert np.isnan(volume_receiving(nowhere, weights, 20))
    assert np.isnan(dose_received_by(nowhere, weights, 0.95))


def test_below_a_tenth_of_a_cubic_centimetre_figures_are_unstable() -> None:
    dose_gy = np.full(20, 50.0)
    for voxels, unstable in [(12, True), (13, False)]:
        mask = np.arange(20) < voxels
        assert statistics(dose_gy, mask).is_unstable is unstable


def test_other_shapes_are_refused(dose_gy: Array) -> None:
    with pytest.raises(GridMismatchError, match=r"resample the dose to the grid of the weights"):
        statistics(dose_gy, np.ones((6, 7, 9), dtype=bool))


def test_an_empty_mask_is_refused(dose_gy: Array) -> None:
    with pytest.raises(EmptyMaskError, match=r"no voxel has weight"):
        volume_receiving(dose_gy, np.zeros(dose_gy.shape, dtype=bool), 20)


@pytest.mark.parametrize("value", [-0.1, 1.5, np.nan])
def test_weights_beyond_0_to_1_are_refused(value: float, dose_gy: Array, weights: Array) -> None:
    weights[0, 0, 0] = value
    with pytest.raises(GeometryError, match=r"expected 0 to 1"):
        statistics(dose_gy, weights)


def test_impossible_volumes_and_shares_are_refused(dose_gy: Array, weights: Array) -> None:
    with pytest.raises(GeometryError, match=r"voxel_volume_cm3 is 0"):
        dose_statistics(dose_gy, weights, voxel_volume_cm3=0)
    with pytest.raises(GeometryError, match=r"share is 98, expected more than 0 and at most 1"):
        dose_received_by(dose_gy, weights, 98)
