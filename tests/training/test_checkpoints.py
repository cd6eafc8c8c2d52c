"""The state of a training as a file without pickles."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from psp_core.errors import CheckpointError
from psp_core.training.checkpoints import (
    load_checkpoint,
    save_checkpoint,
    set_weights,
    weights_of,
)

SETTINGS = {"steps": 4, "seed": 1}


def trained(kind: type[torch.optim.Optimizer]) -> tuple[nn.Module, torch.optim.Optimizer]:
    shared = nn.Linear(2, 2)
    model = nn.Sequential(shared, nn.Tanh(), shared)  # weights that are listed twice
    optimizer = kind(model.parameters(), lr=0.1, momentum=0.9)  # type: ignore[call-arg]
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return model, optimizer


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.RMSprop])
def test_what_was_saved_is_read_back_exactly(
    tmp_path: Path, kind: type[torch.optim.Optimizer]
) -> None:
    model, optimizer = trained(kind)
    history = [(1.0, 0.1, float("nan")), (0.5, 0.1, 2.0)]
    save_checkpoint(tmp_path / "new" / "state", model, optimizer, SETTINGS, history)
    other, other_optimizer = trained(kind)
    found = load_checkpoint(tmp_path / "new" / "state", other, other_optimizer, SETTINGS)
    assert repr(found) == repr(history)
    for name, value in model.state_dict().items():
        assert torch.equal(other.state_dict()[name], value)
    one, two = optimizer.state_dict()["state"], other_optimizer.state_dict()["state"]
    assert one.keys() == two.keys()
    for number, entries in one.items():
        for name, value in entries.items():
            assert torch.equal(torch.as_tensor(two[number][name]), torch.as_tensor(value))


def test_what_is_no_checkpoint_raises(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"no safetensors")
    with pytest.raises(CheckpointError, match=r"no readable safetensors file .*start afresh"):
        load_checkpoint(tmp_path / "state", *trained(torch.optim.SGD), SETTINGS)


def test_other_settings_are_named(tmp_path: Path) -> None:
    model, optimizer = trained(torch.optim.SGD)
    save_checkpoint(tmp_path / "state", model, optimizer, SETTINGS, [])
    with pytest.raises(CheckpointError, match="another seed; remove it"):
        load_checkpoint(tmp_path / "state", model, optimizer, {**SETTINGS, "seed": 2})


def test_weights_that_are_listed_twice_are_told_once_and_set_whole() -> None:
    model, _ = trained(torch.optim.SGD)
    weights = weights_of(model)
    assert set(weights) == {"0.weight", "0.bias"}
    other, _ = trained(torch.optim.SGD)
    set_weights(other, {name: value + 1 for name, value in weights.items()})
    for name, value in other.state_dict().items():
        assert torch.equal(value, model.state_dict()[name] + 1)


@pytest.mark.parametrize(
    ("other", "named"),
    [(nn.Linear(2, 2), r"0\.bias is absent"), (nn.Sequential(nn.Linear(2, 3)), r"expected \(2,\)")],
)
def test_weights_of_another_model_raise(other: nn.Module, named: str) -> None:
    model, _ = trained(torch.optim.SGD)
    with pytest.raises(CheckpointError, match=f"another model; .*{named}"):
        set_weights(model, weights_of(other))
