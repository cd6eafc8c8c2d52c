"""Closed planar contours to voxels.

Convention: a voxel belongs to a structure if its centre lies inside the contours of
the plane it is assigned to. Inside is decided by the even-odd rule over all contours
of the plane together, so an inner contour is a hole and a keyhole contour needs no
care; overlapping contours of one structure exclude each other. A centre exactly on an
edge is in at the end of smaller row or column index and out at the other, so that two
structures that share an edge share no voxel.

A contour stands for a slab of one contour spacing, half on either side of its plane
(lower end included). A slice of the grid takes the contour plane whose slab holds it:
contours up to half a slice off the slices of their own image are found, and grids with
thinner or thicker slices are filled without gaps. Slabs of neighbouring planes meet
half-way; a gap of two contour spacings or more stays empty, nothing is interpolated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.contours import (
    SAME_PLANE_MM,
    SMALL_GAP,
    Structure,
    closed_contours,
    slab_thickness_mm,
)
from psp_core.acquisition.grid import Grid
from psp_core.errors import FrameOfReferenceError, GeometryError

TILT_TOLERANCE = 0.25  # of a slice, within one contour
TIE = 1e-4  # of a slice: a centre this close to the end of a slab lies on it


@overload
def rasterize(
    structure: Structure, grid: Grid, *, frame_uid: str | None = None
) -> npt.NDArray[np.bool_]: ...
@overload
def rasterize(
    structure: Structure, grid: Grid, *, supersample: int, frame_uid: str | None = None
) -> npt.NDArray[np.bool_] | npt.NDArray[np.float32]: ...
def rasterize(
    structure: Structure, grid: Grid, *, supersample: int = 1, frame_uid: str | None = None
) -> npt.NDArray[np.bool_] | npt.NDArray[np.float32]:
    """Turn one structure into voxels.

    Parameters
    ----------
    structure : Structure
        Closed planar contours in LPS mm.
    grid : Grid
        Any grid whose slices are parallel to the contours. Parts of the structure
        outside the grid are left out.
    supersample : int, default 1
        Sub-voxels per voxel side.
    frame_uid : str, optional
        Frame of reference of the grid; checked if the structure has one, too.

    Returns
    -------
    bool array, shape (D, H, W), for ``supersample=1``
        True where the voxel centre lies inside.
    float32 array, shape (D, H, W), otherwise
        Occupancy: fraction of the sub-voxel centres that lie inside, 0 to 1.

    Raises
    ------
    NoMaskError
        If the structure encloses no volume (see ``contours.closed_contours``).
    FrameOfReferenceError
        If both frames of reference are known and differ.
    GeometryError
        If a contour is not parallel to the slices of the grid.
    """
    if supersample < 1:
        raise GeometryError(f"supersample is a positive number of sub-voxels, found {supersample}")
    contours = closed_contours(structure)
    if structure.frame_uid and frame_uid and structure.frame_uid != frame_uid:
        raise FrameOfReferenceError(
            f"{structure.name!r} is drawn in frame of reference {structure.frame_uid}, the grid "
            f"lies in {frame_uid}; register first, or use the image the contours refer to"
        )
    shape = grid.shape
    mask: npt.NDArray[Any] = np.zeros(shape, np.bool_ if supersample == 1 else np.float32)
    planes = _planes(structure, contours, grid)
    slab_mm = slab_thickness_mm(structure)
    thickness = slab_mm / _slice_gap_mm(grid) if slab_mm else 1.0
    parts = (np.arange(supersample) + 0.5) / supersample - 0.5
    positions = np.add.outer(np.arange(shape[0]), parts)
    assigned = _assign(np.array(list(planes)), thickness, positions.ravel()).reshape(shape[0], -1)
    for number, outlines in enumerate(planes.values()):
        slices, count = np.unique(np.nonzero(assigned == number)[0], return_counts=True)
        if slices.size:
            box = _box(outlines, shape[1:])
            share = (count / supersample).astype(mask.dtype)[:, None, None]
            mask[(slices, *box)] += _fill(outlines, box, supersample) * share
    return mask


def _planes(
    structure: Structure, contours: Sequence[npt.NDArray[np.float64]], grid: Grid
) -> dict[float, list[npt.NDArray[np.float64]]]:
    """Group contours by their plane: slice coordinate -> outlines (n, 2) in rows, columns."""
    flat: list[tuple[float, npt.NDArray[np.float64]]] = []
    for points in contours:
        index = grid.to_index(points)
        tilt = float(np.ptp(index[:, 0]))
        if tilt > TILT_TOLERANCE:
            raise GeometryError(
                f"a contour of {structure.name!r} crosses {tilt:.1f} slices of the grid; "
                "rasterise it on the grid of the image it was drawn on, then resample the mask"
            )
        flat.append((float(index[:, 0].mean()), index[:, 1:]))
    flat.sort(key=lambda item: item[0])
    planes: dict[float, list[npt.NDArray[np.float64]]] = {}
    plane = previous = flat[0][0]
    tolerance = SAME_PLANE_MM / _slice_gap_mm(grid)
    for coordinate, outline in flat:
        if coordinate - previous > tolerance:
            plane = coordinate
        planes.setdefault(plane, []).append(outline)
        previous = coordinate
    return planes


def _slice_gap_mm(grid: Grid) -> float:
    """Distance of neighbouring slices across the slice plane, in mm."""
    return 1.0 / float(np.linalg.norm(np.linalg.inv(grid.affine)[0, :3]))


def _assign(
    planes: npt.NDArray[np.float64], thickness: float, positions: npt.NDArray[np.float64]
) -> npt.NDArray[np.intp]:
    """Number of the contour plane at each position along the slices; -1 outside every slab."""
    gaps = np.diff(planes)
    half = np.where(gaps <= SMALL_GAP * thickness, gaps, thickness) / 2
    lower = planes - np.r_[thickness / 2, half] - TIE
    upper = planes + np.r_[half, thickness / 2] - TIE
    found = np.searchsorted(upper, positions, side="right")
    inside = (found < len(planes)) & (lower[np.minimum(found, len(planes) - 1)] <= positions)
    return np.where(inside, found, -1)


def _box(
    outlines: Sequence[npt.NDArray[np.float64]], shape: tuple[int, ...]
) -> tuple[slice, slice]:
    """Rows and columns of the grid that the outlines can touch."""
    points = np.concatenate(outlines)
    low = np.clip(np.floor(points.min(axis=0)), 0, shape).astype(int).tolist()
    high = np.clip(np.ceil(points.max(axis=0)) + 1, 0, shape).astype(int).tolist()
    return slice(low[0], high[0]), slice(low[1], high[1])


def _fill(
    outlines: Sequence[npt.NDArray[np.float64]], box: tuple[slice, slice], supersample: int
) -> npt.NDArray[np.generic]:
    """Fill a box of one plane by the even-odd rule; occupancy if `supersample` is above 1."""
    first_row, rows = box[0].start * supersample, (box[0].stop - box[0].start) * supersample
    first_column, columns = box[1].start * supersample, (box[1].stop - box[1].start) * supersample
    toggles = np.zeros((rows, columns + 1), dtype=np.uint8)  # parity survives the overflow
    for outline in outlines:
        # sub-voxel i of voxel v has its centre at v + (i + 0.5) / supersample - 0.5
        row, column = _crossings((outline + 0.5) * supersample - 0.5, first_row, rows)
        column = np.clip(np.ceil(column) - first_column, 0, columns)
        np.add.at(toggles, (row, column.astype(np.intp)), 1)
    inside = np.cumsum(toggles[:, :columns], axis=1, dtype=np.uint8) % 2 == 1
    if supersample == 1:
        return np.asarray(inside)
    blocks = inside.reshape(rows // supersample, supersample, columns // supersample, supersample)
    occupancy: npt.NDArray[np.float32] = blocks.mean(axis=(1, 3), dtype=np.float32)
    return occupancy


def _crossings(
    outline: npt.NDArray[np.float64], first_row: int, n_rows: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Where the edges of an outline cross the rows of a box: row numbers in it, columns.

    An edge owns the rows from its lower end (included) to its upper end (not
    included). Ends are sorted first, so that an edge walked to and fro crosses
    twice at exactly the same place.
    """
    start, end = outline, np.roll(outline, -1, axis=0)
    swap = start[:, 0] > end[:, 0]
    low, high = np.where(swap[:, None], end, start), np.where(swap[:, None], start, end)
    ends = first_row, first_row + n_rows
    first = np.clip(np.ceil(low[:, 0]), *ends).astype(np.intp)
    last = np.clip(np.ceil(high[:, 0]), *ends).astype(np.intp)
    count = last - first
    edge = np.repeat(np.arange(len(outline)), count)
    row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    slope = (row - low[edge, 0]) / (high[edge, 0] - low[edge, 0])
    column = low[edge, 1] + slope * (high[edge, 1] - low[edge, 1])
    return row - first_row, column
