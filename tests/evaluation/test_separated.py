"""Bounds of fully separated classes: closed forms, and what they promise."""

import numpy as np
import pytest
from scipy.stats import binomtest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.separated import separated_bounds


def test_the_bound_is_that_of_clopper_and_pearson_for_the_smaller_class() -> None:
    lower, upper = separated_bounds(1.0, n_positive=11, n_negative=9)
    expected = binomtest(9, 9).proportion_ci(0.95, method="exact")
    assert (lower, upper) == (pytest.approx(expected.low), 1.0)
    assert lower == pytest.approx(0.6637, abs=5e-5)


def test_an_auc_of_0_mirrors_one_of_1() -> None:
    low = separated_bounds(0.0, n_positive=4, n_negative=30, confidence_level=0.9)
    high = separated_bounds(1.0, n_positive=30, n_negative=4, confidence_level=0.9)
    assert low == (0.0, pytest.approx(1 - high[0]))


def test_at_the_bound_full_separation_is_as_rare_as_promised() -> None:
    lower, _ = separated_bounds(1.0, n_positive=3, n_negative=3)
    rng = np.random.default_rng(0)
    true_auc, n = 0.0, 4000
    apart = 0.8  # standard deviations: a true AUC of about 0.71, well above the bound of 3 and 3
    positive, negative = rng.normal(apart, 1, (n, 3)), rng.normal(0, 1, (n, 3))
    true_auc = float((rng.normal(apart, 1, 20_000) > rng.normal(0, 1, 20_000)).mean())
    separated = (positive.min(axis=1) > negative.max(axis=1)).mean()
    assert true_auc > lower
    assert separated <= true_auc**3
    assert auc([1, 1, 0], [3.0, 2.0, 1.0]) == 1.0


@pytest.mark.parametrize(("area", "n"), [(0.9, 5), (1.0, 0)])
def test_an_auc_inside_or_an_empty_class_raises(area: float, n: int) -> None:
    with pytest.raises(UndefinedMetricError, match="expected an AUC of exactly 0 or 1"):
        separated_bounds(area, n_positive=n, n_negative=5)


def test_a_level_that_is_none_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="confidence_level is 1"):
        separated_bounds(1.0, n_positive=5, n_negative=5, confidence_level=1.0)
