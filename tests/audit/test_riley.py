"""Sample sizes against reference numbers and the program pmvalsampsize."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pmvalsampsize.pmvalsampsize import pmvalsampsize
from scipy.special import logit
from scipy.stats import norm

from psp_core.audit.riley import (
    cox_snell_r2,
    development_size,
    expected_shrinkage,
    largest_cox_snell_r2,
    validation_size,
)
from psp_core.errors import UndefinedMetricError

SHARE = 34 / 59


def test_the_reference_numbers_of_a_development() -> None:
    four = development_size(0.75, SHARE, n_parameters=4)
    seven = development_size(0.75, SHARE, n_parameters=7)
    assert (four.shrinkage, seven.shrinkage, four.intercept) == (178, 311, 376)
    assert four.needed == 376
    assert development_size(0.75, SHARE, n_parameters=20).needed == 888


def test_the_shrinkage_that_59_patients_leave() -> None:
    settings = {"n_patients": 59}
    assert expected_shrinkage(0.75, SHARE, n_parameters=4, **settings) == pytest.approx(
        0.66, abs=5e-3
    )
    assert expected_shrinkage(0.75, SHARE, n_parameters=10, **settings) == pytest.approx(
        0.16, abs=1e-2
    )
    assert expected_shrinkage(0.75, SHARE, n_parameters=12, **settings) < 0


def test_the_largest_r2_at_half_and_half_is_three_quarters() -> None:
    assert largest_cox_snell_r2(0.5) == pytest.approx(0.75)
    assert cox_snell_r2(0.999999, 0.5) == pytest.approx(0.75, abs=0.01)


def test_a_validation_needs_what_pmvalsampsize_asks(capsys: Any) -> None:
    spread = 2 * norm.ppf(0.75) ** 2
    theirs = pmvalsampsize(
        type="b", prevalence=SHARE, cstatistic=0.75, csciwidth=0.4, noprint=True,
        lpcstat=float(logit(SHARE) - spread / 2), simobs=400_000, tolerance=0.01,
    )  # fmt: skip
    sizes = {row[0]: row[1] for row in theirs["results_table"] if isinstance(row, list)}
    ours = validation_size(0.75, SHARE)
    assert abs(ours.auc - sizes["Criteria 3 - C statistic"]) <= 1
    assert ours.slope == pytest.approx(sizes["Criteria 2 - C-slope"], rel=0.02)
    assert ours.auc == pytest.approx(360, rel=0.04)
    assert ours.slope == pytest.approx(630, rel=0.02)


def test_a_shrinkage_below_what_the_model_explains_asks_for_nothing_more() -> None:
    assert development_size(0.99, 0.5, n_parameters=3, shrinkage=0.1).shrinkage == 4


@pytest.mark.parametrize(("area", "share"), [(0.5, 0.5), (1.0, 0.5), (0.7, 1.0), (math.nan, 0.5)])
def test_a_figure_out_of_range_raises(area: float, share: float) -> None:
    with pytest.raises(UndefinedMetricError, match="expected an AUC above"):
        cox_snell_r2(area, share)


def test_impossible_targets_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="expected at least one parameter and targets"):
        development_size(0.75, 0.5, n_parameters=0)
    with pytest.raises(UndefinedMetricError, match="0 parameters and 59 patients"):
        expected_shrinkage(0.75, 0.5, n_parameters=0, n_patients=59)
    with pytest.raises(UndefinedMetricError, match="half widths 0"):
        validation_size(0.75, 0.5, auc_half_width=0)
