"""The loop: exact resumption, schedules, and what stops it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from psp_core.errors import CheckpointError, TrainingDivergedError
from psp_core.training import loop, train, warmup_cosine

STEPS = 20


def network() -> nn.Module:
    """Layers with all that has a state: weights, running means, random masks."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Linear(8, 1))


def batch_of(step: int, generator: torch.Generator) -> Tensor:
    return torch.randn((16, 3), generator=generator)


def loss_of(model: nn.Module, batch: Tensor) -> Tensor:
    return (model(batch)[:, 0] - batch.sum(1)).square().mean()


class KilledError(Exception):
    """Stands for whatever ends a program."""


def fit(
    model: nn.Module,
    *,
    checkpoint: Path | None = None,
    killed_at: int | None = None,
    steps: int = STEPS,
    rate: float = 1e-2,
) -> pd.DataFrame:
    def batch_or_death(step: int, generator: torch.Generator) -> Tensor:
        if step == killed_at:
            raise KilledError
        return batch_of(step, generator)

    return train(
        model,
        torch.optim.AdamW(model.parameters(), lr=rate),
        batch_or_death,
        loss_of,
        steps=steps,
        seed=3,
        schedule=lambda step: warmup_cosine(step, steps=steps, warmup_steps=4),
        largest_gradient=1.0,
        checkpoint=checkpoint,
        checkpoint_seconds=0,
    )


@pytest.mark.parametrize("killed_at", [1, 10, 13, STEPS])
def test_a_killed_training_goes_on_bit_by_bit(tmp_path: Path, killed_at: int) -> None:
    straight = network()
    history = fit(straight)
    stopped = network()
    file = tmp_path / "state.safetensors"
    if killed_at < STEPS:
        with pytest.raises(KilledError):
            fit(stopped, checkpoint=file, killed_at=killed_at)
    else:
        fit(stopped, checkpoint=file)
    resumed = network()  # a new program: nothing of the old one is left
    pd.testing.assert_frame_equal(fit(resumed, checkpoint=file), history, check_exact=True)
    for name, value in straight.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], value), name


def test_the_same_call_gives_the_same_and_leaves_the_global_generator_alone() -> None:
    one, other = network(), network()
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    first = fit(one)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.manual_seed(2)
    pd.testing.assert_frame_equal(first, fit(other), check_exact=True)


def test_the_loss_falls_and_the_history_has_a_row_per_step() -> None:
    history = fit(network(), steps=200)
    assert history["step"].tolist() == list(range(200))
    assert history["loss"].tail(20).mean() < 0.5 * history["loss"].head(20).mean()
    assert history["learning_rate"].max() == pytest.approx(1e-2)
    assert (history["gradient_norm"] > 0).all()


def test_the_loop_does_what_a_plain_one_does() -> None:
    ours, theirs = nn.Linear(3, 1), nn.Linear(3, 1)
    theirs.load_state_dict(ours.state_dict())
    optimizer = torch.optim.SGD(ours.parameters(), lr=0.1)
    seen: list[Tensor] = []

    def drawn(step: int, generator: torch.Generator) -> Tensor:
        seen.append(batch_of(step, generator))
        return seen[-1]

    history = train(ours, optimizer, drawn, loss_of, steps=3, seed=0)
    slow = torch.optim.SGD(theirs.parameters(), lr=0.1)
    losses = []
    for batch in seen:
        loss = loss_of(theirs, batch)
        slow.zero_grad()
        loss.backward()
        slow.step()
        losses.append(loss.item())
    assert history["loss"].tolist() == losses
    assert torch.equal(ours.weight, theirs.weight)
    assert history["gradient_norm"].isna().all()
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_a_lower_precision_trains_too() -> None:
    model = network()
    fabric = Fabric(accelerator="cpu", devices=1, precision="bf16-mixed")
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    history = train(model, optimizer, batch_of, loss_of, steps=60, seed=0, fabric=fabric)
    assert history["loss"].tail(10).mean() < history["loss"].head(10).mean()


def test_without_fabric_the_bytes_are_those_of_fabric_on_one_cpu() -> None:
    results = []
    for fabric in (None, Fabric(accelerator="cpu", devices=1)):
        model = network()
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        history = train(model, optimizer, batch_of, loss_of, steps=5, seed=0, fabric=fabric)
        results.append((history["loss"].tolist(), [one.tolist() for one in model.parameters()]))
    assert results[0] == results[1]


