"""The LSTM layer of Keras 2: other activations and another start than torch's own."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from psp_core.errors import EstimatorError

Activation = Literal["sigmoid", "tanh"]
ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}


def hard_sigmoid(values: Tensor) -> Tensor:
    """0.2 x + 0.5, cut at 0 and 1: what Keras 2 takes for the gates."""
    return (0.2 * values + 0.5).clamp(0, 1)


class KerasLstm(nn.Module):
    """Long short-term memory over a sequence; its last state is given on.

    Weights of the inputs are Glorot's, those of the states orthogonal, biases 0 but for the
    forget gate's, which are 1. Gates stand in the order input, forget, candidate, output.

    Parameters
    ----------
    n_inputs, cells : int
    activation : {"sigmoid", "tanh"}, default "tanh"
        Of candidate and output; the gates have `hard_sigmoid`.

    Raises
    ------
    EstimatorError
        If there is no such activation.

    References
    ----------
    Hochreiter and Schmidhuber, Neural Computation 1997;9:1735; Keras 2.1, ``LSTM``.
    """

    def __init__(self, n_inputs: int, cells: int, *, activation: Activation = "tanh") -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise EstimatorError(
                f"the LSTM has no activation {activation!r}; expected {' or '.join(ACTIVATIONS)}"
            )
        self.cells = cells
        self.activation = ACTIVATIONS[activation]
        self.kernel = nn.Parameter(torch.empty(n_inputs, 4 * cells))
        self.recurrent = nn.Parameter(torch.empty(cells, 4 * cells))
        self.bias = nn.Parameter(torch.zeros(4 * cells))
        nn.init.xavier_uniform_(self.kernel)
        nn.init.orthogonal_(self.recurrent)
        with torch.no_grad():
            self.bias[cells : 2 * cells] = 1.0

    def forward(self, sequence: Tensor) -> Tensor:
        """(B, T, n_inputs) to the last state, (B, cells)."""
        given = sequence @ self.kernel + self.bias  # (B, T, 4 cells)
        state = memory = given.new_zeros(len(given), self.cells)
        for step in range(given.shape[1]):
            gates = given[:, step] + state @ self.recurrent
            enter, forget, candidate, leave = gates.chunk(4, dim=1)
            memory = hard_sigmoid(forget) * memory
            memory = memory + hard_sigmoid(enter) * self.activation(candidate)
            state = hard_sigmoid(leave) * self.activation(memory)
        return state
