"""The LSTM of Keras against a slow one in numpy, and its start."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from psp_core.classifiers.keras_lstm import KerasLstm, hard_sigmoid
from psp_core.errors import EstimatorError

Floats = npt.NDArray[np.floating]


def slow_lstm(layer: KerasLstm, sequence: Floats, activation: str) -> Floats:
    """One patient, one step and one gate at a time."""
    kernel, recurrent, bias = (
        one.detach().numpy() for one in (layer.kernel, layer.recurrent, layer.bias)
    )
    act: Any = np.tanh if activation == "tanh" else lambda x: 1 / (1 + np.exp(-x))
    state = memory = np.zeros(layer.cells)
    for given in sequence:
        gate = {}
        for place, name in enumerate(("i", "f", "c", "o")):
            part = slice(place * layer.cells, (place + 1) * layer.cells)
            gate[name] = given @ kernel[:, part] + state @ recurrent[:, part] + bias[part]
        i, f, o = (np.clip(0.2 * gate[name] + 0.5, 0, 1) for name in "ifo")
        memory = f * memory + i * act(gate["c"])
        state = o * act(memory)
    return np.asarray(state)


def test_hard_sigmoid_is_a_line_that_is_cut() -> None:
    values = torch.tensor([-9.0, -2.5, -1.0, 0.0, 1.0, 2.5, 9.0])
    assert hard_sigmoid(values).tolist() == pytest.approx([0, 0, 0.3, 0.5, 0.7, 1, 1])


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_the_last_state_is_that_of_a_slow_lstm(activation: Any) -> None:
    torch.manual_seed(0)
    layer = KerasLstm(5, 3, activation=activation)
    sequences = torch.randn(4, 9, 5)
    found = layer(sequences).detach().numpy()
    for one, sequence in zip(found, sequences.numpy(), strict=True):
        np.testing.assert_allclose(one, slow_lstm(layer, sequence, activation), atol=1e-5)


def test_the_forget_gate_starts_open_and_states_are_orthogonal() -> None:
    layer = KerasLstm(5, 4)
    assert layer.bias.tolist() == [0.0] * 4 + [1.0] * 4 + [0.0] * 8
    torch.testing.assert_close(layer.recurrent @ layer.recurrent.T, torch.eye(4))
    assert layer.kernel.abs().max() <= (6 / (5 + 16)) ** 0.5


def test_an_unknown_activation_is_named() -> None:
    with pytest.raises(EstimatorError, match="no activation 'relu'"):
        KerasLstm(2, 2, activation="relu")  # type: ignore[arg-type]
