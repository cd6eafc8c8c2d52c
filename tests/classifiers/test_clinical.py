"""Logistic regression against the best possible AUC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from psp_core.classifiers.clinical import ClinicalLogistic
from psp_core.evaluation.metrics import auc
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.oracle import best_possible_auc


def test_with_many_patients_it_comes_to_the_best_possible_auc(draw: Callable[..., Any]) -> None:
    (rows, truth, _), (others, expected, _) = draw(2000, seed=1), draw(20_000, seed=2)
    score = ClinicalLogistic().fit(rows, truth).predict_proba(others)[:, 1]
    assert auc(expected, score) > best_possible_auc(CausalModel(), "clinical_only") - 0.03


def test_both_classes_have_one_weight(cohort: Any) -> None:
    rows, truth, _ = cohort
    rare = truth & (np.cumsum(truth) <= 6)
    few = rows[~truth | rare]
    score = ClinicalLogistic().fit(few, truth[~truth | rare]).predict_proba(few)
    assert score.sum(axis=1) == pytest.approx(1)
    assert score[:, 1].mean() == pytest.approx(0.5, abs=0.1)
