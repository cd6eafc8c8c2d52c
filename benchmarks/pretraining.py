"""How much faster a step of pre-training is than that of a plain MONAI program.

The peer is what the tutorial ``vit_unetr_ssl`` does, from MONAI's public interface: a cached
data set, its random transforms, ``ViT`` and two transposed convolutions (``ViTAutoEnc``
refuses patches of 8 and 20), L1 times the contrastive loss of both restored views, Adam. It
follows the program with which the goal was measured, its volumes included: smooth ellipsoids of
texture, zero outside, so that about half of the voxels are air. Both take turns in one process
of one thread; a step counts with all its work. Usage:

    python benchmarks/pretraining.py [--side 64] [--patch 8] [--width 192] [--batch 4] [--rounds 7]
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from monai.data import CacheDataset, DataLoader
from monai.losses import ContrastiveLoss
from monai.networks.nets import ViT
from monai.transforms import (
    Compose,
    CopyItemsd,
    EnsureTyped,
    OneOf,
    RandCoarseDropoutd,
    RandCoarseShuffled,
)
from torch import Tensor, nn

from psp_core.pretraining.devices import Precision, open_fabric
from psp_core.pretraining.pretrain import PARTS, batch_of, build_restorer, loss_of
from psp_core.pretraining.restoration import MIDDLE, factors
from psp_core.pretraining.views import Corruption
from psp_core.runs.process import use_one_thread
from psp_core.training import train

CORRUPTION = Corruption(10, (0.05, 0.10), 6, (0.05, 0.33), 0.5, (0.21, 0.67))
GOAL = 2.2

Step = Callable[[int], None]


class PeerNetwork(nn.Module):
    """MONAI's transformer and a decoder of two transposed convolutions."""

    def __init__(self, side: int, patch: int, width: int, depth: int, heads: int) -> None:
        super().__init__()
        self.grid = side // patch
        coarse, fine = factors(patch)
        self.vit = ViT(
            2, side, patch, width, 4 * width, depth, heads, proj_type="conv", spatial_dims=3
        )
        self.up1 = nn.ConvTranspose3d(width, MIDDLE, coarse, coarse)
        self.up2 = nn.ConvTranspose3d(MIDDLE, 2, fine, fine)

    def forward(self, volumes: Tensor) -> Tensor:
        """(B, 2, D, D, D) to the same."""
        tokens = self.vit(volumes)[0].transpose(1, 2)
        restored: Tensor = self.up2(self.up1(tokens.unflatten(2, [self.grid] * 3)))
        return restored


def brain_like(side: int, rng: np.random.Generator) -> npt.NDArray[np.float16]:
    """An ellipsoid of waves and noise with mean 0 and deviation 1 in it, (2, D, D, D)."""
    axes = np.meshgrid(*[np.linspace(-1, 1, side)] * 3, indexing="ij", sparse=True)
    radii = rng.uniform(0.7, 0.9, 3)
    inside = sum((axis / radius) ** 2 for axis, radius in zip(axes, radii, strict=True)) < 1
    channels = []
    for _ in range(2):
        waves, phases = rng.uniform(3, 7, 3), rng.uniform(0, 6, 3)
        texture = 0.3 * rng.standard_normal((side,) * 3)
        for axis, wave, phase in zip(axes, waves, phases, strict=True):
            texture = texture + np.sin(wave * axis + phase)
        scaled = (texture - texture[inside].mean()) / texture[inside].std()
        channels.append(np.where(inside, scaled, 0))
    return np.stack(channels).astype(np.float16)


def peer(volumes: list[npt.NDArray[np.float16]], batch: int, shape: dict[str, int]) -> Step:
    """A step of the tutorial's program."""

    def corruption(key: str) -> list[object]:
        drop = partial(RandCoarseDropoutd, keys=[key], prob=1.0, holes=6)
        kinds = [
            drop(spatial_size=5, dropout_holes=True, max_spatial_size=32),
            drop(spatial_size=20, dropout_holes=False, max_spatial_size=64),
        ]
        return [OneOf(kinds), RandCoarseShuffled(keys=[key], prob=0.8, holes=10, spatial_size=8)]

    views = ["image", "image_2"]
    transforms = Compose(
        [
            EnsureTyped(keys=["image"], track_meta=False),
            CopyItemsd(keys=["image"], times=2, names=["clean", "image_2"]),
            *(one for key in views for one in corruption(key)),
        ]
    )
    items = [{"image": volume.astype(np.float32)} for volume in volumes]
    data = CacheDataset(items, transforms, cache_rate=1.0, num_workers=0, progress=False)
    loader = DataLoader(data, batch_size=batch, shuffle=True, drop_last=True)

    def batches() -> object:
        while True:
            yield from loader

    stream = iter(batches())  # type: ignore[call-overload]
    network = PeerNetwork(**shape).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
    restoration, contrast = nn.L1Loss(), ContrastiveLoss(temperature=0.05)

    def step(_: int) -> None:
        drawn = next(stream)
        optimizer.zero_grad()
        first, second = network(drawn["image"]), network(drawn["image_2"])
        r = restoration(first, drawn["clean"])
        loss = r + r * contrast(first.flatten(1), second.flatten(1))
        loss.backward()
        optimizer.step()
        loss.item()

    return step


def ours(
    volumes: list[npt.NDArray[np.float16]], batch: int, shape: dict[str, int], precision: Precision
) -> Step:
    """A step of `pretrain`: the loop itself, one step long."""
    restorer = build_restorer(dict(shape), "reconstructions", 0)
    optimizer = torch.optim.AdamW(restorer.parameters(), lr=1e-4)
    fabric = open_fabric(precision)
    give = partial(batch_of, source=volumes, batch_size=batch, corruption=CORRUPTION, seed=0)
    loss = partial(loss_of, restorer=restorer, mix="r + c*r", temperature=0.05)

    def step(number: int) -> None:
        train(
            restorer, optimizer, give, loss,
            steps=1, seed=number, largest_gradient=1.0, fabric=fabric, parts=PARTS,
        )  # fmt: skip

    return step


def main() -> None:
    """Take turns, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=64, help="of the volume, in voxels")
    parser.add_argument("--patch", type=int, default=8)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    use_one_thread()
    torch.set_num_threads(1)
    shape = {
        name: getattr(arguments, name) for name in ("side", "patch", "width", "depth", "heads")
    }
    rng = np.random.default_rng(0)
    volumes = [brain_like(arguments.side, rng) for _ in range(2 * arguments.batch)]
    programs = {
        "MONAI": peer(volumes, arguments.batch, shape),
        "ours, float32": ours(volumes, arguments.batch, shape, "float32"),
        "ours, bf16": ours(volumes, arguments.batch, shape, "bf16"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(arguments.rounds + 1):
        for name, step in programs.items():
            start = time.process_time()
            step(number)
            if number:  # the first round warms up
                seconds[name].append(time.process_time() - start)
    medians = {name: float(np.median(values)) for name, values in seconds.items()}
    for name, median in medians.items():
        ratio = medians["MONAI"] / median
        low, high = min(seconds[name]), max(seconds[name])
        sys.stdout.write(
            f"{name:14s} {median:7.3f} s of processor a step ({low:.3f} to {high:.3f}), "
            f"{ratio:5.2f} times the peer's speed\n"
        )
    reached = medians["MONAI"] / medians["ours, float32"] >= GOAL
    sys.stdout.write(f"goal of {GOAL} in float32: {'reached' if reached else 'missed'}\n")


if __name__ == "__main__":
    main()
