"""Pre-training by masked autoencoding: the loop and the first weights of `pretrain.pretrain`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import ENCODER, save_encoder
from psp_core.errors import MissingInputError
from psp_core.pretraining.devices import Precision, choose_precision, open_fabric
from psp_core.pretraining.masked import MaskedAutoencoder, draw_orders
from psp_core.pretraining.pretrain import LARGEST_GRADIENT, Source, state_name
from psp_core.runs import digest_of
from psp_core.training import batch_indices, train, warmup_cosine

PARTS = ("brain_error", "hidden")

Batch = tuple[Tensor, Tensor]


def pretrain_masked(
    source: Source,
    *,
    architecture: dict[str, Any],
    hidden_share: float,
    decoder: dict[str, int],
    steps: int,
    batch_size: int,
    learning_rate: float,
    weight_decay: float,
    warmup_share: float,
    precision: Precision,
    seed: int,
    folder: Path,
    identity: str = "",
    checkpoint_seconds: float = 600.0,
) -> tuple[MaskedAutoencoder, pd.DataFrame]:
    """Train an encoder to tell hidden patches from the few that it sees; resumable.

    Parameters
    ----------
    source : Source
        Prepared scans.
    architecture : dict
        Arguments of `VisionTransformer3D`.
    hidden_share : float
        Share of the patches of every scan that is hidden, drawn anew at every step.
    decoder : dict
        ``width``, ``depth``, ``heads`` of `masked.MaskedAutoencoder`.
    steps, batch_size, learning_rate, weight_decay, warmup_share, precision, seed
        As in `pretrain.pretrain`; equal seeds give the encoder the same first weights there and
        here.
    folder : Path
        Gets the encoder and the state of training.
    identity : str, optional
        Digest of the scans.
    checkpoint_seconds : float, default 600.0
        See `training.train`.

    Returns
    -------
    MaskedAutoencoder, DataFrame
        The trained network (its ``encoder`` is in ``encoder.safetensors``), and per step the
        columns of `training.train`, the error of hidden patches that hold brain (NaN where none
        does), and the hidden share of the brain's voxels.

    Raises
    ------
    MissingInputError
        If there are fewer scans than a batch holds.
    TrainingDivergedError, CheckpointError
        See `training.train`.
    """
    if len(source) < batch_size:
        raise MissingInputError(
            f"found {len(source)} scans to hide patches of, expected at least one batch of "
            f"{batch_size}; give more scans or lower the batch size"
        )
    network = build_masked(architecture, hidden_share, decoder, seed)
    precision = choose_precision(precision)
    history = train(
        network,
        torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=weight_decay),
        partial(batch_of, source=source, batch_size=batch_size, seed=seed, network=network),
        loss_of,
        steps=steps,
        seed=seed,
        schedule=partial(warmup_cosine, steps=steps, warmup_steps=round(warmup_share * steps)),
        largest_gradient=LARGEST_GRADIENT,
        fabric=open_fabric(precision),
        checkpoint=folder / state_name(precision),
        checkpoint_seconds=checkpoint_seconds,
        identity=digest_of([identity, batch_size, warmup_share, hidden_share, precision]),
        parts=PARTS,
    )
    network = network.cpu().eval()
    save_encoder(folder / ENCODER, network.encoder)
    return network, history


def build_masked(
    architecture: dict[str, Any], hidden_share: float, decoder: dict[str, int], seed: int
) -> MaskedAutoencoder:
    """The network before its first step; the seed decides its weights, the encoder's first."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder = VisionTransformer3D(**architecture)
        return MaskedAutoencoder(encoder, hidden_share=hidden_share, **decoder)


def batch_of(
    step: int,
    generator: torch.Generator,
    *,
    source: Source,
    batch_size: int,
    seed: int,
    network: MaskedAutoencoder,
) -> Batch:
    """Scans of one step, (B, C, D, H, W) as stored, and the order of their patches, (B, N)."""
    chosen = batch_indices(step, n_items=len(source), batch_size=batch_size, seed=seed)
    volumes = torch.from_numpy(np.stack([source[number] for number in chosen]))
    return volumes, draw_orders(batch_size, network.encoder.n_tokens, generator)


def loss_of(model: nn.Module, batch: Batch) -> Tensor:
    """Mean squared error of the hidden patches, and `PARTS`, (3,).

    All hidden patches count, those of air too, as published; what is hidden of the brain, whose
    voxels are not 0, is told beside it.
    """
    volumes, orders = batch
    clean = volumes.float()
    predicted, truth = model(clean, orders)
    loss = mse_loss(predicted.float(), truth)
    is_brain = truth != 0
    squares = (predicted.detach().float() - truth).square()
    held = is_brain.any(dim=-1)  # patches with a voxel of the brain
    share = is_brain.sum() / (clean != 0).sum().clamp(min=1)
    in_brain = squares[held].mean() if held.any() else loss.new_tensor(float("nan"))
    return torch.stack([loss, in_brain, share])
