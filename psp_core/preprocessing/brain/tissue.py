"""Voxels that look like brain: of one brightness, thick, and in the middle of the head."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_opening, label

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import BrainExtractionError
from psp_core.preprocessing.brain.coarse import (
    Floats,
    Mask,
    coarsened,
    dilated,
    eroded,
    largest_part,
)

SEARCH_MM = 8.0
UPPER_HEAD_MM = 120.0  # below the top of the head, which holds the brain and little else
BRAIN_BELOW_TOP_MM = 84.0  # from the skin at the top to the middle of the brain
MIDDLE_SEMI_AXES_MM = (50.0, 45.0, 55.0)  # along x, z and y: inside the brain of any adult
LOW, HIGH = 0.6, 1.4  # of the brain's own brightness: no fluid or bone, no fat or vessel
THINNEST_MM = 5.0  # half the thickness that scalp, marrow and dura do not reach
REGROWN_MM = 1.0  # more than was eroded: a corner of the brain is thin, too


class Head(NamedTuple):
    """A first guess of where the brain is and how bright."""

    centre_mm: Floats  # (3,), LPS mm
    brightness: float  # median in the middle of the brain


def find_head(volume: Volume) -> Head:
    """Guess the brain from the top and the sides of the head.

    Parameters
    ----------
    volume : Volume
        Whole head; finite values.

    Raises
    ------
    BrainExtractionError
        If the image is constant or nothing in it is as thick as a head.
    """
    small = coarsened(volume, SEARCH_MM)
    threshold = 0.5 * _otsu(small.values)
    bright = np.pad(small.values > threshold, 1, mode="edge")
    head = largest_part(binary_opening(bright)[1:-1, 1:-1, 1:-1])
    if not head.any():
        raise BrainExtractionError(
            "no connected bright region in the image, expected a head; "
            "look at the image, or give a mask"
        )
    points = small.grid.points()
    top = float(np.percentile(points[head][:, 2], 99.8))
    upper = points[head & (points[..., 2] > top - UPPER_HEAD_MM)]
    sides = np.percentile(upper[:, :2], [1, 99], axis=0)
    centre = np.array([*sides.mean(axis=0), top - BRAIN_BELOW_TOP_MM])
    middle = small.values[in_middle(small.grid, centre) & (small.values > threshold)]
    if not middle.size:
        raise BrainExtractionError(
            "the middle of the head is dark, expected a brain; look at the image, or give a mask"
        )
    return Head(centre, float(np.median(middle)))


def in_middle(grid: Grid, centre_mm: Floats) -> Mask:
    """Voxels in the middle of a brain around `centre_mm`."""
    x, z, y = MIDDLE_SEMI_AXES_MM
    reach = np.linalg.norm((grid.points() - centre_mm) / (x, y, z), axis=-1)
    return np.asarray(reach < 1)


def brain_like(
    relative: npt.NDArray[np.floating], grid: Grid, seed: Mask, within: Mask | None = None
) -> Mask:
    """Thick region of the brain's brightness that has most voxels in common with `seed`.

    Parameters
    ----------
    relative : float array, shape (D, H, W)
        Values over the brightness of the brain there.
    seed : bool array, shape (D, H, W)
        Where brain is certain.
    within : bool array, shape (D, H, W), optional
        Where brain is possible at all.

    Returns
    -------
    bool array, shape (D, H, W)
        Without ventricles and enhancing lesions; empty if nothing is thick enough.
    """
    like = (relative > LOW) & (relative < HIGH)
    if within is not None:
        like &= within
    parts, _ = label(eroded(like, grid, THINNEST_MM))
    shared = np.bincount(parts[seed], minlength=2)
    shared[0] = 0
    if not shared.any():
        return np.zeros(like.shape, dtype=bool)
    core = parts == int(shared.argmax())
    return dilated(core, grid, THINNEST_MM + REGROWN_MM) & like


def _otsu(values: npt.NDArray[np.floating]) -> float:
    """Threshold between dark and bright that leaves least variance within both.

    References
    ----------
    Otsu 1979, IEEE Trans Syst Man Cybern 9:62.
    """
    clipped = np.minimum(values, np.percentile(values, 99)).astype(np.float64)
    if not np.ptp(clipped) > 0:
        raise BrainExtractionError(
            "the image is constant, expected a head; look at the image and its file"
        )
    counts, edges = np.histogram(clipped, 128)
    centres = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    sums = np.cumsum(counts * centres)
    above = clipped.size - below
    spread = (sums[-1] * below - sums[:-1] * clipped.size) ** 2 / (below * above)
    return float(centres[int(spread.argmax())])
