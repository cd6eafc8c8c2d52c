"""Labelled cases for the segmenter: memory-mapped cubes, cut and varied on the fly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from psp_core.errors import GridMismatchError
from psp_core.preprocessing.lesion.labels import REGIONS, region_mask

LESION_SHARE = 2 / 3  # of the patches are centred on the lesion
GAIN, OFFSET = 0.15, 0.15  # standard deviations, in units of the z-scored brain; ours


@dataclass(frozen=True)
class SegmentationCase:
    """One scan on the standard grid with its labels.

    Attributes
    ----------
    case_id : str
        Dataset and subject: who was trained on is checked by it.
    volume : Path
        ``.npy`` (2, D, H, W), T1CE and FLAIR, z-scored in the brain, 0 outside.
    labels : Path
        ``.npy`` uint8 (D, H, W): 0, 1, 2, 4.
    """

    case_id: str
    volume: Path
    labels: Path

    def load(self) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.uint8]]:
        """Map both arrays into memory; nothing is read yet.

        Raises
        ------
        GridMismatchError
            If the two do not share a grid.
        """
        volume, labels = np.load(self.volume, mmap_mode="r"), np.load(self.labels, mmap_mode="r")
        if volume.shape != (2, *labels.shape):
            raise GridMismatchError(
                f"{self.case_id}: the volume has shape {volume.shape}, the labels {labels.shape}; "
                "expected (2, D, H, W) and (D, H, W)"
            )
        return volume, labels


def hold_out(
    cases: Sequence[SegmentationCase], share: float, seed: int
) -> tuple[list[SegmentationCase], list[SegmentationCase]]:
    """Split cases into those to train on and those to measure on, at least one of each."""
    order = np.random.default_rng(seed).permutation(len(cases))
    n_held_out = min(max(round(share * len(cases)), 1), len(cases) - 1)
    held_out = set(order[:n_held_out].tolist())
    return (
        [case for number, case in enumerate(cases) if number not in held_out],
        [case for number, case in enumerate(cases) if number in held_out],
    )


def draw_patches(
    cases: Sequence[SegmentationCase], side: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Cut one varied patch from each case.

    Returns
    -------
    tuple of Tensor
        Images (B, 2, side, side, side) and regions (B, 3, side, side, side), float32.
    """
    patches = [_draw_patch(case, side, generator) for case in cases]
    images, regions = zip(*patches, strict=True)
    return torch.stack(images), torch.stack(regions)


def _draw_patch(
    case: SegmentationCase, side: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """One patch, mirrored, brightened and stretched at random: (2, p, p, p) and (3, p, p, p)."""
    volume, labels = case.load()
    corner = _draw_corner(labels, side, generator)
    box = tuple(slice(max(c, 0), c + side) for c in corner)
    margins = [
        (max(-c, 0), max(c + side - n, 0)) for c, n in zip(corner, labels.shape, strict=True)
    ]
    image = torch.from_numpy(np.pad(volume[:, *box].astype(np.float32), [(0, 0), *margins]))
    drawn = np.pad(labels[box], margins)
    regions = torch.from_numpy(np.stack([region_mask(drawn, region) for region in REGIONS]))
    axes = [1 + axis for axis in range(3) if torch.rand((), generator=generator) < 0.5]
    gain = 1 + GAIN * torch.randn((2, 1, 1, 1), generator=generator)
    offset = OFFSET * torch.randn((2, 1, 1, 1), generator=generator)
    varied = torch.where(image != 0, gain * image + offset, image)  # outside the brain stays 0
    return varied.flip(axes), regions.float().flip(axes)


def _draw_corner(labels: npt.NDArray[np.uint8], side: int, generator: torch.Generator) -> list[int]:
    """Lowest voxel of a patch; a cube smaller than the patch lies in its middle."""
    spare = [n - side for n in labels.shape]
    corner = [int(torch.randint(max(s, 0) + 1, (), generator=generator)) for s in spare]
    wants_lesion = bool(torch.rand((), generator=generator) < LESION_SHARE)
    if wants_lesion and max(spare) > 0 and len(voxels := np.flatnonzero(labels)):
        chosen = voxels[int(torch.randint(len(voxels), (), generator=generator))]
        centre = np.unravel_index(chosen, labels.shape)
        corner = [int(c) - side // 2 for c in centre]
    return [min(max(c, 0), s) if s > 0 else s // 2 for c, s in zip(corner, spare, strict=True)]
