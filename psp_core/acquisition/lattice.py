"""A fine grid of its own for one structure."""

from __future__ import annotations

import numpy as np

from psp_core.acquisition.contours import (
    Structure,
    closed_contours,
    plane_normal,
    slab_thickness_mm,
)
from psp_core.acquisition.grid import Grid
from psp_core.errors import GeometryError

ROUNDING = 1e-4  # of a voxel


def lattice(structure: Structure, *, spacing_mm: float = 1.0, slices_per_plane: int = 2) -> Grid:
    """Fine grid around one structure, parallel to its contour planes.

    Sampling a dose on it gives dose-volume figures that do not depend on any image
    grid: rasterise the structure on the lattice, resample the dose onto it.

    Parameters
    ----------
    structure : Structure
        Closed planar contours.
    spacing_mm : float, default 1.0
        Voxel side within the planes.
    slices_per_plane : int, default 2
        Slices per slab.

    Raises
    ------
    NoMaskError
        If the structure encloses no volume.
    GeometryError
        If it lies in one plane and nothing tells how thick that is.
    """
    contours = closed_contours(structure)
    slab_mm = slab_thickness_mm(structure)
    if slab_mm is None:
        raise GeometryError(
            f"{structure.name!r} does not tell how thick its contour planes are; "
            "set plane_spacing_mm to the slice spacing of its image"
        )
    normal = plane_normal(contours)
    across = np.eye(3)[np.abs(normal).argsort()[0]]  # the patient axis most within the plane
    column = across - (across @ normal) * normal
    column /= np.linalg.norm(column)
    axes = np.stack([normal, np.cross(normal, column), column])
    points = np.concatenate(contours) @ axes.T
    step = np.array([slab_mm / slices_per_plane, spacing_mm, spacing_mm])
    margin = np.array([slab_mm / 2 - step[0] / 2, spacing_mm, spacing_mm])
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    d, h, w = (np.ceil((high - low) / step - ROUNDING).astype(int) + 1).tolist()
    affine = np.eye(4)
    affine[:3, :3] = axes.T * step
    affine[:3, 3] = axes.T @ low
    return Grid((d, h, w), affine)
