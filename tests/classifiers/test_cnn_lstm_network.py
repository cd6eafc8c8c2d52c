"""The network of Jang 2018: its size as printed, its layers, and Keras's padding."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from psp_core.classifiers.cnn_lstm_network import CnnLstmNetwork, SliceBlock, count_parameters
from psp_core.errors import EstimatorError

CODE: dict[str, Any] = {"norm": "before", "activation": "sigmoid", "dense_after_lstm": True}
PAPER: dict[str, Any] = {"norm": "after", "activation": "tanh", "dense_after_lstm": False}


def test_the_published_network_has_25_34_million_parameters() -> None:
    with torch.device("meta"):
        network = CnnLstmNetwork(side=256, filters=(64, 128, 256), cells=24, n_clinical=7, **CODE)
    assert count_parameters(network) == 25_335_485
    assert network.lstm.kernel.shape == (262_144, 96)
    assert network.output.in_features == 36


def test_the_printed_network_joins_the_lstm_directly() -> None:
    with torch.device("meta"):
        network = CnnLstmNetwork(side=256, filters=(64, 128, 256), cells=24, n_clinical=7, **PAPER)
    assert network.output.in_features == 28
    # batch norm has the filters of the convolution, not of its input; no dense layers
    assert count_parameters(network) == 25_335_485 - 1056 - 800 - 8 + 4 * (256 - 1)


def test_maps_halve_three_times() -> None:
    network = CnnLstmNetwork(side=32, filters=(2, 3, 4), cells=5, n_clinical=7, **CODE)
    shapes = []
    for block in network.blocks:
        block.register_forward_hook(lambda _, __, out: shapes.append(tuple(out.shape)))
    assert network(torch.randn(2, 9, 32, 32), torch.rand(2, 7)).shape == (2,)
    assert shapes == [(18, 2, 16, 16), (18, 3, 8, 8), (18, 4, 4, 4)]


def test_a_convolution_looks_to_the_right_and_down() -> None:
    block = SliceBlock(1, 1, "before").eval()
    with torch.no_grad():
        block.convolution.weight.copy_(torch.tensor([[[[0.0, 0.0], [0.0, 1.0]]]]))
        block.convolution.bias.zero_()  # type: ignore[union-attr]
    image = torch.zeros(1, 1, 4, 4)
    image[0, 0, 2, 2] = 1.0  # seen from (1, 1), which lies in the first pool
    found = block(image)[0, 0].detach()
    assert found[0, 0] == pytest.approx(1.0, abs=1e-3)
    assert found.sum() == pytest.approx(float(found[0, 0]))


@pytest.mark.parametrize("norm", ["before", "after"])
def test_batch_norm_is_kerass(norm: Any) -> None:
    block = SliceBlock(2, 3, norm)
    assert (block.norm.eps, block.norm.momentum) == (1e-3, 0.01)
    assert block.norm.num_features == {"before": 2, "after": 3}[norm]


@pytest.mark.parametrize("settings", [CODE, PAPER], ids=["code", "paper"])
def test_every_weight_has_a_gradient(settings: dict[str, Any]) -> None:
    torch.manual_seed(0)
    network = CnnLstmNetwork(side=16, filters=(2, 2, 3), cells=4, n_clinical=7, **settings)
    network(torch.randn(6, 9, 16, 16), torch.rand(6, 7)).sum().backward()
    without = [name for name, one in network.named_parameters() if one.grad is None]
    assert without == []


def test_without_clinical_numbers_they_change_nothing() -> None:
    network = CnnLstmNetwork(side=16, filters=(2, 2), cells=4, n_clinical=0, **CODE).eval()
    slices = torch.randn(3, 9, 16, 16)
    assert torch.equal(network(slices, torch.zeros(3, 0)), network(slices, torch.zeros(3, 0)))
    assert network.output.in_features == 32


def test_slices_that_are_too_small_are_refused() -> None:
    with pytest.raises(EstimatorError, match="nothing is left of slices of 4 pixels"):
        CnnLstmNetwork(side=4, filters=(2, 2, 2), cells=4, n_clinical=0)
