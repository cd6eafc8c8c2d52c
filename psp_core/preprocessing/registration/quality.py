"""How far to believe a registration, by what the search did not optimise."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_erosion
from scipy.spatial import KDTree

from psp_core.acquisition.grid import Grid
from psp_core.errors import EmptyMaskError, GridMismatchError
from psp_core.preprocessing.registration.starts import LEAST_OVERLAP
from psp_core.preprocessing.transform import Rigid

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

SURFACE_POINTS = 4000  # of each brain; the mean distance is steady long before


@dataclass(frozen=True)
class Quality:
    """Figures of one registration.

    Attributes
    ----------
    similarity_before, similarity_after : float
        Mutual information in nats under the start (the given map, or the files' own
        coordinates) and under the kept map, on the same points; 0 without overlap.
    start_kept : bool
        The start was as good as the best map that was found, and stayed.
    inverse_mm : float
        By how much points of the head miss themselves after the best map and an
        independently searched map back, root mean square over the head.
    spread_mm : float
        The distance within which at least half of the other starts end from the best one,
        root mean square over the head: small only if most of the starts meet.
        NaN with one start, infinite if most starts fail.
    surface_mm : float
        Mean distance of the two brain surfaces; NaN unless both masks were given.
    overlap : float
        Share of the head's points that lie in the moving field, 0 to 1.
    """

    similarity_before: float
    similarity_after: float
    start_kept: bool
    inverse_mm: float
    spread_mm: float
    surface_mm: float
    overlap: float

    def record(self) -> dict[str, Any]:
        """Plain values, for JSON; what is not known is None."""
        values = asdict(self)
        unknown = [name for name, value in values.items() if not math.isfinite(value)]
        return {**values, **dict.fromkeys(unknown)}

    def faults(
        self,
        *,
        largest_inverse_mm: float = 0.5,
        largest_spread_mm: float = 2.0,
        largest_surface_mm: float = 4.0,
    ) -> tuple[str, ...]:
        """Why the map must not be used, one sentence per figure beyond its limit.

        A figure that was not measured (NaN) is no fault.
        """
        limits = (
            ("the map and the way back miss by", self.inverse_mm, largest_inverse_mm),
            ("half of the starts end apart by", self.spread_mm, largest_spread_mm),
            ("the brain surfaces lie apart by", self.surface_mm, largest_surface_mm),
        )
        found = [
            f"{what} {value:.2f} mm, expected at most {limit:g} mm"
            for what, value, limit in limits
            if value > limit
        ]
        if self.overlap < LEAST_OVERLAP:
            found.append(
                f"{self.overlap:.0%} of the head lie in the moving image, expected at least "
                f"{LEAST_OVERLAP:.0%}"
            )
        return tuple(found)


def surface_distance(
    first: Mask, first_grid: Grid, second: Mask, second_grid: Grid, first_to_second: Rigid
) -> float:
    """Mean symmetric distance in mm between the surfaces of two masks.

    Where a mask ends only because its field of view ends, there is no surface. NaN if one
    of the surfaces lies wholly outside the other's field.

    Raises
    ------
    GridMismatchError
        If a mask is not on its grid.
    EmptyMaskError
        If a mask has no surface in its field.
    """
    one = first_to_second.apply(_surface(first, first_grid))
    two = _surface(second, second_grid)
    there = _distances(one, two, second_grid)
    back = _distances(two, one, first_to_second.carry(first_grid))
    if not (there.size and back.size):
        return float("nan")
    return float((there.mean() + back.mean()) / 2)


def _surface(mask: Mask, grid: Grid) -> Floats:
    """LPS mm of the outermost voxels of a mask, but not at the border of its field."""
    if mask.shape != grid.shape:
        raise GridMismatchError(f"mask of shape {mask.shape} on a grid of {grid.shape}")
    index = np.argwhere(mask & ~binary_erosion(mask, border_value=1))
    if not len(index):
        raise EmptyMaskError("a brain mask has no surface in its field; draw it or leave it out")
    return grid.to_world(index)


def _distances(points_mm: Floats, surface_mm: Floats, field: Grid) -> Floats:
    """Distance of some of the points that lie in a field to the nearest surface voxel."""
    index = field.to_index(points_mm)
    inside = points_mm[((index >= 0) & (index <= np.array(field.shape) - 1)).all(1)]
    few = inside[:: max(1, len(inside) // SURFACE_POINTS)]
    distances: Floats = KDTree(surface_mm).query(few)[0] if len(few) else np.zeros(0)
    return distances
