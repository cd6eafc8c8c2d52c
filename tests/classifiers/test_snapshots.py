"""The watched step: it is the best one, and without watching nothing changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from psp_core.classifiers.network import NetworkClassifier
from psp_core.classifiers.snapshots import BestSnapshot
from psp_core.evaluation.metrics import auc

QUICK: dict[str, Any] = {"steps": 20, "batch_size": 16, "width": 8}


def test_the_earliest_of_the_best_steps_is_kept() -> None:
    network = nn.Linear(1, 1)
    y_true = np.array([True, False])
    told = iter([[0.2, 0.1], [0.1, 0.2], [0.2, 0.1]])
    best = BestSnapshot(network, lambda: np.array(next(told)), y_true, steps=6, snapshots=3)
    for step in range(1, 7):
        nn.init.constant_(network.weight, step)
        best(step)
    assert [(step, area) for step, area, _ in best.history] == [(2, 1.0), (4, 0.0), (6, 1.0)]
    expected = -(np.log(0.2) + np.log(0.9)) / 2
    assert best.history[0][2] == pytest.approx(expected)
    assert network.training
    best.restore()
    assert network.weight.item() == 2


def test_a_watched_network_is_the_best_of_its_own_snapshots(cohort: Any) -> None:
    rows, truth, tokens = cohort
    watch = (rows[30:], truth[30:])
    watched = NetworkClassifier(tokens=tokens, **QUICK).fit(rows[:30], truth[:30], watch)
    reached = auc(truth[30:], watched.predict_proba(rows[30:])[:, 1])
    last = NetworkClassifier(tokens=tokens, **QUICK).fit(rows[:30], truth[:30])
    assert reached >= auc(truth[30:], last.predict_proba(rows[30:])[:, 1])
    assert not watched.network_.training


def test_watching_does_not_disturb_the_training(cohort: Any) -> None:
    rows, truth, tokens = cohort
    settings = {**QUICK, "steps": 6}
    alone = NetworkClassifier(tokens=tokens, **settings).fit(rows[:30], truth[:30])
    watch = (rows[30:], truth[30:])
    watched = NetworkClassifier(tokens=tokens, **settings).fit(rows[:30], truth[:30], watch)
    np.testing.assert_array_equal(alone.history_["loss"], watched.history_["loss"])


def test_patients_who_are_only_shown_decide_nothing(cohort: Any) -> None:
    rows, truth, tokens = cohort
    last = NetworkClassifier(tokens=tokens, **QUICK).fit(rows[:30], truth[:30])
    shown = NetworkClassifier(tokens=tokens, **QUICK).fit(
        rows[:30], truth[:30], shown=(rows[30:], truth[30:])
    )
    np.testing.assert_array_equal(last.predict_proba(rows), shown.predict_proba(rows))
    assert [step for step, _, _ in shown.watched_] == list(range(2, 21, 2))
    assert last.watched_ == []
    one_class = NetworkClassifier(tokens=tokens, **QUICK).fit(
        rows[:30], truth[:30], shown=(rows[30:31], truth[30:31])
    )
    assert np.isnan([area for _, area, _ in one_class.watched_]).all()


@pytest.fixture(autouse=True)
def one_seed() -> None:
    torch.manual_seed(0)
