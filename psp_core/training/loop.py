"""The training loop: a plain function from model, batches and loss to a history.

Whatever is random in a step comes from the seed and the number of the step: the batch's
generator and, for dropout and the like, torch's global one, which is put back at the end.
So a training that was stopped goes on exactly as if it had not been.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from psp_core.errors import TrainingDivergedError
from psp_core.training.checkpoints import load_checkpoint, save_checkpoint

if TYPE_CHECKING:
    from lightning_fabric import Fabric

Batch = TypeVar("Batch")
History = list[tuple[float, ...]]

COLUMNS = ("loss", "learning_rate", "gradient_norm")


def train(
    model: nn.Module,
    optimizer: Optimizer,
    batch_of: Callable[[int, torch.Generator], Batch],
    loss_of: Callable[[nn.Module, Batch], Tensor],
    *,
    steps: int,
    seed: int,
    schedule: Callable[[int], float] | None = None,
    largest_gradient: float | None = None,
    fabric: Fabric | None = None,
    checkpoint: Path | None = None,
    checkpoint_seconds: float = 600.0,
    identity: str = "",
    parts: Sequence[str] = (),
    after_step: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """Train a model in place.

    Parameters
    ----------
    model : Module
        Trained in place; left in training mode.
    optimizer : Optimizer
        Over the model's parameters. Its learning rates are those of a schedule of 1.
    batch_of : callable
        Step number (from 0) and a generator seeded for it, to a batch.
    loss_of : callable
        Model and batch to a scalar to be minimised; with `parts`, to a vector of it and them.
    steps : int
        Optimizer steps in all, those of an earlier, stopped call included.
    seed : int
        Everything random in a step is drawn from it and the step's number.
    schedule : callable, optional
        Step number to a factor on the learning rates.
    largest_gradient : float, optional
        Norm to which the gradient of all parameters together is shortened.
    fabric : Fabric, optional
        Device and precision; without it one CPU and float32, where the same call gives the
        same bytes, and the seconds that importing Fabric takes are saved.
    checkpoint : Path, optional
        File to go on from, if it is there, and to write to; it holds no pickle.
    checkpoint_seconds : float, default 600.0
        Least time between two writings, for a state can be of gigabytes; the last step is
        always written. When it is written decides nothing of the result.
    identity : str, optional
        Digest of what the caller made batches and loss from.
    parts : sequence of str, optional
        Names of what `loss_of` tells beside the loss, for the history.
    after_step : callable, optional
        Called with the number of steps done, before the state is written: a training that
        goes on repeats the calls since its last state, so what they write must be the same.

    Returns
    -------
    DataFrame
        One row per step: ``step``, ``loss``, ``learning_rate``, ``gradient_norm`` (before it
        was shortened; NaN without `largest_gradient`), and the `parts`.

    Raises
    ------
    TrainingDivergedError
        If a loss or a gradient is NaN or infinite.
    CheckpointError
        If the checkpoint is of another model, optimizer, seed, identity or number of steps.
    """
    rates = [group["lr"] for group in optimizer.param_groups]
    settings = {
        "model": {name: list(value.shape) for name, value in model.state_dict().items()},
        "optimizer": _described(optimizer),
        "largest_gradient": largest_gradient,
        "steps": steps,
        "seed": seed,
        "identity": identity,
        "parts": list(parts),
    }
    wrapped, wrapped_optimizer = (
        (model, optimizer) if fabric is None else fabric.setup(model, optimizer)
    )
    wrapped.train()
    history: History = []
    if checkpoint is not None and checkpoint.is_file():
        history = load_checkpoint(checkpoint, model, optimizer, settings)
    is_cuda = fabric is not None and fabric.device.type == "cuda"
    devices = range(torch.cuda.device_count()) if is_cuda else []
    written = monotonic()
    with torch.random.fork_rng(devices):
        for step in range(len(history), steps):
            factor = 1.0 if schedule is None else schedule(step)
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * factor
            of_batch, of_model = np.random.SeedSequence((seed, step)).generate_state(2, np.uint64)
            torch.manual_seed(int(of_model))
            batch = batch_of(step, torch.Generator().manual_seed(int(of_batch)))
            batch = batch if fabric is None else fabric.to_device(batch)
            told = loss_of(wrapped, batch).reshape(-1)
            value, *others = told.tolist()
            _finite(value, "the loss", step)
            torch.autograd.backward(told[0]) if fabric is None else fabric.backward(told[0])
            norm = float("nan")
            if largest_gradient is not None:
                found = torch.nn.utils.clip_grad_norm_(model.parameters(), largest_gradient)
                norm = _finite(found.item(), "the gradient", step)
            wrapped_optimizer.step()
            wrapped_optimizer.zero_grad()
            history.append((value, optimizer.param_groups[0]["lr"], norm, *others))
            if after_step is not None:
                after_step(step + 1)
            is_due = monotonic() - written >= checkpoint_seconds or step + 1 == steps
            if checkpoint is not None and is_due:
                save_checkpoint(checkpoint, model, optimizer, settings, history)
                written = monotonic()
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
    table = pd.DataFrame(history, columns=[*COLUMNS, *parts], dtype=np.float64)
    table.insert(0, "step", range(len(history)))
    return table


def _described(optimizer: Optimizer) -> list[dict[str, str]]:
    """Kind and settings of an optimizer, in plain values."""
    return [
        {"kind": type(optimizer).__name__}
        | {name: repr(value) for name, value in group.items() if name != "params"}
        for group in optimizer.param_groups
    ]


def _finite(value: float, what: str, step: int) -> float:
    if not np.isfinite(value):
        raise TrainingDivergedError(
            f"step {step}: {what} is {value}; lower the learning rate, shorten the gradient "
            "(largest_gradient), or look for values that are not finite in the batches"
        )
    return value
