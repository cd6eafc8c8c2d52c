"""The CNN-LSTM of Jang 2018: three convolutions on every slice, then an LSTM over the slices.

Layers behave as in Keras, which the paper used: a convolution of 2 x 2 pads at the right and at
the bottom, batch norm has momentum 0.99 and epsilon 1e-3, weights are Glorot's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from psp_core.classifiers.keras_lstm import Activation, KerasLstm
from psp_core.errors import EstimatorError

NormPlace = Literal["before", "after"]

KERNEL = 2
BATCH_NORM_EPSILON = 1e-3
BATCH_NORM_MOMENTUM = 0.01  # the share of the new batch; Keras writes its complement, 0.99
DENSE_AFTER_LSTM = 32
CLINICAL_NODES = 4


class SliceBlock(nn.Module):
    """Convolution, ReLU and 2 x 2 max pooling of one slice, with batch norm before or after.

    Parameters
    ----------
    n_inputs, n_filters : int
    norm : {"before", "after"}
        The paper says after every convolution; its code has it before.
    """

    def __init__(self, n_inputs: int, n_filters: int, norm: NormPlace) -> None:
        super().__init__()
        self.is_before = norm == "before"
        self.norm = nn.BatchNorm2d(
            n_inputs if self.is_before else n_filters,
            eps=BATCH_NORM_EPSILON,
            momentum=BATCH_NORM_MOMENTUM,
        )
        self.convolution = nn.Conv2d(n_inputs, n_filters, KERNEL)
        self.pooling = nn.MaxPool2d(2)

    def forward(self, slices: Tensor) -> Tensor:
        """(B, n_inputs, H, W) to (B, n_filters, H // 2, W // 2)."""
        if self.is_before:
            found = self.convolution(pad(self.norm(slices), (0, 1, 0, 1)))  # (B, n_filters, H, W)
            return torch.relu(self.pooling(found))  # the same as ReLU first, a quarter of the work
        found = torch.relu(self.convolution(pad(slices, (0, 1, 0, 1))))
        pooled: Tensor = self.pooling(self.norm(found))
        return pooled


class CnnLstmNetwork(nn.Module):
    """Slices, with or without clinical numbers, to the logit of true progression.

    Parameters
    ----------
    side : int
        Pixels of a slice along each edge, P.
    filters : sequence of int
        Of the convolutions, one after the other.
    cells : int
        Of the LSTM.
    n_clinical : int
        Clinical numbers; 0 for the model of images alone.
    norm : {"before", "after"}
        See `SliceBlock`.
    activation : {"sigmoid", "tanh"}
        Of the LSTM's cells.
    dense_after_lstm : bool
        Whether two layers of 32 nodes follow the LSTM.

    Raises
    ------
    EstimatorError
        If the slices are too small for the poolings.

    References
    ----------
    Jang et al., Scientific Reports 2018;8:12516.
    """

    def __init__(
        self,
        *,
        side: int,
        filters: Sequence[int],
        cells: int,
        n_clinical: int,
        norm: NormPlace = "before",
        activation: Activation = "sigmoid",
        dense_after_lstm: bool = True,
    ) -> None:
        super().__init__()
        counts = [1, *filters]
        self.blocks = nn.Sequential(
            *(SliceBlock(counts[i], counts[i + 1], norm) for i in range(len(filters)))
        )
        left = side // 2 ** len(filters)
        if not left:
            raise EstimatorError(
                f"after {len(filters)} times pooling nothing is left of slices of {side} pixels; "
                f"expected at least {2 ** len(filters)}: enlarge side, or give fewer filters"
            )
        self.lstm = KerasLstm(left * left * counts[-1], cells, activation=activation)
        wide, dense = cells, []
        if dense_after_lstm:
            dense = [*_dense(cells, DENSE_AFTER_LSTM), *_dense(DENSE_AFTER_LSTM, DENSE_AFTER_LSTM)]
            wide = DENSE_AFTER_LSTM
        self.dense = nn.Sequential(*dense)
        clinical: list[nn.Module] = []
        if n_clinical:
            clinical = [
                *_dense(n_clinical, CLINICAL_NODES),
                *_dense(CLINICAL_NODES, CLINICAL_NODES),
            ]
            wide += CLINICAL_NODES
        self.clinical = nn.Sequential(*clinical)
        self.has_clinical = bool(n_clinical)
        self.output = nn.Linear(wide, 1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, slices: Tensor, clinical: Tensor) -> Tensor:
        """(B, T, P, P) slices and (B, n_clinical) numbers to logits (B,)."""
        n_patients, n_slices = slices.shape[:2]
        flat = slices.reshape(n_patients * n_slices, 1, *slices.shape[2:])
        flat = flat.contiguous(memory_format=torch.channels_last)
        maps = self.blocks(flat).reshape(n_patients, n_slices, -1)  # (B, T, features)
        merged = self.dense(self.lstm(maps))  # (B, 32) or (B, cells)
        if self.has_clinical:
            merged = torch.cat([merged, self.clinical(clinical)], dim=1)
        logits: Tensor = self.output(merged)
        return logits[:, 0]


def count_parameters(network: nn.Module) -> int:
    """Numbers of a network as Keras counts them: the running means and variances, too."""
    learned = sum(math.prod(one.shape) for one in network.parameters())
    running = sum(
        math.prod(one.shape) for name, one in network.named_buffers() if "running" in name
    )
    return learned + running


def _dense(n_inputs: int, n_nodes: int) -> list[nn.Module]:
    return [nn.Linear(n_inputs, n_nodes), nn.ReLU()]
