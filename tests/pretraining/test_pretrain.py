"""Pre-training: exact resumption in both precisions, snapshots, history, and that it learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from psp_core.encoder.weights import load_encoder
from psp_core.errors import CheckpointError, MissingInputError
from psp_core.pretraining.pretrain import batch_of, build_restorer, loss_of, pretrain, restore
from psp_core.pretraining.restoration import load_restorer
from psp_core.pretraining.views import Blocks, Corruption
from psp_core.training import weights_of

ARCHITECTURE = {"side": 16, "patch": 4, "width": 24, "depth": 1, "heads": 2}
CORRUPTION = Corruption(4, (0.1, 0.3), 3, (0.1, 0.4), 0.5, (0.3, 0.7))
STEPS = 8


class KilledError(Exception):
    """Stands for whatever ends a program."""


class Source(list[Any]):
    """Volumes that end the program at a certain reading."""

    def __init__(self, dies_at: int | None = None) -> None:
        rng = np.random.default_rng(0)
        smooth = rng.normal(size=(6, 2, 4, 4, 4)).repeat(4, 2).repeat(4, 3).repeat(4, 4)
        super().__init__(smooth.astype(np.float16))
        self.dies_at, self.read = dies_at, 0

    def __getitem__(self, number: Any) -> Any:
        self.read += 1
        if self.read == self.dies_at:
            raise KilledError
        return super().__getitem__(number)


def fit(folder: Path, *, dies_at: int | None = None, steps: int = STEPS, **changed: Any) -> Any:
    settings: dict[str, Any] = {
        "batch_size": 3,
        "learning_rate": 3e-3,
        "weight_decay": 1e-2,
        "warmup_share": 0.2,
        "mix": "r + c*r",
        "contrastive_on": "reconstructions",
        "temperature": 0.05,
        "precision": "float32",
        "snapshots": [3, 5, steps],
        "checkpoint_seconds": 0,
    }
    return pretrain(
        Source(dies_at),
        architecture=ARCHITECTURE,
        steps=steps,
        corruption=CORRUPTION,
        seed=5,
        folder=folder,
        **(settings | changed),
    )


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_a_killed_training_goes_on_bit_by_bit(tmp_path: Path, precision: str) -> None:
    straight, history = fit(tmp_path / "straight", precision=precision)
    with pytest.raises(KilledError):  # in the sixth step, after the state of five
        fit(tmp_path / "killed", precision=precision, dies_at=5 * 3 + 1)
    again, resumed = fit(tmp_path / "killed", precision=precision)
    pd.testing.assert_frame_equal(resumed, history, check_exact=True)
    for name, value in weights_of(straight).items():
        assert torch.equal(weights_of(again)[name], value), name
    for file in ("encoder.safetensors", *(f"snapshots/step_{n}.safetensors" for n in (0, 3, 5, 8))):
        one, other = (tmp_path / name / file for name in ("straight", "killed"))
        assert one.read_bytes() == other.read_bytes(), file


def test_snapshots_are_the_encoder_on_its_way(tmp_path: Path) -> None:
    restorer, _ = fit(tmp_path)
    first = load_encoder(tmp_path / "snapshots" / "step_0.safetensors")
    untrained = build_restorer(ARCHITECTURE, "reconstructions", 5).encoder
    last = load_encoder(tmp_path / "snapshots" / f"step_{STEPS}.safetensors")
    assert torch.equal(first.position, untrained.position)
    assert torch.equal(last.position, restorer.encoder.position)
    assert not torch.equal(first.position, last.position)
    assert torch.equal(
        load_restorer(tmp_path / "restorer.safetensors").stage1.weight, restorer.stage1.weight
    )


def test_the_history_tells_both_losses_and_the_corrupted_share(tmp_path: Path) -> None:
    _, history = fit(tmp_path)
    product = history["restoration"] * (1 + history["contrastive"])
    np.testing.assert_allclose(history["loss"], product, rtol=1e-6)
    assert history["corrupted"].between(0.02, 0.98).all()
    assert history["corrupted"].nunique() == STEPS


@pytest.mark.parametrize("contrastive_on", ["reconstructions", "embeddings"])
def test_it_learns_to_restore(tmp_path: Path, contrastive_on: str) -> None:
    restorer, history = fit(tmp_path, steps=150, contrastive_on=contrastive_on)
    restoration = history["restoration"]
    assert restoration.tail(20).mean() < 0.7 * restoration.head(5).mean()
    clean = np.stack(list(Source()))
    views, restored = restore(restorer, clean, CORRUPTION, seed=0)
    assert views.shape == restored.shape == clean.shape
    assert np.abs(restored - clean).mean() < 0.7 * np.abs(clean).mean()


def test_the_loss_of_a_batch_is_that_of_its_parts() -> None:
    restorer = build_restorer(ARCHITECTURE, "reconstructions", 0)
    batch = batch_of(
        0,
        torch.Generator().manual_seed(0),
        source=Source(),
        batch_size=3,
        corruption=CORRUPTION,
        seed=0,
    )
    told = {
        mix: loss_of(restorer, batch, restorer=restorer, mix=mix, temperature=0.05).tolist()  # type: ignore[arg-type]
        for mix in ("r + c*r", "r + c", "r", "c")
    }
    _, r, c, _ = told["r"]
    expected = {"r + c*r": r + c * r, "r + c": r + c, "r": r, "c": c}
    assert {mix: values[0] for mix, values in told.items()} == pytest.approx(expected)


def test_a_training_resumed_in_another_precision_begins_anew(tmp_path: Path) -> None:
    with pytest.raises(KilledError):
        fit(tmp_path, precision="bf16", dies_at=5 * 3 + 1)
    _, history = fit(tmp_path, precision="float32")
    _, straight = fit(tmp_path / "straight", precision="float32")
    pd.testing.assert_frame_equal(history, straight, check_exact=True)


def test_the_last_step_is_kept_whatever_snapshots_are_asked_for(tmp_path: Path) -> None:
    fit(tmp_path, snapshots=[3])
    last = tmp_path / "snapshots" / f"step_{STEPS}.safetensors"
    assert last.read_bytes() == (tmp_path / "encoder.safetensors").read_bytes()


def test_the_corrupted_share_does_not_count_air() -> None:
    volumes = torch.zeros(1, 2, 16, 16, 16)
    volumes[:, :, :8] = 1.0  # half is brain
    holes = np.array([[[[16, 16, 16], [0, 0, 0]]]] * 2)
    holes[0, 0, 0] = [8, 16, 16]  # air alone
    holes[0, 0, 1] = [8, 0, 0]
    blocks = Blocks(np.zeros((2, 0, 3, 3), np.int64), holes, np.zeros(2, bool))
    restorer = build_restorer(ARCHITECTURE, "reconstructions", 0)
    told = loss_of(restorer, (volumes, blocks), restorer=restorer, mix="r", temperature=0.05)
    assert told[3].item() == pytest.approx(0.5)  # nothing of the first view, all of the second


def test_patches_of_20_voxels_are_trained_end_to_end(tmp_path: Path) -> None:
    volumes = np.random.default_rng(0).normal(size=(2, 2, 40, 40, 40)).astype(np.float16)
    architecture = {"side": 40, "patch": 20, "width": 12, "depth": 1, "heads": 2}
    restorer = build_restorer(architecture, "reconstructions", 0)
    batch = batch_of(
        0,
        torch.Generator().manual_seed(0),
        source=list(volumes),
        batch_size=2,
        corruption=CORRUPTION,
        seed=0,
    )
    told = loss_of(restorer, batch, restorer=restorer, mix="r + c*r", temperature=0.05)
    told[0].backward()  # type: ignore[no-untyped-call]
    for name, value in restorer.named_parameters():
        assert value.grad is not None, name
        assert torch.isfinite(value.grad).all(), name
        assert value.grad.abs().max() > 0, name
    views, restored = restore(restorer, volumes, CORRUPTION, seed=0)
    assert views.shape == restored.shape == volumes.shape


def test_fewer_scans_than_a_batch_raise(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"found 6 scans to pre-train on, .* batch of 7"):
        fit(tmp_path, batch_size=7)


def test_a_state_of_another_loss_raises(tmp_path: Path) -> None:
    fit(tmp_path, steps=2)
    with pytest.raises(CheckpointError, match="another identity"):
        fit(tmp_path, steps=2, mix="r")
