"""Cumulative dose-volume histograms of weighted voxels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from psp_core.preprocessing.dosimetry.statistics import covered


def cumulative_dvh(
    dose: npt.NDArray[np.floating],
    weights: npt.NDArray[np.bool_] | npt.NDArray[np.floating],
    levels: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Share of a structure's volume that receives at least each dose level.

    Parameters
    ----------
    dose : float array
        Dose of each voxel in the unit of `levels`, not negative; NaN where unknown.
    weights : bool or float array, shape of `dose`
        Part of each voxel that belongs to the structure, 0 to 1.
    levels : float array, shape (K,)
        Dose levels.

    Returns
    -------
    float array, shape (K,)
        Shares (0 to 1) of the volume whose dose is known, falling, 1 at dose 0;
        ``volume_receiving`` at every level. NaN if no dose is known.

    Raises
    ------
    GridMismatchError, EmptyMaskError, GeometryError
        As in ``dose_statistics``.
    """
    doses, shares, _ = covered(dose, weights)
    if not doses.size:
        return np.full(levels.shape, np.nan)
    order = np.argsort(doses)
    below = np.concatenate([[0.0], np.cumsum(shares[order])])
    reached = below[np.searchsorted(doses[order], levels, side="left")]
    received: npt.NDArray[np.float64] = 1.0 - reached / below[-1]
    return received
