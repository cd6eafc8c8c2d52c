"""Reference: the test of yandexdataschool/roc_comparison (MIT), and printed figures."""

import math

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.intervals import (
    delong_interval,
    hanley_mcneil_standard_error,
    logit_delong_interval,
)
from psp_core.evaluation.metrics import auc


def draw(seed: int, n_positive: int = 11, n_negative: int = 9) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y_true = np.arange(n_positive + n_negative) < n_positive
    return y_true, np.round(rng.normal(size=y_true.size) + y_true, 1)


def pairwise_variance(y_true: np.ndarray, y_score: np.ndarray) -> float:
    """DeLong's variance from the kernel of every pair."""
    positive, negative = y_score[y_true], y_score[~y_true]
    kernel = np.array([[(a > b) + 0.5 * (a == b) for b in negative] for a in positive])
    of_positive, of_negative = kernel.mean(axis=1), kernel.mean(axis=0)
    return float(
        np.var(of_positive, ddof=1) / len(positive) + np.var(of_negative, ddof=1) / len(negative)
    )


def test_the_variance_on_iris_is_the_published_one() -> None:
    iris = load_iris()
    x_train, x_test, y_train, y_test = train_test_split(
        iris.data, iris.target == 1, test_size=0.8, random_state=42
    )
    y_score = LogisticRegression().fit(x_train, y_train).predict_proba(x_test)[:, 1]
    interval = delong_interval(y_test, y_score)
    assert interval.standard_error**2 == pytest.approx(0.0015359814789736538, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_variance_equals_the_one_over_all_pairs(seed: int) -> None:
    y_true, y_score = draw(seed)
    interval = delong_interval(y_true, y_score)
    assert interval.standard_error**2 == pytest.approx(pairwise_variance(y_true, y_score))
    assert interval.auc == auc(y_true, y_score)
    assert (interval.n_positive, interval.n_negative) == (11, 9)


def test_a_monotone_transform_changes_no_bound() -> None:
    y_true, y_score = draw(1)
    assert delong_interval(y_true, np.exp(y_score)) == delong_interval(y_true, y_score)


def test_swapping_the_classes_mirrors_the_interval() -> None:
    y_true, y_score = draw(2)
    for interval_of in (delong_interval, logit_delong_interval):
        straight, swapped = interval_of(y_true, y_score), interval_of(~y_true, y_score)
        assert swapped.standard_error == pytest.approx(straight.standard_error)
        assert swapped.lower == pytest.approx(1 - straight.upper)
        assert swapped.upper == pytest.approx(1 - straight.lower)


def test_twice_the_patients_shrink_the_error_by_the_root_of_two_almost() -> None:
    y_true, y_score = draw(3, 200, 200)
    once = delong_interval(y_true, y_score).standard_error
    twice = delong_interval(np.tile(y_true, 2), np.tile(y_score, 2)).standard_error
    assert twice == pytest.approx(once / math.sqrt(2), rel=0.01)


def test_the_logit_interval_stays_inside_zero_and_one() -> None:
    y_true = [0] * 6 + [1] * 6
    y_score = [0, 1, 2, 3, 4, 5.5, 5, 6, 7, 8, 9, 10]
    wald, logit = delong_interval(y_true, y_score), logit_delong_interval(y_true, y_score)
    assert wald.upper == 1.0
    assert 0 < logit.lower < logit.auc < logit.upper < 1
    assert wald.standard_error == logit.standard_error


def test_a_wider_confidence_level_gives_a_wider_interval() -> None:
    y_true, y_score = draw(4)
    narrow = logit_delong_interval(y_true, y_score, confidence_level=0.8)
    wide = logit_delong_interval(y_true, y_score, confidence_level=0.99)
    assert wide.lower < narrow.lower < narrow.upper < wide.upper


@pytest.mark.parametrize("interval_of", [delong_interval, logit_delong_interval])
@pytest.mark.parametrize(
    ("y_true", "y_score"),
    [
        ([0, 0, 1, 1], [1, 2, 3, 4]),
        ([0, 0, 1, 1], [4, 3, 2, 1]),
        ([0, 0, 1, 1], [5, 5, 5, 5]),
        ([0, 1, 1], [2, 1, 3]),
    ],
)
def test_no_interval_where_the_data_say_nothing_about_spread(interval_of, y_true, y_score) -> None:
    interval = interval_of(y_true, y_score)
    assert interval.auc == auc(y_true, y_score)
    assert math.isnan(interval.lower)
    assert math.isnan(interval.upper)


@pytest.mark.parametrize("interval_of", [delong_interval, logit_delong_interval])
def test_bad_input_raises(interval_of) -> None:
    with pytest.raises(UndefinedMetricError, match="at least one of each class"):
        interval_of([1, 1], [0.1, 0.2])
    with pytest.raises(UndefinedMetricError, match="confidence_level is 95"):
        interval_of([0, 0, 1, 1], [1, 3, 2, 4], confidence_level=95)


@pytest.mark.parametrize(
    ("area", "n_positive", "n_negative", "expected"),
    [(0.753, 11, 9, 0.1098), (0.83, 11, 8, 0.0950)],
)
def test_hanley_and_mcneil_at_the_sizes_of_both_papers(area, n_positive, n_negative, expected):
    error = hanley_mcneil_standard_error(area, n_positive=n_positive, n_negative=n_negative)
    assert error == pytest.approx(expected, abs=5e-5)


def test_hanley_and_mcneil_of_a_coin_is_the_mann_whitney_null() -> None:
    # Var(U) / (m n)^2 = (m + n + 1) / (12 m n) without ties
    error = hanley_mcneil_standard_error(0.5, n_positive=11, n_negative=9)
    assert error**2 == pytest.approx(21 / (12 * 99))


def test_hanley_and_mcneil_refuses_what_is_no_auc() -> None:
    with pytest.raises(UndefinedMetricError, match=r"area 1\.2"):
        hanley_mcneil_standard_error(1.2, n_positive=3, n_negative=3)
    with pytest.raises(UndefinedMetricError, match="0 positive"):
        hanley_mcneil_standard_error(0.7, n_positive=0, n_negative=3)
