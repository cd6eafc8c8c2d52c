"""Networks that read the volume: what learns, what stays, and from where it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone

from psp_core.classifiers.fusion import Proposed
from psp_core.classifiers.unimodal import MriOnly
from psp_core.classifiers.volume_network import VolumeNetwork
from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import save_encoder
from psp_core.errors import CheckpointError, EstimatorError
from psp_core.evaluation.metrics import auc
from psp_core.inputs.arrays import PatientArrays
from psp_core.inputs.weights_file import WeightsFile
from psp_core.training import weights_of

SHAPE: dict[str, Any] = {"side": 8, "patch": 4, "width": 16, "depth": 1, "heads": 2}
QUICK: dict[str, Any] = {"steps": 4, "batch_size": 8, "width": 8, "clinical_tokens": 2}
LONG: dict[str, Any] = {"steps": 60, "batch_size": 16, "encoder_learning_rate": 3e-3}
ARMS = {"full": {"feature_set": "full"}, "image_only": {"feature_set": "image_only"}}


@pytest.fixture(scope="module")
def made(draw: Any) -> tuple[pd.DataFrame, Any, PatientArrays]:
    """Patients with a block of voxels that is brighter in true progression."""
    rows, truth, tokens = draw(60, 0)
    rng = np.random.default_rng(0)
    values = 0.05 * rng.normal(size=(60, 2, 8, 8, 8)).astype(np.float16)
    values[truth, :, 4:, :4, :4] += 1
    return rows, truth, PatientArrays(tokens.keys, {"values": values})


@pytest.fixture
def saved(tmp_path: Path) -> WeightsFile:
    torch.manual_seed(5)
    save_encoder(tmp_path / "encoder.safetensors", VisionTransformer3D(**SHAPE))
    return WeightsFile(SHAPE, tmp_path / "encoder.safetensors")


def network(volumes: Any, start: WeightsFile | None = None, **settings: Any) -> VolumeNetwork:
    return VolumeNetwork(volumes=volumes, start=start or WeightsFile(SHAPE), **settings)


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("frozen", [False, True])
def test_held_out_patients_change_nothing_and_a_clone_gives_the_same_bytes(
    arm: str, frozen: bool, made: Any
) -> None:
    rows, truth, volumes = made
    settings = {**QUICK, **ARMS[arm], "frozen": frozen}
    first = network(volumes, **settings)
    before = first.fit(rows[:30], truth[:30]).predict_proba(rows[:40])
    values = volumes.arrays["values"].copy()
    values[40:] = 99
    others = rows.copy()
    others.loc[40:, "days_since_rt"] = 1_000_000
    changed = network(PatientArrays(volumes.keys, {"values": values}), **settings)
    changed.fit(others[:30], truth[:30])
    assert np.array_equal(changed.predict_proba(others[:40]), before)
    again = clone(first)
    assert again.volumes is volumes
    assert again.fit(rows[:30], truth[:30]).predict_proba(rows[:40]).tobytes() == before.tobytes()
    order = np.random.default_rng(1).permutation(40)
    np.testing.assert_allclose(
        again.predict_proba(rows.iloc[order]), before[order], rtol=1e-5, atol=1e-7
    )


def test_a_planted_block_is_found_in_patients_not_seen(made: Any) -> None:
    rows, truth, volumes = made
    fitted = network(volumes, feature_set="image_only", **LONG).fit(rows[:40], truth[:40])
    assert auc(truth[40:], fitted.predict_proba(rows[40:])[:, 1]) > 0.9


def test_frozen_weights_stay_and_others_move_from_where_they_start(
    made: Any, saved: WeightsFile
) -> None:
    rows, truth, volumes = made
    torch.manual_seed(5)
    start = weights_of(VisionTransformer3D(**SHAPE))
    frozen, tuned = (
        network(volumes, saved, frozen=is_frozen, **QUICK).fit(rows, truth).network_.encoder
        for is_frozen in (True, False)
    )
    for name, value in weights_of(frozen).items():
        assert torch.equal(value, start[name])
    moved = weights_of(tuned)
    assert any(not torch.equal(value, start[name]) for name, value in moved.items())
    # few small steps: still near the file's weights, which no seed would draw
    assert (moved["embed.weight"] - start["embed.weight"]).abs().max() < 1e-2
    assert not any(parameter.requires_grad for parameter in frozen.parameters())


def test_a_frozen_encoder_gives_the_head_the_same_tokens_as_the_whole_network(
    made: Any, saved: WeightsFile
) -> None:
    rows, truth, volumes = made
    fitted = network(volumes, saved, frozen=True, **QUICK).fit(rows, truth)
    clinical = fitted._clinical(rows)
    with torch.no_grad():
        whole = fitted.network_(torch.from_numpy(volumes.of(rows)).float(), clinical)
    expected = torch.sigmoid(whole.double()).numpy()
    np.testing.assert_allclose(fitted.predict_proba(rows)[:, 1], expected, rtol=1e-5)


def test_the_head_is_the_proposed_one_with_columns_and_that_of_the_image_without(
    made: Any,
) -> None:
    rows, truth, volumes = made
    heads = [
        network(volumes, **QUICK, **arm).fit(rows, truth).network_.head for arm in ARMS.values()
    ]
    assert [type(head) for head in heads] == [Proposed, MriOnly]


def test_head_and_encoder_have_their_own_learning_rates(made: Any, saved: WeightsFile) -> None:
    rows, truth, volumes = made
    fitted = network(volumes, saved, encoder_learning_rate=0.0, **QUICK).fit(rows, truth)
    torch.manual_seed(5)
    start = weights_of(VisionTransformer3D(**SHAPE))
    for name, value in weights_of(fitted.network_.encoder).items():
        assert torch.equal(value, start[name])


def test_what_cannot_be_built_is_refused_by_name(made: Any, saved: WeightsFile) -> None:
    rows, truth, volumes = made
    with pytest.raises(EstimatorError, match="all 60 training patients are of one class"):
        network(volumes, **QUICK).fit(rows, np.ones(60, bool))
    with pytest.raises(EstimatorError, match="was given no volumes"):
        VolumeNetwork(start=saved, **QUICK).fit(rows, truth)
    with pytest.raises(EstimatorError, match="was given no start"):
        VolumeNetwork(volumes=volumes, **QUICK).fit(rows, truth)
    with pytest.raises(EstimatorError, match="'clinical_only' has no image"):
        network(volumes, feature_set="clinical_only", **QUICK).fit(rows, truth)
    other = WeightsFile({**SHAPE, "width": 32}, saved.file)
    with pytest.raises(CheckpointError, match="encoder of width 16, expected 32"):
        network(volumes, other, **QUICK).fit(rows, truth)
