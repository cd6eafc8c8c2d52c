"""Plain percentiles of grey values: what a probe of tokens must beat to have learned anything."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt, find_objects

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
SHELLS_MM = ((0.0, 5.0), (5.0, 12.0))  # distances from the lesion: its border, and its oedema


def brain_percentiles(
    volume: npt.NDArray[np.floating], brain: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Percentiles of each channel in the brain.

    Parameters
    ----------
    volume : float array, shape (C, D, H, W)
    brain : bool array, shape (D, H, W)

    Returns
    -------
    float array, shape (C * 9,)
        Zeros where the mask is empty.
    """
    return _percentiles(volume, brain)


def lesion_percentiles(
    volume: npt.NDArray[np.floating],
    brain: npt.NDArray[np.bool_],
    lesion: npt.NDArray[np.bool_],
    voxel_mm: float,
) -> npt.NDArray[np.float64]:
    """Percentiles of each channel in the lesion and in two shells around it.

    Parameters
    ----------
    volume : float array, shape (C, D, H, W)
    brain, lesion : bool array, shape (D, H, W)
        Shells are cut at the brain. Without a lesion the brain's percentiles stand everywhere.
    voxel_mm : float
        Side of a cubic voxel.

    Returns
    -------
    float array, shape (3 * C * 9,)
    """
    if not lesion.any():
        return np.tile(_percentiles(volume, brain), 1 + len(SHELLS_MM))
    margin = int(np.ceil(SHELLS_MM[-1][1] / voxel_mm)) + 1
    box = tuple(
        slice(max(side.start - margin, 0), side.stop + margin)
        for side in find_objects(lesion.astype(np.uint8))[0]
    )
    near, inside, in_brain = volume[(slice(None), *box)], lesion[box], brain[box]
    distance_mm = distance_transform_edt(~inside) * voxel_mm
    shells = [(distance_mm > low) & (distance_mm <= high) & in_brain for low, high in SHELLS_MM]
    return np.concatenate([_percentiles(near, mask) for mask in (inside, *shells)])


def _percentiles(
    volume: npt.NDArray[np.floating], mask: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    if not mask.any():
        return np.zeros(len(volume) * len(PERCENTILES))
    values = volume[:, mask].astype(np.float64)  # (C, voxels)
    found: npt.NDArray[np.float64] = np.percentile(values, PERCENTILES, axis=1).T.reshape(-1)
    return found
