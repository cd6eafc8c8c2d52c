"""Probes: what a linear map can tell, and that nothing is told where nothing is."""

import numpy as np
import pytest
from sklearn.metrics import r2_score

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import auc
from psp_core.explain.probes import _auc, _r2, probe


def features(n: int = 200, d: int = 30, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, d))


def test_a_linear_figure_is_told_up_to_its_noise() -> None:
    rows = features()
    noise = np.random.default_rng(1).standard_normal(len(rows))
    exact = probe(rows, rows[:, 0], metric="r2", seed=0)
    half = probe(rows, rows[:, 0] + noise, metric="r2", seed=0)
    assert exact.value > 0.99
    assert half.lower < 0.5 < half.upper
    assert half.n == len(rows)


def test_a_label_is_told_as_well_as_its_distribution_allows() -> None:
    rng = np.random.default_rng(2)
    label = rng.random(600) < 0.5
    rows = rng.standard_normal((600, 4)) + 1.19 * label[:, None] * [1, 0, 0, 0]
    told = probe(rows, label, metric="auc", seed=0)
    assert told.lower < 0.80 < told.upper  # Phi(1.19 / sqrt 2)
    assert told.upper - told.lower < 0.09


def test_nothing_is_told_of_noise() -> None:
    rng = np.random.default_rng(3)
    values = [
        probe(features(seed=s), rng.random(200) < 0.5, metric="auc", seed=s) for s in range(6)
    ]
    assert np.mean([score.value for score in values]) == pytest.approx(0.5, abs=0.04)
    assert probe(features(), rng.standard_normal(200), metric="r2", seed=0).value < 0.03


def test_affine_changes_of_columns_change_nothing() -> None:
    rows = features()
    target = rows[:, 0] + rows[:, 1]
    moved = rows * np.linspace(0.1, 50, rows.shape[1]) + 7
    here, there = (probe(x, target, metric="r2", seed=0) for x in (rows, moved))
    assert here.value == pytest.approx(there.value, abs=1e-6)


def test_a_constant_column_and_a_patient_without_target_are_borne() -> None:
    rows, target = features(), features()[:, 0].copy()
    target[:20] = np.nan
    rows[:, 5] = 3.0
    assert probe(rows, target, metric="r2", seed=0).n == 180


def test_a_constant_target_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="all 50 patients have the same target"):
        probe(features(50), np.full(50, 0.1), metric="r2", seed=0)


def test_a_target_that_few_patients_differ_in_has_a_finite_interval() -> None:
    target = np.full(20, 0.1)
    target[0] = 0.7  # a third of the resamples are without it
    score = probe(features(20), target, metric="r2", seed=0)
    assert np.isfinite([score.lower, score.upper]).all()


def test_the_same_seed_gives_the_same_score() -> None:
    rows, label = features(), features(seed=5)[:, 0] > 0
    assert probe(rows, label, metric="auc", seed=4) == probe(rows, label, metric="auc", seed=4)


def test_weights_of_the_bootstrap_equal_repeated_patients() -> None:
    rng = np.random.default_rng(6)
    counts = rng.integers(0, 3, 40)
    label = (rng.random(40) < 0.5).astype(float)
    scores, fold = rng.standard_normal((1, 40)), np.zeros((1, 40), dtype=np.int64)
    weights = counts[None].astype(float)
    repeated = np.repeat(np.arange(40), counts)
    expected = auc(label[repeated], scores[0, repeated])
    assert _auc(label, scores, fold, weights)[0] == pytest.approx(expected)
    target = rng.standard_normal(40)
    slow = r2_score(target[repeated], scores[0, repeated])
    assert _r2(target, scores, fold, weights)[0] == pytest.approx(slow)


def test_scores_of_different_folds_are_never_ranked_together() -> None:
    label = np.array([1.0, 0.0, 1.0, 0.0])
    fold = np.array([[0, 0, 1, 1]])
    scores = np.array([[0.2, 0.1, 9.0, 8.0]])  # fold 1 lies higher throughout
    assert _auc(label, scores, fold, np.ones((1, 4)))[0] == 1.0


def test_too_few_patients_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="patients with a target; a probe in 5 folds"):
        probe(features(9), np.zeros(9), metric="r2", seed=0)
    with pytest.raises(UndefinedMetricError, match="4 patients of the smaller class"):
        probe(features(50), np.arange(50) < 4, metric="auc", seed=0)
