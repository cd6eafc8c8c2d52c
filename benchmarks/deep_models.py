"""What the CNN-LSTM of Jang 2018 costs at paper size: numbers, operations, seconds, memory.

    python benchmarks/deep_models.py [--patients 59] [--epochs 25]

Operations are counted. Seconds of an epoch and peak memory are measured where there is a CUDA
device; elsewhere the table has none. Writes JSON to the standard output.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from time import perf_counter

import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.flop_counter import FlopCounterMode

from psp_core.classifiers.cnn_lstm_network import CnnLstmNetwork, count_parameters
from psp_core.params.cnn_lstm import CnnLstmParams


def main() -> None:
    """Count, and measure where it can be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=59)
    parser.add_argument("--epochs", type=int, default=CnnLstmParams().epochs)
    given = parser.parse_args()
    params = CnnLstmParams()
    per_epoch = math.ceil(given.patients / params.batch_size)
    network = build(params, "meta")
    with FlopCounterMode(display=False) as counter:
        one_step(network, params, "meta")
    told: dict[str, object] = {
        "model": "cnn_lstm_code",
        "parameters": count_parameters(network),
        "flop_per_step": counter.get_total_flops(),
        "flop_per_fit": counter.get_total_flops() * per_epoch * given.epochs,
        "batch_size": params.batch_size,
        "steps_per_epoch": per_epoch,
        "epochs": given.epochs,
    }
    if torch.cuda.is_available():
        told |= measured(params, per_epoch, given.epochs)
    else:
        told |= {"device": "none: operations are counted, seconds and memory are not measured"}
    json.dump(told, sys.stdout, indent=1)
    sys.stdout.write("\n")


def build(params: CnnLstmParams, device: str) -> CnnLstmNetwork:
    """The network of the preset `code` at the size of the params."""
    with torch.device(device):
        return CnnLstmNetwork(
            side=params.side, filters=params.filters, cells=params.cells, n_clinical=7
        )


def one_step(network: CnnLstmNetwork, params: CnnLstmParams, device: str) -> None:
    """Forward and backward of one batch of zeros."""
    size = (params.batch_size, params.n_slices, params.side, params.side)
    logits = network(torch.zeros(size, device=device), torch.zeros(size[0], 7, device=device))
    binary_cross_entropy_with_logits(logits, torch.ones_like(logits)).backward()


def measured(params: CnnLstmParams, per_epoch: int, epochs: int) -> dict[str, object]:
    """Seconds per epoch, after one to warm up, and peak memory on the CUDA device."""
    network = build(params, "cuda")
    optimizer = torch.optim.SGD(network.parameters(), lr=params.learning_rate)
    torch.cuda.reset_peak_memory_stats()
    seconds = math.nan
    for _ in range(2):
        torch.cuda.synchronize()
        started = perf_counter()
        for _ in range(per_epoch):
            one_step(network, params, "cuda")
            optimizer.step()
            optimizer.zero_grad()
        torch.cuda.synchronize()
        seconds = perf_counter() - started
    return {
        "device": torch.cuda.get_device_name(),
        "seconds_per_epoch": seconds,
        "hours_per_fit": seconds * epochs / 3600,
        "peak_gib": torch.cuda.max_memory_allocated() / 2**30,
    }


if __name__ == "__main__":
    main()
