"""The DenseNet as an estimator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import clone

from psp_core.classifiers.densenet import DenseNetClassifier
from psp_core.errors import CheckpointError, EstimatorError
from psp_core.evaluation.metrics import auc
from psp_core.inputs.arrays import PatientArrays
from psp_core.inputs.weights_file import WeightsFile
from psp_core.pretraining.densenet import build_densenet, save_densenet
from psp_core.training import weights_of

SHAPE = {"blocks": (1, 1), "growth": 4, "first_features": 4}
QUICK: dict[str, Any] = {"steps": 3, "batch_size": 8, "learning_rate": 1e-3}


@pytest.fixture(scope="module")
def made(draw: Any) -> tuple[Any, Any, PatientArrays]:
    rows, truth, tokens = draw(40, 0)
    rng = np.random.default_rng(0)
    values = rng.normal(size=(40, 2, 16, 16, 16)).astype(np.float16)
    values[truth, 0] += 0.5
    return rows, truth, PatientArrays(tokens.keys, {"values": values})


def densenet(crops: Any, start: WeightsFile | None = None, **settings: Any) -> DenseNetClassifier:
    start = start or WeightsFile(SHAPE)
    return DenseNetClassifier(crops=crops, start=start, **{**QUICK, **settings})


def test_held_out_patients_change_nothing_and_a_clone_gives_the_same_bytes(made: Any) -> None:
    rows, truth, crops = made
    first = densenet(crops).fit(rows[:24], truth[:24])
    before = first.predict_proba(rows[:30])
    values = crops.arrays["values"].copy()
    values[30:] = 99
    changed = densenet(PatientArrays(crops.keys, {"values": values})).fit(rows[:24], truth[:24])
    assert np.array_equal(changed.predict_proba(rows[:30]), before)
    again = clone(first).fit(rows[:24], truth[:24])
    assert again.predict_proba(rows[:30]).tobytes() == before.tobytes()


def test_a_planted_signal_is_found_in_patients_not_seen(made: Any) -> None:
    rows, truth, crops = made
    fitted = densenet(crops, steps=30, learning_rate=1e-2).fit(rows[:28], truth[:28])
    assert auc(truth[28:], fitted.predict_proba(rows[28:])[:, 1]) > 0.9


def test_the_weights_of_the_file_are_used(made: Any, tmp_path: Path) -> None:
    rows, truth, crops = made
    taught = build_densenet(SHAPE, 77)
    save_densenet(tmp_path / "net.safetensors", taught)
    start = WeightsFile(SHAPE, tmp_path / "net.safetensors")
    fitted = densenet(crops, start, steps=1, learning_rate=1e-9).fit(rows, truth)
    found = weights_of(fitted.network_.network)["features.conv0.weight"]
    torch.testing.assert_close(found, weights_of(taught)["features.conv0.weight"])
    wrong = WeightsFile({**SHAPE, "growth": 8}, start.file)
    with pytest.raises(CheckpointError, match="weights are those of another model"):
        densenet(crops, wrong).fit(rows, truth)


def test_what_cannot_be_fitted_is_refused_by_name(made: Any) -> None:
    rows, truth, crops = made
    with pytest.raises(EstimatorError, match="all 40 training patients are of one class"):
        densenet(crops).fit(rows, np.zeros(40, bool))
    with pytest.raises(EstimatorError, match="no crops or no start"):
        DenseNetClassifier(start=WeightsFile(SHAPE)).fit(rows, truth)
    with pytest.raises(EstimatorError, match="sees the image alone, not 'full'"):
        densenet(crops, feature_set="full").fit(rows, truth)
