"""Pretext task of the DenseNet: to tell a FLAIR from a T1CE.

Moassefi et al. pre-trained on the kind of sequence. Here one image of a scan is shown in both
channels, so that its place tells nothing.

References
----------
Moassefi et al., J Neurooncol 159:447 (2022).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from psp_core.pretraining.accelerator import fabric_on_gpu
from psp_core.pretraining.densenet import build_densenet
from psp_core.pretraining.pretrain import Source
from psp_core.training import batch_indices, train, warmup_cosine

LARGEST_GRADIENT = 5.0
WARMUP_SHARE = 0.1
N_IMAGES = 2  # T1CE and FLAIR of each scan


def train_sequence_type(
    source: Source,
    *,
    architecture: Mapping[str, Any],
    steps: int,
    batch_size: int,
    learning_rate: float,
    weight_decay: float,
    seed: int,
) -> tuple[nn.Module, pd.DataFrame]:
    """Train a DenseNet to tell FLAIR from T1CE.

    Parameters
    ----------
    source : Source
        Cubes (2, S, S, S) of scans without label.
    architecture : mapping
        See `densenet.build_densenet`.
    steps, batch_size, learning_rate, weight_decay
        Of AdamW, with a rise of the rate and then a cosine; a batch holds single images.
    seed : int
        Decides first weights and the order of images.

    Returns
    -------
    Module, DataFrame
        In evaluation mode on the processor; the history of `training.train` with ``right``, the
        share of each batch that was told right.

    Raises
    ------
    TrainingDivergedError
        See `training.train`.
    """
    network = build_densenet(architecture, seed)
    n_items = N_IMAGES * len(source)
    size = min(batch_size, n_items)

    def batch_of(step: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:  # noqa: ARG001
        chosen = batch_indices(step, n_items=n_items, batch_size=size, seed=seed)
        images = np.stack([one_image(source[item // 2], item % 2) for item in chosen])
        return torch.from_numpy(images).float(), torch.tensor([float(item % 2) for item in chosen])

    def loss_of(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
        images, is_flair = batch
        logits = model(images)[:, 0].float()
        right = ((logits > 0) == (is_flair > 0)).float().mean()
        return torch.stack([binary_cross_entropy_with_logits(logits, is_flair), right])

    history = train(
        network,
        torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=weight_decay),
        batch_of,
        loss_of,
        steps=steps,
        seed=seed,
        schedule=partial(warmup_cosine, steps=steps, warmup_steps=round(WARMUP_SHARE * steps)),
        largest_gradient=LARGEST_GRADIENT,
        fabric=fabric_on_gpu(),
        parts=("right",),
    )
    return network.cpu().eval(), history


def one_image(scan: npt.NDArray[Any], number: int) -> npt.NDArray[Any]:
    """One image of a scan, in both channels; (2, S, S, S)."""
    return np.broadcast_to(scan[number], scan.shape)
