"""Fewer voxels and rounder masks: what the search for the brain is made of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import affine_transform, distance_transform_edt, gaussian_filter, label

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SMOOTHING = 0.4  # of the step between kept voxels, as standard deviation


def coarsened(volume: Volume, spacing_mm: float) -> Volume:
    """Smooth, and keep every n-th voxel, so that voxels are about `spacing_mm` wide.

    An axis that is coarser already stays.
    """
    factors, first = _steps(volume.grid, spacing_mm)
    if not (factors > 1).any():
        return volume
    smooth = gaussian_filter(
        np.asarray(volume.values, dtype=np.float32), np.where(factors > 1, SMOOTHING * factors, 0)
    )
    kept = smooth[tuple(slice(a, None, n) for a, n in zip(first, factors, strict=True))]
    affine = np.array(volume.grid.affine)
    affine[:3, 3] = volume.grid.to_world(first)
    affine[:3, :3] *= factors
    return Volume(kept, Grid((kept.shape[0], kept.shape[1], kept.shape[2]), affine))


def local_mean(volume: Volume, mask: Mask, *, width_mm: float, spacing_mm: float) -> Floats:
    """Mean of the values in the mask around each voxel, shape (D, H, W).

    Parameters
    ----------
    width_mm : float
        Standard deviation of the surroundings.
    spacing_mm : float
        The mean is smooth, so it is computed on voxels of this size and interpolated.

    Returns
    -------
    float array
        Far from the mask, the mean of the whole mask.
    """
    weights = coarsened(Volume(mask.astype(np.float32), volume.grid), spacing_mm)
    inside = np.where(mask, volume.values, 0).astype(np.float32)
    sums = coarsened(Volume(inside, volume.grid), spacing_mm)
    width = width_mm / np.array(weights.grid.spacing_mm)
    near = gaussian_filter(weights.values, width)
    whole = sums.values.sum(dtype=np.float64) / weights.values.sum(dtype=np.float64)
    mean = np.where(
        near > 0.02, gaussian_filter(sums.values, width) / np.maximum(near, 0.02), whole
    )
    factors, first = _steps(volume.grid, spacing_mm)
    fine: Floats = affine_transform(
        mean, np.diag(1 / factors), -first / factors,
        output_shape=mask.shape, order=1, mode="nearest",
    )  # fmt: skip
    return fine


def eroded(mask: Mask, grid: Grid, distance_mm: float) -> Mask:
    """Voxels deeper than `distance_mm`; the edge of the field of view is no surface."""
    padded = np.pad(mask, 1, mode="edge")
    depth = distance_transform_edt(padded, sampling=grid.spacing_mm)[1:-1, 1:-1, 1:-1]
    return np.asarray(depth > distance_mm)


def dilated(mask: Mask, grid: Grid, distance_mm: float) -> Mask:
    """Voxels of the mask and those within `distance_mm` of it."""
    return np.asarray(distance_transform_edt(~mask, sampling=grid.spacing_mm) <= distance_mm)


def largest_part(mask: Mask) -> Mask:
    """Largest connected part; empty if there is none."""
    parts, count = label(mask)
    if not count:
        return np.zeros(mask.shape, dtype=bool)
    return np.asarray(parts == 1 + np.bincount(parts.ravel())[1:].argmax())


def _steps(grid: Grid, spacing_mm: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Voxels per kept voxel along each axis, and the first one kept."""
    wanted = np.rint(spacing_mm / np.array(grid.spacing_mm)).astype(np.int64)
    factors = np.clip(wanted, 1, np.array(grid.shape))
    return factors, (factors - 1) // 2
