"""Scored scans before a second surgery."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from psp_core.phantom.latents import CausalModel, draw_labels, draw_latents
from psp_core.phantom.reoperated import SCORE_WEIGHTS, build_reoperated, draw_scores
from psp_core.phantom.unlabelled import build_unlabelled, draw_preoperative

MM = 6.0


@pytest.fixture
def latents() -> pd.Series[Any]:
    rng = np.random.default_rng(3)
    drawn = draw_latents(rng, np.array([True]), CausalModel())
    return drawn.assign(psp_tp_score=5).iloc[0]


def test_scores_add_up_to_the_published_distribution() -> None:
    assert [sum(pair) for pair in zip(*SCORE_WEIGHTS.values(), strict=True)] == [3, 5, 9, 9, 14, 20]
    assert sum(SCORE_WEIGHTS[True]) == 40


def test_a_score_tells_the_label_but_not_surely() -> None:
    rng = np.random.default_rng(1)
    labels = draw_labels(rng, 6000, replace(CausalModel(), true_progression_fraction=40 / 60))
    scores = np.array(draw_scores(rng, labels))
    shares = np.bincount(scores, minlength=7)[1:] / len(scores)
    np.testing.assert_allclose(shares * 60, [3, 5, 9, 9, 14, 20], atol=1.0)
    assert 0.9 < roc_auc_score(labels, scores) < 0.99


def test_the_patient_is_the_one_of_the_baseline(latents: pd.Series[Any]) -> None:
    case = build_reoperated(4, latents, MM, (1, 2), (7, 3))
    before, baseline = draw_preoperative((7, 3)), build_unlabelled(4, MM, (7, 3))
    assert case.is_follow_up
    assert case.segmentation is None
    assert case.psp_tp_score == 5
    assert case.survival_days + case.days_since_baseline == before.survival_days
    assert case.age_years >= before.age_years
    assert case.sex == latents["sex"]
    brains = [np.asarray(one.images["t1"].values) > 0 for one in (case, baseline)]
    other = np.asarray(build_unlabelled(4, MM, (7, 4)).images["t1"].values) > 0
    assert (brains[0] ^ brains[1]).sum() < 0.2 * (brains[0] ^ other).sum()
    np.testing.assert_array_equal(case.images["t1"].affine, baseline.images["t1"].affine)


def test_the_lesion_shows_the_latents(latents: pd.Series[Any]) -> None:
    solid, rim = (
        build_reoperated(4, latents.replace({latents["rim"]: value}), MM, (1, 2), (7, 3))
        for value in (-3.0, 3.0)
    )
    bright = [np.quantile(np.asarray(one.images["t1ce"].values), 0.9999) for one in (solid, rim)]
    assert bright[1] > 1.1 * bright[0]


def test_the_same_seeds_give_the_same_scan(latents: pd.Series[Any]) -> None:
    first, again, other = (
        build_reoperated(4, latents, 12.0, (1, seed), (7, 3)) for seed in (2, 2, 3)
    )
    np.testing.assert_array_equal(first.images["flair"].values, again.images["flair"].values)
    assert (first.images["flair"].values != other.images["flair"].values).any()
