"""The published distributions the phantoms are drawn from."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.phantom.distributions import DAYS_SINCE_RT, ShiftedLogNormal

SETTINGS = [(timing, number) for timing in DAYS_SINCE_RT for number in (0, 1)]


@pytest.mark.parametrize(("timing", "number"), SETTINGS)
def test_probabilities_of_whole_days_sum_to_one(timing: str, number: int) -> None:
    days = DAYS_SINCE_RT[timing][number]  # type: ignore[index]
    support = np.arange(days.lower_days, days.upper_days + 1)
    assert np.exp(days.log_pmf(support)).sum() == pytest.approx(1, abs=1e-9)
    assert np.isfinite(days.log_pmf(support)).all()


def test_days_outside_the_printed_range_are_impossible() -> None:
    days = ShiftedLogNormal(82.0, 0.75, 18, 1251)
    assert np.isneginf(days.log_pmf([17, 1252])).all()


@pytest.mark.parametrize(("timing", "number"), SETTINGS)
def test_draws_have_the_published_median_and_stay_in_range(timing: str, number: int) -> None:
    days = DAYS_SINCE_RT[timing][number]  # type: ignore[index]
    drawn = days.draw(np.random.default_rng(1), 40_000)
    assert np.median(drawn) == pytest.approx(days.median_days, abs=4)
    assert drawn.min() >= days.lower_days
    assert drawn.max() <= days.upper_days


def test_drawn_frequencies_follow_the_probabilities() -> None:
    days = ShiftedLogNormal(20.0, 0.38, -13, 1249, shift_days=31.0)
    drawn = days.draw(np.random.default_rng(2), 200_000)
    for value in (5, 20, 40):
        expected = float(np.exp(days.log_pmf(value)))
        assert (drawn == value).mean() == pytest.approx(expected, abs=4 * (expected / 2e5) ** 0.5)
