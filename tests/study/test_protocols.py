"""Published and closed: who decides, and with which threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from psp_core.classifiers.clinical import ClinicalLogistic
from psp_core.encoder.tokens import Tokens
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.thresholds import balanced_threshold, youden_threshold
from psp_core.study.cross_validation import Plan, Unit, fit_unit, ready, units_of
from psp_core.study.entry import Entry
from psp_core.study.folds import draw_folds
from psp_core.study.protocols import CLOSED, PUBLISHED, fit_published, vote_threshold

NETWORK = Entry(
    "psp_core.classifiers.network:NetworkClassifier",
    "full",
    "a network",
    settings={"steps": 20, "width": 8},
    sources={"tokens": "tokens"},
)
VALIDATION = pd.DataFrame({"y_true": [True, False, True], "y_score": [0.9, 0.2, 0.7]})
TEST = pd.DataFrame({"y_true": [True, False], "y_score": [0.4, 0.1]})


def plan(patients: pd.DataFrame, tokens: Tokens, protocol: str) -> Plan:
    folds = draw_folds(patients[patients["dataset"] == "burdenko"], n_folds=3, seeds=1, entropy=1)
    inner: Any = {"light": 2}
    return Plan(patients, "burdenko", folds, inner, 1, {"tokens": tokens}, protocol=protocol)


def test_an_estimator_that_cannot_watch_is_fitted_as_ever(patients: pd.DataFrame) -> None:
    rows, out = patients.iloc[:20], patients.iloc[20:30]
    truth, of_out = is_true_progression(rows["label"]), is_true_progression(out["label"])
    model = fit_published(ClinicalLogistic(), rows, truth, out, of_out)
    expected = ClinicalLogistic().fit(rows, truth).predict_proba(out)[:, 1]
    np.testing.assert_allclose(model.predict(out), expected, atol=1e-12)
    assert model.threshold == 0.5


def test_the_published_protocol_looks_at_the_held_out_fold(
    patients: pd.DataFrame, tokens: Tokens
) -> None:
    areas = {}
    for protocol in (CLOSED, PUBLISHED):
        one = plan(patients, tokens, protocol)
        unit = units_of({"a": NETWORK}, one)[0]
        made = fit_unit(unit, one)
        own = np.isin(made.arrays["rows"], np.flatnonzero(patients["dataset"] == "burdenko"))
        truth = is_true_progression(patients["label"].iloc[made.arrays["rows"][own]])
        areas[protocol] = auc(truth, made.arrays["scores"][own])
        assert (made.record["threshold"] == 0.5) == (protocol == PUBLISHED)
    assert areas[PUBLISHED] >= areas[CLOSED]


def test_the_protocol_is_part_of_a_units_digest(patients: pd.DataFrame, tokens: Tokens) -> None:
    digests = {
        units_of({"a": NETWORK}, plan(patients, tokens, protocol))[0].digest
        for protocol in (CLOSED, PUBLISHED)
    }
    assert len(digests) == 2


def test_a_unit_is_ready_with_its_own_fold_held_out(patients: pd.DataFrame, tokens: Tokens) -> None:
    one = plan(patients, tokens, CLOSED)
    parts = ready(Unit("a", NETWORK, 0, 2), one)
    assert not set(parts.taught["subject_id"]) & set(parts.held_out["subject_id"])
    assert len(parts.taught) + len(parts.held_out) == 30
    assert len(parts.scored) == len(parts.held_out) + 12


@pytest.mark.parametrize(
    ("protocol", "module", "expected"),
    [
        (CLOSED, "psp_core.classifiers.cnn_lstm", youden_threshold([1, 0, 1], [0.9, 0.2, 0.7])),
        (PUBLISHED, "psp_core.classifiers.network", 0.5),
        (PUBLISHED, "psp_core.classifiers.cnn_lstm", balanced_threshold([1, 0], [0.4, 0.1])),
    ],
)
def test_the_threshold_of_a_vote(protocol: str, module: str, expected: float) -> None:
    entry = Entry(f"{module}:Any", "full", "any")
    assert vote_threshold(protocol, entry, VALIDATION, TEST) == expected


def test_without_both_classes_a_test_set_gives_no_threshold() -> None:
    entry = Entry("psp_core.classifiers.cnn_lstm:Any", "full", "any")
    assert vote_threshold(PUBLISHED, entry, VALIDATION, TEST[:1]) == 0.5
