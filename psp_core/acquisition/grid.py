"""A regular grid of voxels in patient space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psp_core.errors import GeometryError

FloatArray = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the voxels of an array lie.

    Arrays are indexed ``[d, h, w]`` (slice, row, column); voxel centres have
    integer indices.

    Attributes
    ----------
    shape : tuple of int
        Voxels along d, h and w.
    affine : float array, shape (4, 4)
        Maps homogeneous (d, h, w, 1) to LPS mm.

    Raises
    ------
    GeometryError
        If the shape is not three positive numbers or the affine is not finite and
        invertible.
    """

    shape: tuple[int, int, int]
    affine: npt.NDArray[np.float64]

    def __post_init__(self) -> None:
        shape = tuple(int(n) for n in self.shape)
        affine = np.array(self.affine, dtype=np.float64)
        if len(shape) != 3 or min(shape) < 1:
            raise GeometryError(f"a grid has three positive lengths, found shape {shape}")
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise GeometryError("an affine is a finite 4 x 4 matrix; the header gives none")
        if not np.array_equal(affine[3], (0.0, 0.0, 0.0, 1.0)):
            raise GeometryError(f"the last row of an affine is 0 0 0 1, found {affine[3].tolist()}")
        spacing = np.linalg.norm(affine[:3, :3], axis=0)
        if not abs(np.linalg.det(affine[:3, :3])) > 1e-6 * float(np.prod(spacing)):
            raise GeometryError(
                f"the axes of the grid do not span space (spacing {spacing.tolist()} mm)"
            )
        affine.flags.writeable = False
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "affine", affine)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance of neighbouring voxel centres along d, h and w, in mm."""
        d, h, w = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(d), float(h), float(w)

    @property
    def voxel_volume_cm3(self) -> float:
        """Volume of one voxel in cm³."""
        return abs(float(np.linalg.det(self.affine[:3, :3]))) / 1000.0

    def to_world(self, indices: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Map indices (..., 3) in the order d, h, w to LPS mm (..., 3)."""
        points = np.asarray(indices, dtype=np.float64)
        mapped: npt.NDArray[np.float64] = points @ self.affine[:3, :3].T + self.affine[:3, 3]
        return mapped

    def to_index(self, points_mm: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Map LPS mm (..., 3) to fractional indices (..., 3) in the order d, h, w."""
        points = np.asarray(points_mm, dtype=np.float64)
        inverse = np.linalg.inv(self.affine)
        mapped: npt.NDArray[np.float64] = points @ inverse[:3, :3].T + inverse[:3, 3]
        return mapped

    def points(self) -> npt.NDArray[np.float64]:
        """LPS mm of every voxel centre, shape (D, H, W, 3)."""
        return self.to_world(np.moveaxis(np.indices(self.shape), 0, -1))

    def corners(self) -> npt.NDArray[np.float64]:
        """LPS mm of the eight outermost voxel centres, shape (8, 3)."""
        return self.to_world(np.indices((2, 2, 2)).reshape(3, 8).T * (np.array(self.shape) - 1))

    def same_grid(self, other: Grid, *, tolerance_mm: float = 1e-3) -> bool:
        """Tell whether `other` has the same voxels, to `tolerance_mm` at every corner."""
        if self.shape != other.shape:
            return False
        distance = np.linalg.norm(self.corners() - other.corners(), axis=1)
        steps = np.abs(self.affine - other.affine)[:3]
        return bool(max(distance.max(), steps.max()) <= tolerance_mm)

    def padded(self, margin: int) -> Grid:
        """Add ``margin`` voxels on all six sides, as ``np.pad`` does to the values."""
        affine = self.affine.copy()
        affine[:3, 3] = self.to_world((-margin,) * 3)
        d, h, w = (n + 2 * margin for n in self.shape)
        return Grid((d, h, w), affine)

    def refined(self, factors: tuple[int, int, int]) -> Grid:
        """Split each voxel into ``factors`` parts along d, h and w; same outer box."""
        if len(factors) != 3 or min(factors) < 1:
            raise GeometryError(f"refinement factors are three positive numbers, found {factors}")
        scale = 1.0 / np.array(factors, dtype=np.float64)
        affine = np.eye(4)
        affine[:3, :3] = self.affine[:3, :3] * scale
        affine[:3, 3] = self.to_world(0.5 * scale - 0.5)
        d, h, w = (n * k for n, k in zip(self.shape, factors, strict=True))
        return Grid((d, h, w), affine)
