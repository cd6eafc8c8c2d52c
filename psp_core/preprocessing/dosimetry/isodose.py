"""Signed distance to the surface where a dose falls below a level.

The surface is that of the trilinear interpolation of the dose. Every cell of the grid
that it crosses is divided into parts of about 1 mm, at least two a side; where an edge of a part
crosses the level lies a point of the surface. The distance to the nearest of these points is
never too short, too long by less than half a dose voxel on the surface itself, and by next
to nothing some millimetres away.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation
from scipy.spatial import KDTree

from psp_core.acquisition.resample import sample
from psp_core.acquisition.volume import Volume

Floats = npt.NDArray[np.float64]
State = Literal["found", "not_reached", "cut_by_grid", "unknown"]

PART_MM = 1.0
FEWEST_PARTS = 2
BLOCKS_MM = (10.0, 4.0, 2.0)  # sides of the groups in which the farthest point is looked for


@dataclass(frozen=True, eq=False)
class Isodose:
    """One isodose surface of a plan.

    Attributes
    ----------
    dose : Volume
        Gy; NaN where unknown.
    level_gy : float
        Dose on the surface; NaN if the prescription is unknown.
    state : str
        ``found``; ``not_reached`` if the level is nowhere on the grid; ``cut_by_grid``
        if it is still reached where the known dose ends, so that part of the surface
        is not known; ``unknown`` without a level.
    """

    dose: Volume
    level_gy: float
    state: State
    tree: Any = None  # KDTree of the surface points, LPS mm, if the state is found

    def distance_mm(self, points_mm: npt.ArrayLike) -> Floats:
        """Distance of points (N, 3) from the surface, positive outside; NaN if not found.

        A point beyond the dose grid lies outside.
        """
        points = np.asarray(points_mm, dtype=np.float64)
        if self.state != "found":
            return np.full(len(points), np.nan)
        distance: Floats = self.tree.query(points)[0]
        is_inside = sample(self.dose, points) >= self.level_gy
        return np.where(is_inside, -distance, distance)

    def farthest_mm(self, points_mm: npt.ArrayLike) -> float:
        """Largest `distance_mm` of points (N, 3).

        Neighbours differ by no more than they are apart, so most points need no look.
        """
        points = np.asarray(points_mm, dtype=np.float64)
        highest = -np.inf
        for side_mm in BLOCKS_MM:
            blocks = np.floor((points - points.min(axis=0)) / side_mm).astype(np.int64)
            keys = np.ravel_multi_index(tuple(blocks.T), tuple(blocks.max(axis=0) + 1))
            _, first, block = np.unique(keys, return_index=True, return_inverse=True)
            firsts = self.distance_mm(points[first])
            highest = float(np.maximum(highest, firsts.max()))
            apart = np.linalg.norm(points - points[first][block], axis=1)
            points = points[firsts[block] + apart > highest]
            if not len(points):
                return highest
        return max(highest, float(self.distance_mm(points).max()))


def find_isodose(dose: Volume, level_gy: float) -> Isodose:
    """Find the surface where the dose (Gy, NaN where unknown) falls below a level."""
    if np.isnan(level_gy):
        return Isodose(dose, level_gy, "unknown")
    inside = dose.values >= level_gy
    if not inside.any():
        return Isodose(dose, level_gy, "not_reached")
    unknown = np.pad(np.isnan(dose.values), 1, constant_values=True)
    beyond = binary_dilation(unknown, np.ones((3, 3, 3)))  # a cell has corners, too
    if (beyond[1:-1, 1:-1, 1:-1] & inside).any():
        return Isodose(dose, level_gy, "cut_by_grid")
    return Isodose(dose, level_gy, "found", KDTree(_surface_points(dose, inside, level_gy)))


def _surface_points(dose: Volume, inside: npt.NDArray[np.bool_], level_gy: float) -> Floats:
    """Points (N, 3) in LPS mm where the edges of small parts of cells cross the level."""
    corners = np.array(list(itertools.product((0, 1), repeat=3)))
    ends = [
        tuple(slice(c, n - 1 + c) for c, n in zip(corner, inside.shape, strict=True))
        for corner in corners
    ]
    count = np.sum([inside[end] for end in ends], axis=0, dtype=np.uint8)
    cells = np.argwhere((count > 0) & (count < len(corners)))  # (C, 3)
    at = cells[:, None] + corners
    values = dose.values[tuple(np.moveaxis(at, -1, 0))].astype(np.float64)  # (C, 8)
    parts = [
        max(FEWEST_PARTS, int(np.ceil(side / PART_MM - 1e-6))) for side in dose.grid.spacing_mm
    ]
    values = values.reshape(-1, 2, 2, 2)
    for axis, n in enumerate(parts, start=1):
        share = np.expand_dims(np.linspace(0, 1, n + 1), tuple(range(1, 4 - axis)))
        low, high = np.split(values, 2, axis=axis)
        values = low + share * (high - low)
    found = []
    for axis in (1, 2, 3):
        # the far faces of a cell belong to its neighbour
        own = [slice(None) if a == axis else slice(0, -1) for a in (1, 2, 3)]
        part = values[(slice(None), *own)]
        start, end = np.delete(part, -1, axis=axis), np.delete(part, 0, axis=axis)
        where = np.nonzero((start >= level_gy) != (end >= level_gy))
        position = np.stack(where[1:], axis=1).astype(np.float64)
        position[:, axis - 1] += (level_gy - start[where]) / (end[where] - start[where])
        found.append(cells[where[0]] + position / parts)
    return dose.grid.to_world(np.concatenate(found))
