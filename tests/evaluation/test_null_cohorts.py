"""The maximum over models on null cohorts: its size, its power, its closed form."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.null_cohorts import max_statistic


def null(seed: int, cohorts: int = 20, models: int = 6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((cohorts, 1))
    return 0.5 + 0.02 * (shared + rng.standard_normal((cohorts, models)))


def test_each_statistic_is_a_t_test_of_one_sample() -> None:
    areas = null(0)
    slow = np.abs(ttest_1samp(areas, 0.5).statistic)
    assert np.allclose(max_statistic(areas, seed=0).statistics, slow)


def test_without_an_effect_small_p_values_are_rare() -> None:
    p_values = np.array([max_statistic(null(seed), seed=seed).p_value for seed in range(60)])
    assert (p_values < 0.05).mean() <= 0.12
    assert 0.35 < p_values.mean() < 0.65


def test_one_model_that_sees_the_label_is_found() -> None:
    areas = null(1)
    areas[:, 3] += 0.05
    found = max_statistic(areas, seed=1)
    assert found.p_value < 0.01
    assert int(np.argmax(found.statistics)) == 3


def test_a_model_that_is_always_at_a_half_says_nothing() -> None:
    areas = np.column_stack([null(2, models=2), np.full(20, 0.5)])
    found = max_statistic(areas, seed=0)
    assert found.statistics[2] == 0
    assert found.p_value == max_statistic(areas[:, :2], seed=0).p_value


@pytest.mark.parametrize("areas", [np.full((1, 3), 0.5), np.full((3, 0), 0.5), [[0.5], [np.nan]]])
def test_too_little_raises(areas: np.ndarray) -> None:
    with pytest.raises(UndefinedMetricError, match="one row per cohort, at least two"):
        max_statistic(areas, seed=0)
