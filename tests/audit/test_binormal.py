"""Moments of binormal AUCs against their closed ends and against draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from psp_core.audit.binormal import (
    covariance_of_areas,
    draw_areas,
    draw_wins,
    joint_excess,
    separation,
)
from psp_core.errors import UndefinedMetricError

COUNTS = {"n_positive": 11, "n_negative": 9}


def test_the_separation_of_a_known_auc() -> None:
    assert separation(0.5) == 0
    assert separation(0.75) == pytest.approx(math.sqrt(2) * 0.6744897501960817)


def test_the_joint_excess_has_its_closed_ends() -> None:
    assert joint_excess(0.7, 0.8, 0.0) == 0
    assert joint_excess(0.7, 0.7, 1.0) == pytest.approx(0.7 * 0.3, abs=1e-10)
    assert joint_excess(0.5, 0.5, 0.6) == pytest.approx(math.asin(0.6) / (2 * math.pi))


def test_the_variance_without_information_is_that_of_the_rank_sum() -> None:
    variance = covariance_of_areas(0.5, 0.5, correlation=1.0, **COUNTS)
    assert variance == pytest.approx((11 + 9 + 1) / (12 * 11 * 9))


def test_drawn_areas_have_the_moments_of_the_formula() -> None:
    drawn = draw_areas(
        [0.75, 0.65], correlation=0.6, repetitions=8000, rng=np.random.default_rng(0), **COUNTS
    )
    assert drawn.mean(axis=0) == pytest.approx([0.75, 0.65], abs=0.006)
    found = np.cov(drawn.T)
    assert found[0, 0] == pytest.approx(
        covariance_of_areas(0.75, 0.75, correlation=1.0, **COUNTS), rel=0.06
    )
    assert found[0, 1] == pytest.approx(
        covariance_of_areas(0.75, 0.65, correlation=0.6, **COUNTS), rel=0.08
    )


@pytest.mark.parametrize(
    ("areas", "correlation", "repetitions", "fault"),
    [
        ([1.0], 0.5, 2, "AUC 1.0; expected a number between 0 and 1"),
        ([0.7], 1.5, 2, "correlation 1.5 with 11 positive"),
        ([0.7], 0.5, 0, "0 repetitions; expected at least 1"),
    ],
)
def test_a_figure_out_of_range_raises(
    areas: list[float], correlation: float, repetitions: int, fault: str
) -> None:
    with pytest.raises(UndefinedMetricError, match=fault):
        draw_wins(
            areas,
            correlation=correlation,
            repetitions=repetitions,
            rng=np.random.default_rng(0),
            **COUNTS,
        )
