"""Pre-training by masking: exact resumption, equal bytes, and that it learns."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from psp_core.encoder.weights import load_encoder
from psp_core.errors import CheckpointError, MissingInputError
from psp_core.pretraining.pretrain import build_restorer
from psp_core.pretraining.pretrain_masked import batch_of, build_masked, loss_of, pretrain_masked
from psp_core.training import weights_of

ARCHITECTURE = {"side": 16, "patch": 4, "width": 24, "depth": 1, "heads": 2}
DECODER = {"width": 12, "depth": 1, "heads": 2}
STEPS = 8


class KilledError(Exception):
    """Stands for whatever ends a program."""


class Source(list[Any]):
    """Smooth volumes with air beside them, that end the program at a certain reading."""

    def __init__(self, dies_at: int | None = None) -> None:
        rng = np.random.default_rng(0)
        smooth = rng.normal(size=(6, 2, 2, 2, 2)).repeat(8, 2).repeat(8, 3).repeat(8, 4)
        smooth[:, :, :4] = 0
        super().__init__(smooth.astype(np.float16))
        self.dies_at, self.read = dies_at, 0

    def __getitem__(self, number: Any) -> Any:
        self.read += 1
        if self.read == self.dies_at:
            raise KilledError
        return super().__getitem__(number)


def fit(folder: Path, *, dies_at: int | None = None, steps: int = STEPS, **changed: Any) -> Any:
    settings: dict[str, Any] = {
        "hidden_share": 0.75,
        "decoder": DECODER,
        "batch_size": 3,
        "learning_rate": 3e-3,
        "weight_decay": 1e-2,
        "warmup_share": 0.2,
        "precision": "float32",
        "seed": 5,
        "checkpoint_seconds": 0,
    }
    return pretrain_masked(
        Source(dies_at), architecture=ARCHITECTURE, steps=steps, folder=folder,
        **(settings | changed),
    )  # fmt: skip


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_a_killed_training_goes_on_bit_by_bit(tmp_path: Path, precision: str) -> None:
    straight, history = fit(tmp_path / "straight", precision=precision)
    with pytest.raises(KilledError):  # in the sixth step, after the state of five
        fit(tmp_path / "killed", precision=precision, dies_at=5 * 3 + 1)
    again, resumed = fit(tmp_path / "killed", precision=precision)
    pd.testing.assert_frame_equal(resumed, history, check_exact=True)
    for name, value in weights_of(straight).items():
        assert torch.equal(weights_of(again)[name], value), name
    one, other = (tmp_path / name / "encoder.safetensors" for name in ("straight", "killed"))
    assert one.read_bytes() == other.read_bytes()


def test_another_seed_gives_another_encoder(tmp_path: Path) -> None:
    one, _ = fit(tmp_path / "one", steps=1)
    other, _ = fit(tmp_path / "other", steps=1, seed=6)
    assert not torch.equal(one.encoder.position, other.encoder.position)


def test_it_learns_to_tell_hidden_patches(tmp_path: Path) -> None:
    _, history = fit(tmp_path, steps=60)
    assert history["loss"].tail(10).mean() < 0.8 * history["loss"].head(5).mean()
    assert history["brain_error"].tail(10).mean() < 0.8 * history["brain_error"].head(5).mean()


def test_its_weights_are_those_of_the_transformer(tmp_path: Path) -> None:
    network, _ = fit(tmp_path)
    encoder = load_encoder(tmp_path / "encoder.safetensors", expected=ARCHITECTURE)
    volumes = torch.randn(2, 2, 16, 16, 16)
    with torch.inference_mode():
        torch.testing.assert_close(encoder(volumes), network.encoder(volumes))


def test_it_starts_from_the_weights_that_restoration_starts_from() -> None:
    masked = build_masked(ARCHITECTURE, 0.75, DECODER, seed=5).encoder
    restored = build_restorer(ARCHITECTURE, "reconstructions", 5).encoder
    for name, value in weights_of(masked).items():
        assert torch.equal(weights_of(restored)[name], value), name


def test_the_loss_is_the_mean_square_and_tells_the_hidden_share_of_the_brain() -> None:
    network = build_masked(ARCHITECTURE, 0.75, DECODER, seed=0)
    torch.nn.init.zeros_(network.to_voxels.weight)
    torch.nn.init.zeros_(network.to_voxels.bias)
    volumes = torch.zeros(1, 2, 16, 16, 16)
    volumes[:, :, :4] = 2.0  # the first 16 of 64 patches
    orders = torch.arange(64)[None]  # of which 48 are hidden, all of the brain among them
    loss, in_brain, share = loss_of(network, (volumes, orders)).tolist()
    assert loss == pytest.approx(4.0 * 16 / 48)
    assert in_brain == pytest.approx(4.0)
    assert share == pytest.approx(1.0)
    _, in_brain, share = loss_of(network, (volumes, orders.flip(1))).tolist()
    assert math.isnan(in_brain)  # no hidden patch has brain
    assert share == 0


def test_a_batch_draws_its_own_masks() -> None:
    network = build_masked(ARCHITECTURE, 0.75, DECODER, seed=0)
    orders = [
        batch_of(
            step, torch.Generator().manual_seed(step), source=Source(), batch_size=3, seed=0,
            network=network,
        )[1]
        for step in (0, 1)
    ]  # fmt: skip
    assert orders[0].shape == (3, 64)
    assert not torch.equal(*orders)


def test_fewer_scans_than_a_batch_raise(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"found 6 scans to hide .* batch of 7"):
        fit(tmp_path, batch_size=7)


def test_a_state_of_another_share_raises(tmp_path: Path) -> None:
    fit(tmp_path, steps=2)
    with pytest.raises(CheckpointError, match="another identity"):
        fit(tmp_path, steps=2, hidden_share=0.5)
