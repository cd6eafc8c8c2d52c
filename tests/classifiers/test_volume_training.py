"""Training and prediction by batches of images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from psp_core.classifiers.volume_training import fit_network, predict_network


class Line(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(1, 1)
        nn.init.zeros_(self.layer.weight)
        nn.init.zeros_(self.layer.bias)

    def forward(self, values: Tensor) -> Tensor:
        logits: Tensor = self.layer(values)
        return logits[:, 0]


VALUES = torch.linspace(-1, 1, 20)[:, None]


def inputs_of(chosen: Sequence[int]) -> tuple[Tensor, ...]:
    return (VALUES[list(chosen)],)


def test_a_line_is_learned_and_predicted_in_the_order_of_the_patients() -> None:
    network, truth = Line(), np.arange(20) >= 10
    groups = [{"params": network.parameters(), "lr": 0.5}]
    history = fit_network(
        network, groups, inputs_of, truth, steps=40, batch_size=8, weight_decay=0.0, seed=1
    )
    scores = predict_network(network, inputs_of, 20)
    assert len(history) == 40
    assert not network.training
    assert scores.shape == (20, 2)
    np.testing.assert_allclose(scores.sum(axis=1), 1)
    assert (np.diff(scores[:, 1]) > 0).all()
    assert (scores[:, 1] > 0.5).tolist() == truth.tolist()
    assert predict_network(network, inputs_of, 0).shape == (0, 2)


def test_the_rarer_class_weighs_as_much_as_the_other() -> None:
    network, truth = Line(), np.arange(20) < 4
    groups = [{"params": [network.layer.bias], "lr": 0.1}]  # a constant score
    fit_network(
        network, groups, inputs_of, truth, steps=60, batch_size=20, weight_decay=0.0, seed=1
    )
    assert predict_network(network, inputs_of, 1)[0, 1] == pytest.approx(0.5, abs=0.02)
