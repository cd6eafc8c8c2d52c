"""Volumes to patches and back: one row per patch, d-major, then h, then w."""

from __future__ import annotations

from torch import Tensor


def fitting_patches(side: int) -> list[int]:
    """Patch sides in voxels that divide a volume's side and leave more than one patch."""
    return [patch for patch in range(2, side) if side % patch == 0]


def patchify(volumes: Tensor, patch: int) -> Tensor:
    """Cut volumes into cubes.

    Parameters
    ----------
    volumes : Tensor, shape (B, C, D, H, W)
        Sides that `patch` divides.
    patch : int
        Side of a cube in voxels.

    Returns
    -------
    Tensor, shape (B, N, C * patch**3)
        Within a row: channel, then d, h, w, as the weights of a convolution lie.
    """
    batch, channels, *sides = volumes.shape
    d, h, w = (side // patch for side in sides)
    split = volumes.reshape(batch, channels, d, patch, h, patch, w, patch)
    ordered = split.permute(0, 2, 4, 6, 1, 3, 5, 7)  # (B, d, h, w, C, p, p, p)
    return ordered.reshape(batch, d * h * w, channels * patch**3)


def unpatchify(patches: Tensor, patch: int, channels: int) -> Tensor:
    """Put the cubes of cubic volumes together again; the inverse of `patchify`.

    Parameters
    ----------
    patches : Tensor, shape (B, N, channels * patch**3)
        N is a cube.
    patch, channels : int
        Side of a patch in voxels, and channels of the volumes.

    Returns
    -------
    Tensor, shape (B, channels, D, D, D)
    """
    batch, n, _ = patches.shape
    grid = round(n ** (1 / 3))
    split = patches.reshape(batch, grid, grid, grid, channels, patch, patch, patch)
    ordered = split.permute(0, 4, 1, 5, 2, 6, 3, 7)  # (B, C, d, p, h, p, w, p)
    return ordered.reshape(batch, channels, *[grid * patch] * 3)
