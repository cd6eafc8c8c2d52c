"""Printed results of the R package pROC on its own data, from estimates and standard errors.

The data are part of a GPL package and are not copied here: what the formulas make of the printed
standard errors and covariance is compared.
"""

from __future__ import annotations

import math

import pytest

from psp_core.evaluation.comparison import compare, delong_test
from psp_core.evaluation.intervals import AucInterval, delong_interval, wald_bounds
from psp_core.evaluation.unpaired import compare_unpaired

WFNS = (0.823678861788618, 0.0383394667)
S100B = (0.731368563685637, 0.0516592921)
NDKA = (0.611957994579946, 0.0564872601)
COVARIANCE = 0.0011961557


@pytest.mark.parametrize(
    ("printed", "lower", "upper"),
    [
        (WFNS, 0.7485348878, 0.8988228358),
        (S100B, 0.6301182118, 0.8326189156),
        (NDKA, 0.5012449993, 0.7226709899),
    ],
)
def test_the_interval_follows_from_the_standard_error(
    printed: tuple[float, float], lower: float, upper: float
) -> None:
    assert wald_bounds(*printed) == pytest.approx((lower, upper), abs=2e-10)


def test_the_paired_test_follows_from_both_errors_and_the_covariance() -> None:
    error = math.sqrt(WFNS[1] ** 2 + S100B[1] ** 2 - 2 * COVARIANCE)
    found = compare(WFNS[0], S100B[0], error)
    assert found.z == pytest.approx(2.20898359144091, rel=1e-6)
    assert found.p_value == pytest.approx(0.0271757822291882, rel=1e-6)


@pytest.mark.parametrize(
    ("one", "two", "z", "p"),
    [
        (WFNS, S100B, 2.20898359144091, 0.0271757822291882),
        (WFNS, NDKA, 2.79777591868904, 0.00514557970691098),
        (NDKA, S100B, -1.39077002573558, 0.164295175223054),
    ],
)
def test_every_printed_z_has_its_printed_p_value(
    one: tuple[float, float], two: tuple[float, float], z: float, p: float
) -> None:
    found = compare(one[0], two[0], (one[0] - two[0]) / z)
    assert found.p_value == pytest.approx(p, rel=1e-12)


def test_the_unpaired_test_takes_the_degrees_of_freedom_of_welch() -> None:
    sets = [AucInterval(*printed, 0.0, 1.0, 41, 72) for printed in (WFNS, S100B)]
    found = compare_unpaired(*sets)
    assert found.z == pytest.approx(1.43490640926908, rel=1e-8)
    assert found.p_value == pytest.approx(0.152825378808796, rel=1e-8)


def test_the_paired_covariance_with_ties_is_that_worked_out_by_hand() -> None:
    """Share of the other class that each patient wins against, ties one half.

    First score: positives 1, 3/4, 1/4, negatives 5/6, 1/2; AUC 2/3, variance 7/144 + 1/36.
    Second: positives 1/2, 1, 3/4, negatives 1, 1/2; AUC 3/4, variance 1/48 + 1/16.
    Covariance: positives (-1/12 + 1/48 + 0) / 2 / 3 = -1/96, negatives (1/24 + 1/24) / 2 = 1/24.
    """
    truth, first, second = [1, 1, 1, 0, 0], [5, 3, 2, 2, 3], [2, 4, 3, 1, 3]
    variances = [delong_interval(truth, one).standard_error ** 2 for one in (first, second)]
    assert variances == pytest.approx([11 / 144, 1 / 12])
    found = delong_test(truth, first, second)
    assert (found.first, found.second) == pytest.approx((2 / 3, 3 / 4))
    assert (sum(variances) - found.standard_error**2) / 2 == pytest.approx(1 / 32)
    assert found.standard_error**2 == pytest.approx(7 / 72)
    assert found.z == pytest.approx(-1 / 12 / math.sqrt(7 / 72))
