"""A lesion as weighted points in the dose frame.

A lesion lies in the frame of the image it was found on, the dose in that of the
planning CT. Points are carried over, so the mask is never resampled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import find_objects

from psp_core.acquisition.contours import Structure, slab_thickness_mm
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.lattice import lattice
from psp_core.acquisition.rasterize import rasterize
from psp_core.errors import EmptyMaskError, FrameOfReferenceError, GridMismatchError
from psp_core.preprocessing.transform import Rigid

Floats = npt.NDArray[np.float64]

DOSE_FRAME = "ct"
FINEST_MM = 0.5  # parts smaller than this tell nothing that a dose grid resolves
OUTLINE_PARTS = 4  # of a lattice voxel, along each side, where a drawn outline crosses it


@dataclass(frozen=True, eq=False)
class LesionSamples:
    """Points that stand for equal parts of a volume.

    Attributes
    ----------
    points_mm : float array, shape (N, 3)
        LPS mm in the dose frame.
    weights : float array, shape (N,)
        Part of each point's volume that belongs to the lesion, above 0, up to 1.
    part_volume_cm3 : float
        Volume a point stands for at weight 1.
    voxels_mm : float array, shape (M, 3)
        Centres of the lesion's voxels, in the dose frame; of a drawn lesion, its points that
        are at least half inside.
    frame_uid : str or None
        Frame of reference of the points, if it is known by its UID.
    """

    points_mm: Floats
    weights: Floats
    part_volume_cm3: float
    voxels_mm: Floats
    frame_uid: str | None = None

    @property
    def centroid_mm(self) -> Floats:
        """Centre of mass (3,), LPS mm."""
        centre: Floats = np.average(self.points_mm, axis=0, weights=self.weights)
        return centre


def sample_mask(
    mask: npt.NDArray[np.bool_],
    grid: Grid,
    *,
    to_dose: Rigid | None = None,
    frame_uid: str | None = None,
    supersample: int = 3,
) -> LesionSamples:
    """Sample a mask on points finer than its voxels.

    Between voxel centres the occupancy falls linearly from 1 to 0, which keeps the
    volume of the mask exactly and takes the steps off its surface.

    Parameters
    ----------
    mask : bool array, shape (D, H, W)
        The lesion.
    grid : Grid
        Of the mask.
    to_dose : Rigid, optional
        From the frame of the mask to that of the planning CT; without it the mask lies
        in the dose frame.
    frame_uid : str, optional
        Frame of reference of the mask; compared with that of the dose if there is
        no map.
    supersample : int, default 3
        Parts along the longest voxel side; the other sides get parts of about the same
        length. No part is shorter than 0.5 mm.

    Raises
    ------
    GridMismatchError
        If mask and grid differ in shape.
    EmptyMaskError
        If the mask has no voxel.
    FrameOfReferenceError
        If the map does not lead to the dose frame.
    """
    if mask.shape != grid.shape:
        raise GridMismatchError(f"the mask has shape {mask.shape}, its grid {grid.shape}")
    if not mask.any():
        raise EmptyMaskError("the lesion has no voxel: its dose is undefined")
    (box,) = find_objects(mask.astype(np.uint8))
    low = np.array([side.start for side in box])
    occupancy = np.pad(mask[box].astype(np.float64), 1)
    part_mm = max(FINEST_MM, max(grid.spacing_mm) / supersample)
    d, h, w = (max(1, int(np.ceil(side / part_mm - 1e-6))) for side in grid.spacing_mm)
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_world(low - 1)
    fine = Grid(occupancy.shape, affine).refined((d, h, w))
    for axis, parts in enumerate((d, h, w)):
        occupancy = _refine(occupancy, parts, axis)
    found = np.nonzero(occupancy)
    return LesionSamples(
        _in_dose_frame(fine.to_world(np.stack(found, axis=1)), to_dose),
        occupancy[found],
        fine.voxel_volume_cm3,
        _in_dose_frame(grid.to_world(np.argwhere(mask[box]) + low), to_dose),
        None if to_dose else frame_uid,
    )


def sample_structure(structure: Structure, *, spacing_mm: float = FINEST_MM) -> LesionSamples:
    """Sample a structure drawn in the dose frame on a lattice of its own.

    Raises
    ------
    NoMaskError
        If the structure encloses no volume.
    EmptyMaskError
        If its contours are so thin that no part of the lattice lies inside.
    GeometryError
        If it lies in one plane and nothing tells how thick that is.
    """
    slices = int(np.ceil((slab_thickness_mm(structure) or spacing_mm) / spacing_mm - 1e-6))
    grid = lattice(structure, spacing_mm=spacing_mm, slices_per_plane=slices)
    occupancy = np.asarray(rasterize(structure, grid, supersample=OUTLINE_PARTS), np.float64)
    found = np.nonzero(occupancy)
    if not found[0].size:
        raise EmptyMaskError(
            f"{structure.name!r} is thinner than {spacing_mm / OUTLINE_PARTS:g} mm: no volume"
        )
    points = grid.to_world(np.stack(found, axis=1))
    return LesionSamples(
        points,
        occupancy[found],
        grid.voxel_volume_cm3,
        points[occupancy[found] >= occupancy.max() / 2],
        structure.frame_uid,
    )


def _refine(occupancy: Floats, parts: int, axis: int) -> Floats:
    """Interpolate linearly at the centres of the parts of each voxel along one axis."""
    n = occupancy.shape[axis]
    position = (np.arange(n * parts) + 0.5) / parts - 0.5
    kernel = np.maximum(0.0, 1.0 - np.abs(position[:, None] - np.arange(n)))
    refined: Floats = np.moveaxis(np.tensordot(kernel, occupancy, (1, axis)), 0, axis)
    return refined


def _in_dose_frame(points_mm: Floats, to_dose: Rigid | None) -> Floats:
    """Carry points into the dose frame."""
    if to_dose is None:
        return points_mm
    if to_dose.target != DOSE_FRAME:
        raise FrameOfReferenceError(
            f"the map of the lesion leads from {to_dose.source} to {to_dose.target}, expected one "
            f"to {DOSE_FRAME}; use its inverse, or compose it with the missing map"
        )
    return to_dose.apply(points_mm)
