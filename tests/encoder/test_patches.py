"""Patches: round trip, order, and the patch embedding as a convolution."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import conv3d

from psp_core.encoder.patches import fitting_patches, patchify, unpatchify


@pytest.mark.parametrize(("side", "patch", "channels"), [(8, 2, 1), (12, 3, 2), (40, 20, 2)])
def test_cutting_and_joining_gives_the_volume_back(side: int, patch: int, channels: int) -> None:
    volumes = torch.randn(2, channels, side, side, side)
    rows = patchify(volumes, patch)
    assert rows.shape == (2, (side // patch) ** 3, channels * patch**3)
    assert torch.equal(unpatchify(rows, patch, channels), volumes)


def test_patches_lie_along_d_then_h_then_w() -> None:
    volume = torch.zeros(1, 1, 6, 6, 6)
    volume[0, 0, 2:4, 4:6, 0:2] = 1  # place (1, 2, 0) of a grid of 3
    rows = patchify(volume, 2)[0]
    assert rows.sum(dim=1).nonzero().flatten().tolist() == [1 * 9 + 2 * 3 + 0]


def test_a_product_with_the_rows_is_a_convolution() -> None:
    volumes, weight = torch.randn(2, 2, 9, 9, 9), torch.randn(5, 2, 3, 3, 3)
    slow = conv3d(volumes, weight, stride=3).flatten(2).transpose(1, 2)
    assert torch.allclose(patchify(volumes, 3) @ weight.flatten(1).T, slow, atol=1e-5)


def test_fitting_patches_divide() -> None:
    assert fitting_patches(20) == [2, 4, 5, 10]
    assert fitting_patches(7) == []
