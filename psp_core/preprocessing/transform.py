"""Rigid maps between the frames of one patient, and their composition.

A map sends *points*: ``Rigid(source, target)`` takes LPS mm in the frame `source` to
LPS mm in the frame `target`. To look at a moving image on a fixed grid, carry the grid,
not the image: ``resample(moving, fixed_to_moving.carry(grid))`` interpolates once,
however many maps were chained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.grid import Grid
from psp_core.errors import FrameOfReferenceError, GeometryError

Floats = npt.NDArray[np.float64]

ORTHOGONAL_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Rigid:
    """Rotation and shift from one frame to another.

    Attributes
    ----------
    source, target : str
        Names of the frames: ``t1ce``, ``flair``, ``ct``, ``template``, ...
    matrix : float array, shape (4, 4)
        Maps homogeneous LPS mm of `source` to LPS mm of `target`.

    Raises
    ------
    GeometryError
        If the matrix is not a rotation with a shift.
    """

    source: str
    target: str
    matrix: Floats

    def __post_init__(self) -> None:
        matrix = np.array(self.matrix, dtype=np.float64)
        rotation = matrix[:3, :3] if matrix.shape == (4, 4) else np.zeros((3, 3))
        error = np.abs(rotation @ rotation.T - np.eye(3)).max()
        is_proper = error <= ORTHOGONAL_TOLERANCE and np.linalg.det(rotation) > 0
        if not (np.isfinite(matrix).all() and is_proper):
            raise GeometryError(
                f"{self.source} to {self.target}: expected a rotation and a shift, found a matrix "
                f"that is off a rotation by {error:.2g}"
            )
        matrix.flags.writeable = False
        object.__setattr__(self, "matrix", matrix)

    @classmethod
    def identity(cls, source: str, target: str) -> Rigid:
        """Both frames are the same."""
        return cls(source, target, np.eye(4))

    @classmethod
    def shift(cls, source: str, target: str, shift_mm: npt.ArrayLike) -> Rigid:
        """The frames differ by a shift (3,) in mm."""
        matrix = np.eye(4)
        matrix[:3, 3] = np.asarray(shift_mm, dtype=np.float64)
        return cls(source, target, matrix)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Rigid:
        """Read what `record` wrote."""
        return cls(record["source"], record["target"], np.array(record["matrix"]))

    def record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"source": self.source, "target": self.target, "matrix": self.matrix.tolist()}

    def inverse(self) -> Rigid:
        """The way back."""
        back: Floats = np.linalg.inv(self.matrix).astype(np.float64)
        return Rigid(self.target, self.source, back)

    def then(self, following: Rigid) -> Rigid:
        """Compose: first this map, then `following`.

        Raises
        ------
        FrameOfReferenceError
            If `following` does not start where this one ends.
        """
        if following.source != self.target:
            raise FrameOfReferenceError(
                f"a map from {self.source} to {self.target} cannot be followed by one from "
                f"{following.source} to {following.target}"
            )
        return Rigid(self.source, following.target, following.matrix @ self.matrix)

    def apply(self, points_mm: npt.ArrayLike) -> Floats:
        """Map points (..., 3)."""
        points = np.asarray(points_mm, dtype=np.float64)
        mapped: Floats = points @ self.matrix[:3, :3].T + self.matrix[:3, 3]
        return mapped

    def carry(self, grid: Grid) -> Grid:
        """A grid of the source frame as it lies in the target frame."""
        return Grid(grid.shape, self.matrix @ grid.affine)

    def distance_mm(self, other: Rigid, points_mm: npt.ArrayLike) -> Floats:
        """How far the two maps send each of the points (N, 3) apart, in mm (N,)."""
        apart: Floats = np.linalg.norm(self.apply(points_mm) - other.apply(points_mm), axis=-1)
        return apart


def nearest_rigid(
    source: str, target: str, affine: npt.ArrayLike, about_mm: npt.ArrayLike
) -> Rigid:
    """Rotation and shift closest to an affine map (4, 4).

    Both maps send the point `about_mm` (3,) of `source` to the same place.
    """
    matrix = np.asarray(affine, dtype=np.float64)
    about = np.asarray(about_mm, dtype=np.float64)
    left, _, right = np.linalg.svd(matrix[:3, :3])
    rigid = np.eye(4)
    rigid[:3, :3] = left @ right
    rigid[:3, 3] = matrix[:3, :3] @ about + matrix[:3, 3] - rigid[:3, :3] @ about
    return Rigid(source, target, rigid)


def read_maps(records: Iterable[Mapping[str, Any]]) -> list[Rigid]:
    """Read the maps that `Rigid.record` wrote."""
    return [Rigid.from_record(record) for record in records]


def find_map(maps: Sequence[Rigid], source: str, target: str) -> Rigid:
    """Compose the map between two frames from known ones, each used in either direction.

    Raises
    ------
    FrameOfReferenceError
        If the maps do not connect the two frames.
    """
    known = [*maps, *(one.inverse() for one in maps)]
    reached = {source: Rigid.identity(source, source)}
    while target not in reached:
        steps = [m for m in known if m.source in reached and m.target not in reached]
        if not steps:
            names = ", ".join(f"{one.source}-{one.target}" for one in maps) or "none"
            raise FrameOfReferenceError(
                f"no chain of maps leads from {source} to {target}; known: {names}"
            )
        reached[steps[0].target] = reached[steps[0].source].then(steps[0])
    return reached[target]
