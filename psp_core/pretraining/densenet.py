"""MONAI's 3-D DenseNet and its weights: 121 layers at the paper's size, fewer where asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from psp_core.errors import CheckpointError
from psp_core.runs import atomic_path
from psp_core.training import set_weights, weights_of

HEAD = "class_layers.out."  # of the network's last layer, which belongs to one task


def build_densenet(architecture: Mapping[str, Any], seed: int) -> nn.Module:
    """Network of two images to one logit; the seed decides its weights.

    Parameters
    ----------
    architecture : mapping
        ``blocks`` (layers of each dense block), ``growth`` (feature maps that a layer adds) and
        ``first_features``; (6, 12, 24, 16), 32 and 64 are DenseNet-121.

    References
    ----------
    Huang et al., Densely connected convolutional networks (CVPR 2017).
    """
    from monai.networks.nets.densenet import DenseNet  # noqa: PLC0415 - MONAI takes seconds

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network: nn.Module = DenseNet(
            spatial_dims=3,
            in_channels=2,
            out_channels=1,
            init_features=architecture["first_features"],
            growth_rate=architecture["growth"],
            block_config=tuple(architecture["blocks"]),
        )
    return network


def save_densenet(path: Path, network: nn.Module) -> None:
    """Write all weights as one safetensors file."""
    with atomic_path(path) as temporary:
        save_file(weights_of(network), temporary)


def start_from(network: nn.Module, path: Path) -> None:
    """Put the weights of a file into a network, in place; its last layer stays as drawn.

    Raises
    ------
    CheckpointError
        If the file cannot be read, or holds weights of another architecture.
    """
    try:
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{path.name} holds no weights: {type(error).__name__}; expected safetensors, as the "
            "pretext task writes them"
        ) from error
    own = {name: value for name, value in weights_of(network).items() if name.startswith(HEAD)}
    set_weights(network, {**weights, **own})
