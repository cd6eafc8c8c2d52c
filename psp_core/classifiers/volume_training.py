"""Training and prediction of networks that read the image itself, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from psp_core.pretraining.accelerator import fabric_on_gpu
from psp_core.training import batch_indices, train, warmup_cosine

WARMUP_SHARE = 0.1
LARGEST_GRADIENT = 5.0
PATIENTS_AT_ONCE = 8  # in prediction

InputsOf = Callable[[Sequence[int]], tuple[Tensor, ...]]
"""Places of patients in the table to what the network is called with."""


def fit_network(
    network: nn.Module,
    groups: list[dict[str, Any]],
    inputs_of: InputsOf,
    truth: npt.NDArray[np.bool_],
    *,
    steps: int,
    batch_size: int,
    weight_decay: float,
    seed: int,
    after_step: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """Train a network in place for a fixed number of steps; left in evaluation mode.

    Parameters
    ----------
    network : Module
        Called with what `inputs_of` gives; logits of true progression, shape (B,).
    groups : list of dict
        Parameters that learn, with the learning rate of each group, for AdamW.
    inputs_of : callable
        Called for each batch, so that not all images must be in memory.
    truth : bool array, shape (n,)
    steps, batch_size, weight_decay, seed
        See `volume_network.VolumeNetwork`.
    after_step : callable, optional
        See `training.train`.

    Returns
    -------
    DataFrame
        See `training.train`.

    Raises
    ------
    TrainingDivergedError
        See `training.train`.
    """
    targets = torch.from_numpy(truth.astype(np.float32))
    weight = float((~truth).sum() / truth.sum())
    size = min(batch_size, len(truth))

    def batch_of(step: int, generator: torch.Generator) -> tuple[tuple[Tensor, ...], Tensor]:  # noqa: ARG001
        chosen = batch_indices(step, n_items=len(truth), batch_size=size, seed=seed)
        return inputs_of(chosen), targets[chosen]

    def loss_of(model: nn.Module, batch: tuple[tuple[Tensor, ...], Tensor]) -> Tensor:
        inputs, expected = batch
        logits = model(*inputs).float()
        return binary_cross_entropy_with_logits(
            logits, expected, pos_weight=logits.new_tensor(weight)
        )

    history = train(
        network,
        torch.optim.AdamW(groups, weight_decay=weight_decay),
        batch_of,
        loss_of,
        steps=steps,
        seed=seed,
        schedule=partial(warmup_cosine, steps=steps, warmup_steps=round(WARMUP_SHARE * steps)),
        largest_gradient=LARGEST_GRADIENT,
        fabric=fabric_on_gpu(),
        after_step=after_step,
    )
    network.eval()
    return history


@torch.inference_mode()
def predict_network(network: nn.Module, inputs_of: InputsOf, n: int) -> npt.NDArray[np.float64]:
    """Probability of both classes of n patients, shape (n, 2); column 1 is true progression."""
    device = next(network.parameters()).device
    logits = [
        network(*(one.to(device) for one in inputs_of(range(start, min(start + size, n)))))
        for size in [PATIENTS_AT_ONCE]
        for start in range(0, n, size)
    ]
    joined = torch.cat(logits).double().cpu() if logits else torch.zeros(0, dtype=torch.float64)
    probabilities = torch.sigmoid(joined).numpy()
    return np.column_stack([1 - probabilities, probabilities])
