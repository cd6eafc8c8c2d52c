"""Corrupted views of volumes: blocks exchanged, then cut out.

Every size is a share of the volume's side, drawn anew for every block and axis: sizes in
voxels would corrupt a third of a volume of 64 and a thirtieth of one of 160. What is cut
out becomes 0, which is the mean grey value of the brain: cut-out as published, and a
network need not learn to see through noise that no scan has.

References
----------
Chen et al., Self-supervised learning by context restoration (Med Image Anal 2019).
DeVries and Taylor, Improved regularization with cutout (2017), arXiv 1708.04552.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Shares = tuple[float, float]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Corruption:
    """How strongly a view is corrupted.

    Attributes
    ----------
    swaps : int
        Pairs of blocks that change places.
    swap_share : (float, float)
        Least and greatest side of those blocks, in sides of the volume.
    holes : int
        Blocks of the cut-out.
    hole_share : (float, float)
        Their sides, where what lies in them is cut out.
    keep_probability : float
        Of the other kind of cut-out: everything outside the blocks goes.
    keep_share : (float, float)
        Sides of the blocks of that kind.
    """

    swaps: int
    swap_share: Shares
    holes: int
    hole_share: Shares
    keep_probability: float
    keep_share: Shares


class Blocks(NamedTuple):
    """What was drawn for the views of one batch, in voxels.

    Attributes
    ----------
    swaps : int array, shape (B, swaps, 3, 3)
        Sides, first place and second place along d, h, w.
    holes : int array, shape (B, holes, 2, 3)
        Sides and place.
    keeps : bool array, shape (B,)
        True where only what lies in the holes is kept.
    """

    swaps: Integers
    holes: Integers
    keeps: npt.NDArray[np.bool_]


def draw_blocks(
    batch: int, side: int, corruption: Corruption, generator: torch.Generator
) -> Blocks:
    """Draw the blocks of one view of each of `batch` volumes of this side."""

    def uniform(*shape: int) -> npt.NDArray[np.float64]:
        return torch.rand(shape, generator=generator, dtype=torch.float64).numpy()

    def sides(share: Shares, *shape: int) -> Integers:
        least, greatest = (min(max(round(one * side), 1), side) for one in share)
        return (least + np.floor(uniform(*shape) * (greatest - least + 1))).astype(np.int64)

    def places(of: Integers) -> Integers:
        return np.floor(uniform(*of.shape) * (side - of + 1)).astype(np.int64)

    swapped = sides(corruption.swap_share, batch, corruption.swaps, 3)
    swaps = np.stack([swapped, places(swapped), places(swapped)], axis=2)
    keeps = uniform(batch) < corruption.keep_probability
    small = sides(corruption.hole_share, batch, corruption.holes, 3)
    large = sides(corruption.keep_share, batch, corruption.holes, 3)
    cut = np.where(keeps[:, None, None], large, small)
    return Blocks(swaps, np.stack([cut, places(cut)], axis=2), keeps)


def corrupt(volumes: Tensor, blocks: Blocks) -> tuple[Tensor, Tensor]:
    """Corrupt a batch; the blocks of each volume are its own.

    Parameters
    ----------
    volumes : Tensor, shape (B, C, D, H, W)
        Left as they are.
    blocks : Blocks
        Of B views.

    Returns
    -------
    tuple of Tensor
        The views, (B, C, D, H, W), and which voxels were moved or cut out, bool (B, D, H, W).
    """
    views = volumes.clone()
    mask = torch.zeros(volumes[:, 0].shape, dtype=torch.bool, device=volumes.device)
    for view, touched, swaps, holes, keeps in zip(
        views, mask, blocks.swaps, blocks.holes, blocks.keeps, strict=True
    ):
        for sides, one, other in swaps:
            here, there = _box(sides, one), _box(sides, other)
            moved = view[:, *here].clone()
            view[:, *here] = view[:, *there].clone()  # the two may overlap
            view[:, *there] = moved
            touched[here] = touched[there] = True
        if keeps:
            outside = torch.ones_like(touched)
            for sides, place in holes:
                outside[_box(sides, place)] = False
            view.masked_fill_(outside, 0)
            touched[outside] = True
        else:
            for sides, place in holes:
                box = _box(sides, place)
                view[:, *box] = 0
                touched[box] = True
    return views, mask


def _box(sides: Integers, start: Integers) -> tuple[slice, slice, slice]:
    d, h, w = (slice(int(a), int(a + n)) for a, n in zip(start, sides, strict=True))
    return d, h, w
