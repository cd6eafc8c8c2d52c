"""The template's surface, moved along its normals to where the brain-like voxels end.

Each point of the surface looks at a profile of its own. The best end of the brain along a
profile is the maximum of a running sum, as in a segmentation of one dimension; sums are
shared with neighbouring points before the maximum is taken. Where no profile shows an end
(at the neck, beside muscle), a point follows its neighbours and stays near the template.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.ndimage import (
    binary_erosion,
    distance_transform_edt,
    gaussian_filter,
    map_coordinates,
)
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from psp_core.acquisition.volume import Volume
from psp_core.preprocessing.brain.coarse import Floats, Mask
from psp_core.preprocessing.template import template_mask

MARGIN = 8  # voxels around the template, into which its surface may move
PROFILE_MM = np.arange(-14.0, 15.0)  # inwards to outwards
NEIGHBOURS_MM = 6.0  # width of what neighbouring points share
STIFFNESS = 0.01  # per mm: cost of leaving the template, against 0.5 per mm of wrong voxels
CLEAR_END = 2.0  # drop of the sum behind an end that no doubt is left about
LEAST_CONFIDENCE = 0.05
SPREAD = 3.0  # voxels; carries the movement from the surface's points to its surroundings


class Surface(NamedTuple):
    """Points of the template's brain surface, about 4 mm apart."""

    points_mm: Floats  # (N, 3), LPS
    normals: Floats  # (N, 3), outwards
    voxels: tuple[np.ndarray, ...]  # of `template_distance`, nearest to the points
    neighbours: csr_matrix  # (N, N), rows sum to 1


@cache
def template_distance() -> Volume:
    """Distance in mm to the template's brain surface, positive inside, with a margin."""
    mask = template_mask(2)
    inside = np.pad(mask.values > 0.5, MARGIN)
    sides = mask.grid.spacing_mm
    distance = distance_transform_edt(inside, sampling=sides) - distance_transform_edt(
        ~inside, sampling=sides
    )
    # The surface lies half a voxel from the centres on both of its sides.
    values = (distance - np.sign(distance) * sides[0] / 2).astype(np.float32)
    return Volume(values, mask.grid.padded(MARGIN))


def move_surface(region: Volume, from_template: Floats) -> Volume:
    """Move the template's surface to the end of a brain-like region.

    Parameters
    ----------
    region : Volume
        1 where the image looks like brain, else 0; beyond its field of view nothing is known.
    from_template : float array, shape (4, 4)
        LPS mm of the template to LPS mm of the image.

    Returns
    -------
    Volume
        In the frame of the template: above 0 inside the brain, in mm near its surface.
    """
    surface = _surface()
    distance = template_distance()
    places = surface.points_mm[:, None] + surface.normals[:, None] * PROFILE_MM[:, None]
    index = region.grid.to_index(places @ from_template[:3, :3].T + from_template[:3, 3])
    last = np.array(region.grid.shape) - 0.5
    is_seen = ((index > -0.5) & (index < last)).all(axis=-1)  # (N, K)
    likeness = map_coordinates(
        np.asarray(region.values, dtype=np.float32), np.moveaxis(index, -1, 0),
        order=1, mode="nearest",
    )  # fmt: skip
    sums = np.cumsum(np.where(is_seen, likeness - 0.5, 0.0), axis=1, dtype=np.float64)
    sums = surface.neighbours @ sums - STIFFNESS * PROFILE_MM**2
    ends = sums.argmax(axis=1)
    lowest_behind = np.minimum.accumulate(sums[:, ::-1], axis=1)[:, ::-1]
    rows = np.arange(len(ends))
    drop = sums[rows, ends] - lowest_behind[rows, ends]
    confidence = np.clip(drop / CLEAR_END, 0, 1) ** 2
    moves = surface.neighbours @ (PROFILE_MM[ends] * confidence)
    moves /= surface.neighbours @ np.maximum(confidence, LEAST_CONFIDENCE)
    moved = distance.values + _spread(moves, surface, distance.grid.shape)
    return Volume(moved, distance.grid)


def _spread(moves: Floats, surface: Surface, shape: tuple[int, int, int]) -> Floats:
    """Carry values at the surface's points to all voxels around, shape (D, H, W)."""
    sums, counts = np.zeros((2, *shape), dtype=np.float32)
    np.add.at(sums, surface.voxels, moves)
    np.add.at(counts, surface.voxels, 1)
    sums, counts = (gaussian_filter(one, SPREAD, truncate=3.0) for one in (sums, counts))
    return np.asarray(sums / np.maximum(counts, 1e-6))


@cache
def _surface() -> Surface:
    """Points, normals and neighbours of the template's surface."""
    distance = template_distance()
    inside: Mask = distance.values > 0
    shell = np.argwhere(inside & ~binary_erosion(inside))
    cells = np.ravel_multi_index(tuple((shell // 2).T), distance.grid.shape)
    shell = shell[np.unique(cells, return_index=True)[1]]
    sides = distance.grid.spacing_mm
    slopes = np.gradient(gaussian_filter(distance.values, 1.5), *sides)
    voxels = tuple(shell.T)
    axes = distance.grid.affine[:3, :3] / sides
    normals = -np.stack([slope[voxels] for slope in slopes], axis=-1) @ axes.T
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points = distance.grid.to_world(shell) + normals * distance.values[voxels][:, None]
    tree = cKDTree(points)
    near = tree.sparse_distance_matrix(tree, 2.2 * NEIGHBOURS_MM, output_type="coo_matrix")
    same_side = (normals[near.row] * normals[near.col]).sum(axis=1) > 0.3  # not across a sulcus
    weights = np.exp(-0.5 * (near.data / NEIGHBOURS_MM) ** 2) * same_side
    neighbours = csr_matrix((weights, (near.row, near.col)), shape=near.shape)
    totals = np.asarray(neighbours.sum(axis=1))
    return Surface(points, normals, voxels, csr_matrix(neighbours.multiply(1 / totals)))
