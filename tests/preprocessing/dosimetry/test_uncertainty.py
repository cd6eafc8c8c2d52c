"""Intervals from an uncertain registration: closed forms in a linear dose."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import FrameOfReferenceError
from psp_core.preprocessing.dosimetry.lesion_dose import FIGURES, lesion_dose
from psp_core.preprocessing.dosimetry.planned_dose import PlannedDose, planned_dose
from psp_core.preprocessing.dosimetry.samples import LesionSamples, sample_mask
from psp_core.preprocessing.dosimetry.uncertainty import dose_intervals, larger_sd

GRADIENT = 0.8  # Gy per mm along x
NORMAL_95 = 2 * 1.959964  # standard deviations from the 2.5th to the 97.5th percentile


@pytest.fixture
def grid(make_grid: Any) -> Grid:
    found: Grid = make_grid((24, 24, 24), (3.0, 3.0, 3.0))
    return found


@pytest.fixture
def plan(grid: Grid) -> PlannedDose:
    return planned_dose(Volume(35 + GRADIENT * grid.points()[..., 0], grid, "1.2.3"))


@pytest.fixture
def lesion(make_grid: Any) -> LesionSamples:
    grid = make_grid((7, 7, 7), (2.0, 2.0, 2.0))
    return sample_mask(np.linalg.norm(grid.points(), axis=-1) < 6, grid, supersample=2)


def spread(
    plan: PlannedDose, lesion: LesionSamples, n: int = 1500, **given: Any
) -> dict[str, float]:
    values = {"sd_mm": 1.5, "sd_degrees": 1.0, "generator": np.random.default_rng(0)} | given
    return dose_intervals(lesion, plan, perturbations=n, **values)


@pytest.mark.parametrize("sd_mm", [0.5, 2.0])
def test_in_a_linear_dose_the_mean_moves_by_gradient_times_shift(
    sd_mm: float, plan: PlannedDose, lesion: LesionSamples
) -> None:
    found = spread(plan, lesion, sd_mm=sd_mm)
    width = found["mean_dose_high_gy"] - found["mean_dose_low_gy"]
    assert width == pytest.approx(NORMAL_95 * GRADIENT * sd_mm, rel=0.08)
    assert found["mean_dose_mid_gy"] == pytest.approx(35.0, abs=0.1 * GRADIENT * sd_mm)


def test_turns_about_the_own_centre_do_not_move_the_mean(
    plan: PlannedDose, lesion: LesionSamples
) -> None:
    found = spread(plan, lesion, n=50, sd_mm=0.0, sd_degrees=5.0)
    assert found["mean_dose_high_gy"] == pytest.approx(35.0)
    assert found["mean_dose_low_gy"] == pytest.approx(35.0)
    assert found["min_dose_high_gy"] > found["min_dose_low_gy"]


def test_turns_about_the_head_act_through_their_lever(
    plan: PlannedDose, lesion: LesionSamples
) -> None:
    found = spread(plan, lesion, sd_mm=0.0, sd_degrees=1.0, centre_mm=[0.0, 60.0, 0.0])
    width = found["mean_dose_high_gy"] - found["mean_dose_low_gy"]
    assert width == pytest.approx(NORMAL_95 * GRADIENT * 60 * math.radians(1.0), rel=0.08)


def test_no_error_gives_the_record(plan: PlannedDose, lesion: LesionSamples) -> None:
    record = lesion_dose(lesion, plan)
    found = spread(plan, lesion, n=3, sd_mm=0.0, sd_degrees=0.0)
    for name in FIGURES:
        for which in ("low", "mid", "high"):
            assert found[f"{name}_{which}_gy"] == pytest.approx(record[f"{name}_gy"])


def test_percentiles_are_ordered_and_grow_with_the_error(
    plan: PlannedDose, lesion: LesionSamples
) -> None:
    small, large = (spread(plan, lesion, n=200, sd_mm=sd_mm) for sd_mm in (0.5, 2.0))
    for name in FIGURES:
        low, mid, high = (large[f"{name}_{which}_gy"] for which in ("low", "mid", "high"))
        assert low < mid < high
        assert high - low > small[f"{name}_high_gy"] - small[f"{name}_low_gy"]


def test_the_same_seed_gives_the_same_interval(plan: PlannedDose, lesion: LesionSamples) -> None:
    first, again, other = (
        spread(plan, lesion, n=20, generator=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert first == again
    assert first["d98_low_gy"] != other["d98_low_gy"]


def test_a_large_lesion_is_thinned_without_changing_the_tale(
    make_grid: Any, plan: PlannedDose
) -> None:
    grid = make_grid((20, 20, 20), (1.0, 1.0, 1.0))
    large = sample_mask(np.linalg.norm(grid.points(), axis=-1) < 9, grid)
    assert len(large.points_mm) > 10_000
    record = lesion_dose(large, plan)
    found = spread(plan, large, n=2, sd_mm=0.0, sd_degrees=0.0)
    for name in ("mean_dose", "median_dose", "d98", "d2"):
        assert found[f"{name}_mid_gy"] == pytest.approx(record[f"{name}_gy"], abs=0.5)


def test_nothing_is_said_without_errors_or_without_dose(
    plan: PlannedDose, lesion: LesionSamples
) -> None:
    nowhere = replace(lesion, points_mm=lesion.points_mm + 500.0)
    edge = replace(lesion, points_mm=lesion.points_mm + np.array([41.5, 0.0, 0.0]))
    for found in (
        spread(plan, lesion, n=0),
        spread(plan, nowhere, n=20),
        spread(plan, edge, n=200, sd_mm=4.0),
    ):
        assert len(found) == 3 * len(FIGURES)
        assert all(math.isnan(value) for value in found.values())


def test_another_frame_is_refused(plan: PlannedDose, lesion: LesionSamples) -> None:
    with pytest.raises(FrameOfReferenceError, match=r"register its image"):
        spread(plan, replace(lesion, frame_uid="9.9"))


def test_the_larger_standard_deviation_counts() -> None:
    assert larger_sd(1.5, [0.4, math.nan]) == 1.5
    assert larger_sd(1.5, [0.4, 2.2]) == 2.2
    assert larger_sd(1.5, []) == 1.5
