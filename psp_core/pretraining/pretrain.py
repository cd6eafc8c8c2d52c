"""Pre-training as a plain function: volumes in, a trained encoder and its history out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor, nn

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import ENCODER, save_encoder
from psp_core.errors import MissingInputError
from psp_core.pretraining.devices import Precision, choose_precision, open_fabric
from psp_core.pretraining.losses import Mix, combine, nt_xent_of_views, restoration_loss
from psp_core.pretraining.restoration import ContrastiveOn, Restorer, save_restorer
from psp_core.pretraining.views import Blocks, Corruption, corrupt, draw_blocks
from psp_core.runs import digest_of
from psp_core.training import batch_indices, train, warmup_cosine

PARTS = ("restoration", "contrastive", "corrupted")
LARGEST_GRADIENT = 1.0
RESTORER, SNAPSHOTS = "restorer.safetensors", "snapshots"

Batch = tuple[Tensor, Blocks]


class Source(Protocol):
    """Prepared scans by number; each (C, D, H, W), and may be read when it is asked for."""

    def __len__(self) -> int:
        """Number of scans."""

    def __getitem__(self, number: int, /) -> npt.NDArray[Any]:
        """One scan."""


def pretrain(
    source: Source,
    *,
    architecture: dict[str, Any],
    steps: int,
    batch_size: int,
    learning_rate: float,
    weight_decay: float,
    warmup_share: float,
    mix: Mix,
    contrastive_on: ContrastiveOn,
    temperature: float,
    corruption: Corruption,
    precision: Precision,
    snapshots: Sequence[int],
    seed: int,
    folder: Path,
    identity: str = "",
    checkpoint_seconds: float = 600.0,
) -> tuple[Restorer, pd.DataFrame]:
    """Train an encoder to restore corrupted views and to tell scans apart; resumable.

    Parameters
    ----------
    source : Source
        Prepared scans.
    architecture : dict
        Arguments of `VisionTransformer3D`.
    steps, batch_size : int
        Optimizer steps, and scans per step; each scan gives two views.
    learning_rate, weight_decay, warmup_share : float
        Of AdamW: rate at the end of a rise over this share of the steps, then a cosine.
    mix, contrastive_on, temperature
        See `losses.combine`, `restoration.Restorer` and `losses.nt_xent`.
    corruption : Corruption
        Of every view.
    precision : {"auto", "float32", "bf16"}
        See `devices.choose_precision`.
    snapshots : sequence of int
        Steps after which the encoder is written to ``snapshots/step_<n>.safetensors``;
        that before the first step and that after the last are always written.
    seed : int
        Decides first weights, order of scans and blocks.
    folder : Path
        Gets the encoder, the snapshots and the state of training.
    identity : str, optional
        Digest of the scans.
    checkpoint_seconds : float, default 600.0
        See `training.train`.

    Returns
    -------
    Restorer, DataFrame
        The trained network (its ``encoder`` is in ``encoder.safetensors``), and per step the
        columns of `training.train`, both losses and the corrupted share of the brain's voxels.

    Raises
    ------
    MissingInputError
        If there are fewer scans than a batch holds: contrast needs different ones.
    TrainingDivergedError, CheckpointError
        See `training.train`.
    """
    if len(source) < batch_size:
        raise MissingInputError(
            f"found {len(source)} scans to pre-train on, expected at least one batch of "
            f"{batch_size}; give more scans or lower pretraining.batch_size"
        )
    restorer = build_restorer(architecture, contrastive_on, seed)
    optimizer = torch.optim.AdamW(
        restorer.parameters(), lr=learning_rate, weight_decay=weight_decay
    )

    def snapshot(step: int) -> None:
        if step in wanted:
            name = f"step_{step}.safetensors"
            save_encoder(folder / SNAPSHOTS / name, restorer.encoder)

    wanted = {0, *snapshots, steps}
    snapshot(0)
    precision = choose_precision(precision)
    settings = [mix, temperature, corruption, contrastive_on, precision]
    history = train(
        restorer,
        optimizer,
        partial(batch_of, source=source, batch_size=batch_size, corruption=corruption, seed=seed),
        partial(loss_of, restorer=restorer, mix=mix, temperature=temperature),
        steps=steps,
        seed=seed,
        schedule=partial(warmup_cosine, steps=steps, warmup_steps=round(warmup_share * steps)),
        largest_gradient=LARGEST_GRADIENT,
        fabric=open_fabric(precision),
        checkpoint=folder / state_name(precision),
        checkpoint_seconds=checkpoint_seconds,
        identity=digest_of([identity, batch_size, warmup_share, *settings]),
        parts=PARTS,
        after_step=snapshot,
    )
    restorer = restorer.cpu().eval()
    save_encoder(folder / ENCODER, restorer.encoder)
    save_restorer(folder / RESTORER, restorer)
    return restorer, history


def state_name(precision: Precision) -> str:
    """File of the state of a training in this precision.

    A training that was stopped on a GPU and goes on without one begins anew, in float32.
    """
    return f"training_{choose_precision(precision)}.safetensors"


def build_restorer(
    architecture: dict[str, Any], contrastive_on: ContrastiveOn, seed: int
) -> Restorer:
    """The network before its first step; the seed decides its weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Restorer(VisionTransformer3D(**architecture), contrastive_on)


def batch_of(
    step: int,
    generator: torch.Generator,
    *,
    source: Source,
    batch_size: int,
    corruption: Corruption,
    seed: int,
) -> Batch:
    """Scans of one step, (B, C, D, H, W) as stored, and the blocks of their 2B views."""
    chosen = batch_indices(step, n_items=len(source), batch_size=batch_size, seed=seed)
    volumes = torch.from_numpy(np.stack([source[number] for number in chosen]))
    return volumes, draw_blocks(2 * batch_size, volumes.shape[-1], corruption, generator)


def loss_of(
    model: nn.Module, batch: Batch, *, restorer: Restorer, mix: Mix, temperature: float
) -> Tensor:
    """Loss and `PARTS` of one batch, (4,); the views are made where the model is."""
    volumes, blocks = batch
    clean = volumes.float()
    views, mask = corrupt(clean.repeat(2, 1, 1, 1, 1), blocks)
    restored, vectors = model(views)
    r = restoration_loss(restored, restorer.clean_rows(clean))
    c = nt_xent_of_views(vectors, temperature)
    brain = (clean != 0).any(dim=1).repeat(2, 1, 1, 1)  # air is 0; hiding it hides nothing
    share = (mask & brain).sum() / brain.sum().clamp(min=1)
    return torch.stack([combine(r, c, mix), r.detach(), c.detach(), share])


@torch.inference_mode()
def restore(
    restorer: Restorer, volumes: npt.NDArray[Any], corruption: Corruption, seed: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Corrupt volumes, (B, C, D, H, W), and restore them: the views and the restored volumes."""
    clean = torch.from_numpy(np.asarray(volumes, dtype=np.float32))
    generator = torch.Generator().manual_seed(seed)
    blocks = draw_blocks(len(clean), clean.shape[-1], corruption, generator)
    views, _ = corrupt(clean, blocks)
    restored, _ = restorer(views)
    return views.numpy(), restorer.volumes_of(restored).numpy()
