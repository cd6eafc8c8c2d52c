"""Cross-conformal sets: the formula, crepes, coverage of exchangeable patients, no leakage."""

from __future__ import annotations

import numpy as np
import pytest
from crepes import ConformalClassifier

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.evaluation.conformal import (
    BOTH,
    NONE,
    cross_conformal,
    judge_sets,
    prediction_sets,
    smallest_alpha,
)


def made(n: int, seed: int = 0, folds: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2 == 0
    score = np.clip(rng.normal(0.4 + 0.2 * truth, 0.2), 0, 1).round(2)
    return truth, score, np.arange(n) // 2 % folds


def slow(truth: np.ndarray, score: np.ndarray, fold: np.ndarray, members: dict) -> np.ndarray:  # type: ignore[type-arg]
    """The definition, patient by patient."""
    m = len(members[0])
    p_values = np.empty((m, 2))
    for column, of_class in enumerate((truth, ~truth)):
        for j in range(m):
            count = 0
            for i in np.flatnonzero(of_class):
                new, old = members[fold[i]][j], score[i]
                count += old <= new if column == 0 else old >= new
            p_values[j, column] = (count + 1) / (of_class.sum() + 1)
    return p_values


def test_p_values_equal_the_definition() -> None:
    truth, score, fold = made(24)
    rng = np.random.default_rng(1)
    members = {k: rng.random(9).round(2) for k in range(3)}
    found = cross_conformal(truth, score, fold, members)
    np.testing.assert_allclose(found.to_numpy(), slow(truth, score, fold, members))


def test_one_fold_is_the_split_conformal_classifier_of_crepes() -> None:
    truth, score, _ = made(30)
    new = np.random.default_rng(2).random(12)
    strange = np.where(truth, 1 - score, score)
    theirs = ConformalClassifier().fit(strange, bins=truth)
    found = cross_conformal(truth, score, np.zeros(30, dtype=int), {0: new})
    for name, column, is_class in ((POSITIVE_CLASS, 1 - new, True), (NEGATIVE_CLASS, new, False)):
        p_value = theirs.predict_p(column, bins=np.full(12, is_class), smoothing=False)
        np.testing.assert_allclose(found[name], p_value)


def test_sets_are_named_by_what_is_above_alpha() -> None:
    truth, score, fold = made(20)
    p_values = cross_conformal(truth, score, fold, {k: [0.99, 0.01, 0.5] for k in range(3)})
    assert prediction_sets(p_values, 0.2).tolist() == [POSITIVE_CLASS, NEGATIVE_CLASS, BOTH]
    assert prediction_sets(p_values, 0.99)[2] == NONE


def test_a_p_value_equal_to_alpha_leaves_the_set() -> None:
    truth = np.array([True] * 4 + [False] * 4)
    p_values = cross_conformal(truth, [0.5] * 8, [0] * 8, {0: [0.1]})
    assert p_values[POSITIVE_CLASS][0] == pytest.approx(1 / 5)
    assert prediction_sets(p_values, 1 / 5)[0] == NEGATIVE_CLASS
    assert prediction_sets(p_values, 0.19)[0] == BOTH


def test_with_nine_of_a_class_the_smallest_alpha_is_a_tenth() -> None:
    reach = smallest_alpha(np.arange(20) < 11)
    assert reach == pytest.approx({POSITIVE_CLASS: 1 / 12, NEGATIVE_CLASS: 0.1})
    below = cross_conformal([1, 0] * 9, [0.5] * 18, [0] * 18, {0: [0.0, 1.0]})
    assert set(prediction_sets(below, 0.099)) == {BOTH}


def test_judged_sets_are_counted_by_hand() -> None:
    sets = [POSITIVE_CLASS, NEGATIVE_CLASS, BOTH, NONE, NEGATIVE_CLASS]
    found = judge_sets([1, 1, 1, 0, 0], sets)
    counts = {name: (rate.k, rate.n) for name, rate in found.items()}
    assert counts == {
        f"covered_{POSITIVE_CLASS}": (2, 3),
        f"covered_{NEGATIVE_CLASS}": (1, 2),
        "decided": (3, 5),
        "wrong": (1, 3),
        BOTH: (1, 5),
        NONE: (1, 5),
    }
    assert found["decided"].exact_lower < 3 / 5 < found["decided"].exact_upper


def test_where_nobody_is_decided_no_share_is_wrong() -> None:
    found = judge_sets([1, 0], [BOTH, NONE])
    assert np.isnan(found["wrong"].value)
    assert found["wrong"].note == "nobody is decided"


def test_exchangeable_patients_are_covered_class_by_class() -> None:
    """Nearest-mean models of each fold, refitted in every simulated study of unequal classes."""
    rng = np.random.default_rng(5)
    alpha, folds, n_new, studies = 0.2, 5, 20, 250
    held = np.zeros((studies, 2))
    truth, fold = np.arange(55) < 35, np.arange(55) % folds
    new_truth = np.arange(n_new) < n_new // 2
    for study in range(studies):
        x = rng.normal(size=(55, 2)) + truth[:, None] * [1.0, 0.0]
        new_x = rng.normal(size=(n_new, 2)) + new_truth[:, None] * [1.0, 0.0]
        score, members = np.empty(55), {}
        for number in range(folds):
            inside = fold != number
            upper, lower = x[inside & truth].mean(axis=0), x[inside & ~truth].mean(axis=0)
            axis, middle = upper - lower, (upper + lower) / 2
            score[~inside] = 1 / (1 + np.exp(-(x[~inside] - middle) @ axis))
            members[number] = 1 / (1 + np.exp(-(new_x - middle) @ axis))
        sets = prediction_sets(cross_conformal(truth, score, fold, members), alpha)
        judged = judge_sets(new_truth, sets)
        held[study] = [judged[f"covered_{name}"].value for name in (POSITIVE_CLASS, NEGATIVE_CLASS)]
    error = held.std(axis=0) / np.sqrt(studies)
    assert (held.mean(axis=0) >= 1 - 2 * alpha - 2 * error).all()
    assert (held.mean(axis=0) >= 0.75).all()  # in practice near 1 - alpha
    assert (held.mean(axis=0) <= 0.90).all()


def test_impossible_requests_raise() -> None:
    with pytest.raises(UndefinedMetricError, match=r"folds \[1\] have no model"):
        cross_conformal([1, 0], [0.2, 0.4], [0, 1], {0: [0.5]})
    with pytest.raises(UndefinedMetricError, match="lengths differ"):
        cross_conformal([1, 0], [0.2, 0.4], [0], {0: [0.5]})
    with pytest.raises(UndefinedMetricError, match="no calibration patient with pseudoprogression"):
        cross_conformal([1, 1], [0.2, 0.4], [0, 0], {0: [0.5]})
    p_values = cross_conformal([1, 0], [0.2, 0.4], [0, 0], {0: [0.5]})
    with pytest.raises(UndefinedMetricError, match="alpha is 1"):
        prediction_sets(p_values, 1)
    with pytest.raises(UndefinedMetricError, match=r"sets \['maybe'\] are unknown"):
        judge_sets([1], ["maybe"])
