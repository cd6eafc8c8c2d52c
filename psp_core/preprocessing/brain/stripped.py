"""Images whose makers removed the skull: the brain is what is left."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_fill_holes

from psp_core.acquisition.volume import Volume
from psp_core.preprocessing.brain.coarse import Mask, largest_part

LEAST_BACKGROUND = 0.30  # share of the voxels that are exactly 0; a tight box around a brain: 0.45
SMALLEST_CM3, LARGEST_CM3 = 700.0, 2300.0  # a head without its background is larger
LARGEST_EDGE_SHARE = 0.05  # of the brain's voxels, on the faces of the field of view


def stripped_brain(volume: Volume) -> Mask | None:
    """Brain of a skull-stripped image: largest part that is not 0, without holes.

    Parameters
    ----------
    volume : Volume
        Any MR image. Small negative values, as interpolation leaves them, count as brain.

    Returns
    -------
    bool array, shape (D, H, W), or None
        None if the image has no background of exact zeros, or what is left is larger or
        smaller than a brain or runs along the edges of the field: then it has a skull.
    """
    left = np.isfinite(volume.values) & (volume.values != 0)
    if not left.any() or 1 - left.mean() < LEAST_BACKGROUND:
        return None
    brain = np.asarray(binary_fill_holes(largest_part(left)))
    count = int(brain.sum())
    if not SMALLEST_CM3 <= count * volume.grid.voxel_volume_cm3 <= LARGEST_CM3:
        return None
    inner = int(brain[1:-1, 1:-1, 1:-1].sum())
    return brain if count - inner <= LARGEST_EDGE_SHARE * count else None
