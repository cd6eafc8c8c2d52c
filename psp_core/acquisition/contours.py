"""A drawn volume as contours, and the planes that its contours lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psp_core.errors import NoMaskError

CLOSED_TYPES = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
SAME_PLANE_MM = 0.3  # no planning image has thinner slices
SMALL_GAP = 1.8  # of the smallest gap: jitter passes, a left-out plane does not
WIDEST_SLICE_MM = 10.0  # a wider gap lies between two separate parts


@dataclass(frozen=True, eq=False)
class Structure:
    """One region of interest of a structure set.

    Attributes
    ----------
    name : str
        As written by the planning system, without outer blanks.
    number : int
        ROI number.
    contours : tuple of float array, each (n, 3)
        Points in LPS mm; empty if the region is listed but was not drawn.
    geometric_type : str
        ``CLOSED_PLANAR``, ``POINT``, ``OPEN_PLANAR``, ...; empty without contours.
    frame_uid : str or None
        Frame of reference of the points.
    plane_spacing_mm : float or None
        Distance of neighbouring contour planes, if the structure set tells.
    """

    name: str
    number: int
    contours: tuple[npt.NDArray[np.float64], ...]
    geometric_type: str = "CLOSED_PLANAR"
    frame_uid: str | None = None
    plane_spacing_mm: float | None = None


def closed_contours(structure: Structure) -> list[npt.NDArray[np.float64]]:
    """Give the contours that enclose an area.

    Raises
    ------
    NoMaskError
        If the structure has no contour, is a point or an open line, or none of its
        contours has three points.
    """
    if not structure.contours:
        raise NoMaskError(f"{structure.name!r} is listed without contours: it encloses no volume")
    if structure.geometric_type not in CLOSED_TYPES:
        raise NoMaskError(
            f"{structure.name!r} is of type {structure.geometric_type}, which encloses no volume; "
            "expected CLOSED_PLANAR"
        )
    areas = [points for points in structure.contours if len(points) >= 3]
    if not areas:
        raise NoMaskError(f"no contour of {structure.name!r} has three points: no volume")
    return areas


def plane_normal(contours: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Find the unit normal of the largest contour, by Newell's sum; +z if none has an area.

    The sign is chosen so that the largest component is positive.
    """
    best = np.zeros(3)
    for points in contours:
        centred = points - points.mean(axis=0)
        vector = np.cross(centred, np.roll(centred, -1, axis=0)).sum(axis=0)
        if np.linalg.norm(vector) > np.linalg.norm(best):
            best = vector
    if not best.any():
        return np.array([0.0, 0.0, 1.0])
    normal: npt.NDArray[np.float64] = best / np.linalg.norm(best)
    return normal if normal[np.abs(normal).argmax()] > 0 else -normal


def plane_gaps(contours: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Measure the gaps between neighbouring contour planes in mm; empty if none tells.

    Planes closer than 0.3 mm count as one; contours that are not parallel to the
    largest one do not count. Of the gaps only the small ones are given (up to 1.8
    times the smallest): a wider gap is a hole between parts.
    """
    if not contours:
        return np.empty(0)
    normal = plane_normal(contours)
    along = [points @ normal for points in contours]
    parallel = [float(values.mean()) for values in along if np.ptp(values) <= SAME_PLANE_MM]
    gaps = np.diff(group_values(parallel))
    gaps = gaps[gaps <= WIDEST_SLICE_MM]
    small: npt.NDArray[np.float64] = gaps[gaps <= SMALL_GAP * gaps.min(initial=np.inf)]
    return small


def slab_thickness_mm(structure: Structure) -> float | None:
    """Thickness of the slab one contour stands for, in mm; None if nothing tells it."""
    gaps = plane_gaps(structure.contours)
    own = float(np.median(gaps)) if gaps.size else None
    return structure.plane_spacing_mm or own


def group_values(
    values: Sequence[float], tolerance: float = SAME_PLANE_MM
) -> npt.NDArray[np.float64]:
    """Find the sorted means of groups of values; a step beyond `tolerance` starts a group."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    if not ordered.size:
        return ordered
    starts = np.flatnonzero(np.diff(ordered) > tolerance) + 1
    return np.array([group.mean() for group in np.split(ordered, starts)])