def test_a_loss_that_is_not_finite_stops_the_training(tmp_path: Path) -> None:
    def spoilt(model: nn.Module, batch: Tensor) -> Tensor:
        return loss_of(model, batch) * float("nan")

    model = network()
    optimizer = torch.optim.AdamW(model.parameters())
    with pytest.raises(TrainingDivergedError, match="step 0: the loss is nan; lower the learning"):
        train(model, optimizer, batch_of, spoilt, steps=2, seed=0, checkpoint=tmp_path / "state")
    assert not (tmp_path / "state").exists()


def test_a_gradient_that_is_not_finite_stops_the_training() -> None:
    def steep(model: nn.Module, batch: Tensor) -> Tensor:
        return torch.sqrt(model(batch).sum() * 0)  # 0, with an infinite slope

    model = network()
    optimizer = torch.optim.AdamW(model.parameters())
    with pytest.raises(TrainingDivergedError, match="step 0: the gradient is nan"):
        train(model, optimizer, batch_of, steep, steps=2, seed=0, largest_gradient=1.0)


def test_a_checkpoint_of_another_training_raises(tmp_path: Path) -> None:
    file = tmp_path / "state.safetensors"
    fit(network(), checkpoint=file)
    with pytest.raises(CheckpointError, match="another steps; remove it"):
        fit(network(), checkpoint=file, steps=STEPS + 1)
    with pytest.raises(CheckpointError, match="another optimizer; remove it"):
        fit(network(), checkpoint=file, rate=1e-3)


def test_a_shorter_gradient_is_the_same_direction() -> None:
    long, short = nn.Linear(3, 1), nn.Linear(3, 1)
    short.load_state_dict(long.state_dict())
    start = long.weight.detach().clone()
    moves = []
    for model, largest in ((long, None), (short, 1e-3)):
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        train(model, optimizer, batch_of, loss_of, steps=1, seed=0, largest_gradient=largest)
        moves.append((model.weight.detach() - start).numpy().ravel())
    cosine = moves[0] @ moves[1] / np.linalg.norm(moves[0]) / np.linalg.norm(moves[1])
    assert cosine == pytest.approx(1, abs=1e-3)
    assert np.linalg.norm(moves[1]) <= 1e-3


def test_parts_of_the_loss_are_recorded_and_survive_a_resumption(tmp_path: Path) -> None:
    def in_parts(model: nn.Module, batch: Tensor) -> Tensor:
        loss = loss_of(model, batch)
        return torch.stack([loss, loss.detach() * 2, batch.mean()])

    def fit_parts(steps_before_death: int, calls: list[int]) -> pd.DataFrame:
        def after(step: int) -> None:
            calls.append(step)
            if step == steps_before_death:
                raise KilledError

        model = network()
        return train(
            model,
            torch.optim.AdamW(model.parameters(), lr=1e-2),
            batch_of,
            in_parts,
            steps=6,
            seed=3,
            checkpoint=tmp_path / "state",
            checkpoint_seconds=0,
            parts=("twice", "mean"),
            after_step=after,
        )

    calls: list[int] = []
    with pytest.raises(KilledError):  # after step 4, before its state is written
        fit_parts(4, calls)
    history = fit_parts(0, calls)
    assert calls == [1, 2, 3, 4, 4, 5, 6]
    np.testing.assert_allclose(history["twice"], 2 * history["loss"], rtol=1e-6)
    assert history["mean"].nunique() == 6
    alone = train(
        network(), torch.optim.SGD(network().parameters()), batch_of, loss_of, steps=1, seed=3
    )
    assert list(history) == [*alone, "twice", "mean"]


def test_the_state_is_written_when_its_time_has_come_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    clock = iter(range(0, 1000, 4))  # each look at it is 4 seconds after the last one
    monkeypatch.setattr(loop, "monotonic", lambda: next(clock))
    monkeypatch.setattr(loop, "save_checkpoint", lambda *state: written.append(len(state[-1])))
    model = network()
    train(
        model,
        torch.optim.SGD(model.parameters(), lr=1e-2),
        batch_of,
        loss_of,
        steps=8,
        seed=0,
        checkpoint=tmp_path / "state",
        checkpoint_seconds=12,
    )
    assert written == [3, 6, 8]
