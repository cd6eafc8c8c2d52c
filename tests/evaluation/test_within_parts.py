"""AUCs within parts: by hand, paired, and refused without both classes."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.within_parts import PartScores, resampled_aucs

Y = np.array([True, True, True, False, False, False])


def aucs(models: dict[str, PartScores], samples: int = 50, seed: int = 0) -> dict[str, np.ndarray]:
    return resampled_aucs(Y, models, samples=samples, rng=np.random.default_rng(seed))


def test_one_draw_of_one_part_is_the_plain_auc() -> None:
    scores = np.random.default_rng(0).normal(size=6)
    found = aucs({"a": PartScores(scores[None], np.zeros((1, 6), int))})["a"]
    assert found[0] == auc(Y, scores)
    assert found.shape == (51,)


def test_scores_of_different_parts_are_never_ranked_together() -> None:
    parts = np.array([[0, 0, 1, 0, 1, 1]])
    scores = np.array([[0.9, 0.1, 8.0, 0.5, 9.0, 7.0]])  # part 1 scores higher throughout
    # part 0: 0.9 and 0.1 against 0.5, one won of two; part 1: 8 against 9 and 7, one of two
    assert aucs({"a": PartScores(scores, parts)})["a"][0] == 0.5


def test_ties_count_one_half_and_patients_without_a_score_not_at_all() -> None:
    scores = np.array([[1.0, np.nan, 2.0, 1.0, 1.0, np.nan]])
    found = aucs({"a": PartScores(scores, np.zeros((1, 6), int))})["a"]
    assert found[0] == (0.5 + 0.5 + 1 + 1) / 4


def test_draws_are_pooled() -> None:
    scores = np.array([[1.0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]])
    assert aucs({"a": PartScores(scores, np.zeros((2, 6), int))})["a"][0] == 0.5


def test_resamples_are_the_same_for_all_models() -> None:
    model = PartScores(np.random.default_rng(1).normal(size=(1, 6)), np.zeros((1, 6), int))
    found = aucs({"a": model, "b": model})
    np.testing.assert_array_equal(found["a"], found["b"])
    assert np.ptp(found["a"]) > 0


def test_a_model_without_any_pair_has_no_auc() -> None:
    nothing = PartScores(np.full((1, 6), np.nan), np.zeros((1, 6), int))
    assert np.isnan(aucs({"a": nothing})["a"]).all()


def test_one_class_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="all 3 scored patients are of one class"):
        resampled_aucs([True] * 3, {}, samples=5, rng=np.random.default_rng(0))
