"""The DenseNet: its size as published, and its weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from psp_core.errors import CheckpointError
from psp_core.pretraining.densenet import HEAD, build_densenet, save_densenet, start_from
from psp_core.training import weights_of

SMALL = {"blocks": (2, 2), "growth": 4, "first_features": 4}
OF_121 = {"blocks": (6, 12, 24, 16), "growth": 32, "first_features": 64}


def test_the_full_size_has_121_layers_with_weights() -> None:
    with torch.device("meta"):
        network = build_densenet(OF_121, 0)
    kinds = (nn.Conv3d, nn.Linear)
    assert sum(isinstance(layer, kinds) for layer in network.modules()) == 121


def test_the_seed_decides_the_weights() -> None:
    one, two, other = (weights_of(build_densenet(SMALL, seed)) for seed in (1, 1, 2))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_weights_of_a_file_replace_all_but_the_last_layer(tmp_path: Path) -> None:
    taught, network = build_densenet(SMALL, 1), build_densenet(SMALL, 2)
    before = weights_of(network)
    save_densenet(tmp_path / "net.safetensors", taught)
    start_from(network, tmp_path / "net.safetensors")
    for name, value in weights_of(network).items():
        source = before if name.startswith(HEAD) else weights_of(taught)
        assert torch.equal(value, source[name])
    assert any(name.startswith(HEAD) for name in before)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "net.safetensors"
    save_densenet(file, build_densenet({**SMALL, "growth": 8}, 1))
    with pytest.raises(CheckpointError, match="weights are those of another model"):
        start_from(build_densenet(SMALL, 1), file)
    file.write_bytes(b"no weights")
    with pytest.raises(CheckpointError, match=r"net\.safetensors holds no weights"):
        start_from(build_densenet(SMALL, 1), file)
