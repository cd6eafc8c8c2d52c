"""A volume sampled on another grid by physical coordinates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import FrameOfReferenceError

EDGE_TOLERANCE = 1e-4  # of a voxel: rounding of positions must not cut the outermost voxels


def resample(
    volume: Volume, grid: Grid, *, frame_uid: str | None = None
) -> npt.NDArray[np.floating]:
    """Sample a volume on a grid by trilinear interpolation.

    Parameters
    ----------
    volume : Volume
        What to sample.
    grid : Grid
        Where to sample, in the same frame of reference.
    frame_uid : str, optional
        Frame of reference of `grid`; checked if the volume has one, too.

    Returns
    -------
    float array, shape of `grid`
        In the type of ``volume.values``. NaN outside the box of its voxel centres:
        what was not computed is unknown, never zero. A volume of one slice is
        constant over its slice thickness.

    Raises
    ------
    FrameOfReferenceError
        If both frames of reference are known and differ.
    """
    if volume.frame_uid and frame_uid and volume.frame_uid != frame_uid:
        raise FrameOfReferenceError(
            f"the volume lies in frame of reference {volume.frame_uid}, the grid in {frame_uid}; "
            "register first"
        )
    source = np.asarray(volume.values)
    to_source = np.linalg.inv(volume.grid.affine) @ grid.affine
    copied = _copy(source, to_source, grid.shape)
    if copied is not None:
        return copied
    rows, columns = np.indices(grid.shape[1:]).reshape(2, -1)
    sampled = np.empty(grid.shape, dtype=source.dtype)
    for d in range(grid.shape[0]):
        target = np.stack([np.full(rows.shape, d), rows, columns]).astype(np.float64)
        index = to_source[:3, :3] @ target + to_source[:3, 3:]
        sampled[d] = _interpolate(source, index).reshape(grid.shape[1:])
    return sampled


def _copy(
    source: npt.NDArray[np.floating], to_source: npt.NDArray[np.float64], shape: tuple[int, ...]
) -> npt.NDArray[np.floating] | None:
    """Take the voxels where all positions are voxel centres of the source, else None.

    That is so for images which their makers registered to an atlas of the grid's spacing.
    """
    steps = np.rint(to_source[:3, :3]).astype(int)
    first = np.rint(to_source[:3, 3]).astype(int)
    error = np.abs(to_source[:3] - np.column_stack([steps, first]))
    is_turn = (np.abs(steps).sum(axis=0) == 1).all() and (np.abs(steps).sum(axis=1) == 1).all()
    if not is_turn or (error @ [*shape, 1]).max() > EDGE_TOLERANCE:
        return None
    axes = np.abs(steps).argmax(axis=0)  # of the source, by axis of the grid
    turned = source.transpose(axes)
    sampled = np.full(shape, np.nan, dtype=source.dtype)
    taken, put = [], []
    for axis, length in enumerate(shape):
        index = first[axes[axis]] + steps[axes[axis], axis] * np.arange(length)
        inside = np.flatnonzero((index >= 0) & (index < turned.shape[axis]))
        taken.append(index[inside])
        put.append(inside)
    sampled[np.ix_(*put)] = turned[np.ix_(*taken)]
    return sampled


def sample(volume: Volume, points_mm: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Sample a volume at points (..., 3) of its frame, LPS mm, as `resample` does."""
    index = volume.grid.to_index(points_mm)
    flat = np.ascontiguousarray(index.reshape(-1, 3).T)
    return _interpolate(np.asarray(volume.values), flat).reshape(index.shape[:-1])


def _interpolate(
    source: npt.NDArray[np.floating], index: npt.NDArray[np.float64]
) -> npt.NDArray[np.floating]:
    """Values at fractional indices (3, N); NaN outside the box of the voxel centres."""
    last = np.array(source.shape, dtype=np.float64).reshape(3, 1) - 1
    slack = np.where(last == 0, 0.5, 0.0) + EDGE_TOLERANCE
    outside = ((index < -slack) | (index > last + slack)).any(axis=0)
    values = map_coordinates(source, np.clip(index, 0, last), order=1, mode="nearest")
    inside: npt.NDArray[np.floating] = np.where(outside, np.nan, values).astype(source.dtype)
    return inside
