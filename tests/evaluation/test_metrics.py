"""The AUC against its definition, its laws and another program."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import auc


def pairwise_auc(y_true: np.ndarray, y_score: np.ndarray) -> float:
    """One comparison per pair, the definition itself."""
    wins = 0.0
    positive, negative = y_score[y_true], y_score[~y_true]
    for above in positive:
        for below in negative:
            wins += 1.0 if above > below else 0.5 if above == below else 0.0
    return wins / (len(positive) * len(negative))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("levels", [2, 5, 1000])
def test_auc_equals_the_comparison_of_every_pair(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    y_true = np.arange(30) < 11
    y_score = rng.integers(0, levels, size=30).astype(float)
    assert auc(y_true, y_score) == pytest.approx(pairwise_auc(y_true, y_score), abs=1e-14)


def test_auc_equals_the_mann_whitney_statistic() -> None:
    rng = np.random.default_rng(0)
    positive, negative = rng.normal(1, 1, 11), rng.normal(0, 1, 9)
    statistic = mannwhitneyu(positive, negative).statistic
    y_true = [1] * 11 + [0] * 9
    assert auc(y_true, [*positive, *negative]) == pytest.approx(statistic / 99)


def test_separated_classes_reversed_classes_and_ties() -> None:
    assert auc([0, 0, 1, 1], [1, 2, 3, 4]) == 1.0
    assert auc([0, 0, 1, 1], [4, 3, 2, 1]) == 0.0
    assert auc([0, 0, 1, 1], [7, 7, 7, 7]) == 0.5


def test_a_monotone_transform_changes_nothing_and_a_label_swap_mirrors() -> None:
    rng = np.random.default_rng(1)
    y_true, y_score = rng.random(40) < 0.4, rng.normal(size=40)
    area = auc(y_true, y_score)
    assert auc(y_true, np.exp(y_score)) == area
    assert auc(~y_true, y_score) == pytest.approx(1 - area)
    assert auc(y_true, -y_score) == pytest.approx(1 - area)


def test_an_infinite_score_is_only_the_largest() -> None:
    assert auc([0, 1, 1], [0.0, 1.0, np.inf]) == 1.0


@pytest.mark.parametrize(
    ("y_true", "y_score", "message"),
    [
        ([1, 1], [0.1, 0.2], "2 positive and 0 negative"),
        ([0, 0], [0.1, 0.2], "0 positive and 2 negative"),
        ([], [], "0 positive and 0 negative"),
        ([0, 1], [0.1, np.nan], "1 missing values"),
        ([0, 1], [0.1], "two vectors of one length"),
        ([[0, 1]], [[0.1, 0.2]], "two vectors of one length"),
        ([0, 2], [0.1, 0.2], "values other than 0 and 1"),
        ([0, np.nan], [0.1, 0.2], "values other than 0 and 1"),
        (["true_progression", "pseudoprogression"], [0.1, 0.2], "is_true_progression"),
    ],
)
def test_an_auc_that_does_not_exist_raises(y_true: object, y_score: object, message: str) -> None:
    with pytest.raises(UndefinedMetricError, match=message):
        auc(y_true, y_score)
