"""State of a stopped training in one safetensors file: nothing in it can run.

Tensors are the model's, the optimizer's and the history; settings and plain values stand
in the file's header as JSON. One file, replaced atomically: a killed program leaves the
old state or the new one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from psp_core.errors import CheckpointError
from psp_core.runs.atomic import atomic_path

MODEL, OPTIMIZER, HISTORY = "model.", "optimizer.", "history"


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """Every tensor of a model's state once, on the CPU; some models list a layer twice."""
    state = model.state_dict()
    named = dict([*model.named_parameters(), *model.named_buffers()])
    # clones: neither safetensors nor a model that trains on takes memory that is shared
    return {name: state[name].detach().cpu().clone() for name in named if name in state}


def set_weights(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Put the tensors of `weights_of` into a model.

    Raises
    ------
    CheckpointError
        If they are those of another model.
    """
    expected = {name: tuple(value.shape) for name, value in weights_of(model).items()}
    found = {name: tuple(value.shape) for name, value in weights.items()}
    if found != expected:
        differing = sorted(name for name, _ in found.items() ^ expected.items())
        raise CheckpointError(
            f"the weights are those of another model; {differing[0]} is "
            f"{found.get(differing[0], 'absent')}, expected {expected.get(differing[0], 'none')}"
        )
    model.load_state_dict(weights, strict=False)  # what is listed twice is set through the other


def save_checkpoint(
    path: Path,
    model: nn.Module,
    optimizer: Optimizer,
    settings: Mapping[str, Any],
    history: Sequence[tuple[float, ...]],
) -> None:
    """Write the state after ``len(history)`` steps."""
    tensors = {f"{MODEL}{name}": value for name, value in weights_of(model).items()}
    plain: dict[str, Any] = {}
    for number, entries in optimizer.state_dict()["state"].items():
        for name, value in entries.items():
            key = f"{number}.{name}"
            if isinstance(value, Tensor):
                tensors[f"{OPTIMIZER}{key}"] = value.detach().cpu().clone()
            else:
                plain[key] = value
    tensors[HISTORY] = torch.tensor(history, dtype=torch.float64)
    header = {"settings": json.dumps(settings, sort_keys=True), "optimizer": json.dumps(plain)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary:
        save_file(tensors, temporary, header)


def load_checkpoint(
    path: Path, model: nn.Module, optimizer: Optimizer, settings: Mapping[str, Any]
) -> list[tuple[float, ...]]:
    """Put model and optimizer into the saved state.

    Returns
    -------
    list of tuples
        The history up to that state.

    Raises
    ------
    CheckpointError
        If the file cannot be read, or was written under other settings.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise CheckpointError(
            f"{path.name} is no readable safetensors file ({error}); remove it to start afresh"
        ) from error
    found = json.loads(header.get("settings", "{}"))
    expected = json.loads(json.dumps(settings))
    if found != expected:
        differing = sorted(name for name in expected if found.get(name) != expected[name])
        raise CheckpointError(
            f"{path.name} was written by a training with another {', '.join(differing)}; "
            "remove it to start afresh, or train with the values it was begun with"
        )
    state: dict[int, dict[str, Any]] = {}
    for key, value in json.loads(header["optimizer"]).items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value
    for key in [name for name in tensors if name.startswith(OPTIMIZER)]:
        number, _, name = key.removeprefix(OPTIMIZER).partition(".")
        state.setdefault(int(number), {})[name] = tensors[key]
    set_weights(
        model, {k.removeprefix(MODEL): v for k, v in tensors.items() if k.startswith(MODEL)}
    )
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
    return [tuple(row) for row in tensors[HISTORY].tolist()]
