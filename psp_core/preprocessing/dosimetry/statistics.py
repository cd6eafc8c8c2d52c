"""Dose statistics of a lesion or an organ.

Weights say which part of each voxel belongs to the structure: a boolean mask, or
occupancies between 0 and 1 from ``rasterize(..., supersample=k)`` or from a mask
sampled on a finer grid. On voxels as large as the penumbra a plain mask moves D98 by
more than a classifier can tell, so pass occupancies on a refined grid.

Dose-volume quantities follow one definition: D_x is the largest dose that at least
x % of the volume receives. It is the dose of a voxel that occurs, never an
interpolated one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psp_core.errors import EmptyMaskError, GeometryError, GridMismatchError

SMALLEST_STABLE_CM3 = 0.1
SHARE_TOLERANCE = 1e-9  # of the volume: rounding of summed weights


@dataclass(frozen=True)
class DoseStatistics:
    """Dose to one structure.

    Doses in Gy over the part of the structure that the dose grid covers; NaN if it
    covers none of it.

    Attributes
    ----------
    volume_cm3 : float
        Volume of the whole structure, covered or not.
    fraction_outside : float
        Part of that volume where the dose is unknown (NaN), 0 to 1.
    """

    mean_gy: float
    min_gy: float
    median_gy: float
    d98_gy: float
    d2_gy: float
    volume_cm3: float
    fraction_outside: float = 0.0

    @property
    def is_unstable(self) -> bool:
        """Whether the covered part is below 0.1 cm³: D98 and D2 rest on few voxels."""
        return self.volume_cm3 * (1.0 - self.fraction_outside) < SMALLEST_STABLE_CM3


def dose_statistics(
    dose_gy: npt.NDArray[np.floating],
    weights: npt.NDArray[np.bool_] | npt.NDArray[np.floating],
    *,
    voxel_volume_cm3: float,
) -> DoseStatistics:
    """Mean, minimum, median, D98% and D2% of a structure.

    Parameters
    ----------
    dose_gy : float array, shape (D, H, W)
        Dose in Gy on the grid of `weights`; NaN where no dose was computed.
    weights : bool or float array, shape (D, H, W)
        Mask, or part of each voxel that belongs to the structure, 0 to 1.
    voxel_volume_cm3 : float
        Volume of one voxel.

    Returns
    -------
    DoseStatistics
        Voxels without dose are left out of the doses and counted in
        `fraction_outside`: a structure outside the dose grid is not one at 0 Gy.

    Raises
    ------
    GridMismatchError
        If the arrays differ in shape.
    EmptyMaskError
        If no voxel has weight.
    GeometryError
        If weights are not within 0 to 1 or the voxel volume is not positive.

    References
    ----------
    ICRU Report 83 (2010), near-minimum and near-maximum absorbed dose.
    """
    if not voxel_volume_cm3 > 0:
        raise GeometryError(f"voxel_volume_cm3 is {voxel_volume_cm3}, expected a positive volume")
    doses, shares, total = covered(dose_gy, weights)
    volume = total * voxel_volume_cm3
    if not doses.size:
        unknown = float("nan")
        return DoseStatistics(unknown, unknown, unknown, unknown, unknown, volume, 1.0)
    near_minimum, median, near_maximum = _received_by(doses, shares, (0.98, 0.50, 0.02))
    return DoseStatistics(
        mean_gy=float(np.average(doses, weights=shares)),
        min_gy=float(doses.min()),
        median_gy=median,
        d98_gy=near_minimum,
        d2_gy=near_maximum,
        volume_cm3=volume,
        fraction_outside=max(0.0, 1.0 - float(shares.sum()) / total),
    )


def dose_received_by(
    dose_gy: npt.NDArray[np.floating],
    weights: npt.NDArray[np.bool_] | npt.NDArray[np.floating],
    share: float,
) -> float:
    """Largest dose in Gy that at least `share` (0 to 1) of the covered volume receives.

    NaN if the dose grid covers none of it. Errors as in `dose_statistics`.
    """
    if not 0 < share <= 1:
        raise GeometryError(f"share is {share}, expected more than 0 and at most 1")
    doses, shares, _ = covered(dose_gy, weights)
    return _received_by(doses, shares, (share,))[0] if doses.size else float("nan")


def volume_receiving(
    dose_gy: npt.NDArray[np.floating],
    weights: npt.NDArray[np.bool_] | npt.NDArray[np.floating],
    threshold_gy: float,
) -> float:
    """Fraction (0 to 1) of the covered volume that receives at least a dose, such as V20.

    NaN if the dose grid covers none of it. Errors as in `dose_statistics`.
    """
    doses, shares, _ = covered(dose_gy, weights)
    if not doses.size:
        return float("nan")
    return float(shares[doses >= threshold_gy].sum() / shares.sum())


def covered(
    dose_gy: npt.NDArray[np.floating],
    weights: npt.NDArray[np.bool_] | npt.NDArray[np.floating],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """Doses and weights where both are known, and the sum of all weights."""
    if dose_gy.shape != weights.shape:
        raise GridMismatchError(
            f"dose_gy has shape {dose_gy.shape}, weights have {weights.shape}; "
            "resample the dose to the grid of the weights first"
        )
    inside = weights != 0
    shares = weights[inside].astype(np.float64)
    if not shares.size:
        raise EmptyMaskError("no voxel has weight: dose statistics are undefined")
    if not (shares.min() >= 0 and shares.max() <= 1):
        raise GeometryError(
            f"weights lie between {shares.min():g} and {shares.max():g}, expected 0 to 1"
        )
    doses = dose_gy[inside].astype(np.float64)
    known = ~np.isnan(doses)
    return doses[known], shares[known], float(shares.sum())


def _received_by(
    doses: npt.NDArray[np.float64], shares: npt.NDArray[np.float64], wanted: Sequence[float]
) -> list[float]:
    """Largest dose that at least each of the shares of the volume receives."""
    order = np.argsort(-doses)
    received = np.cumsum(shares[order])
    needed = (np.asarray(wanted) - SHARE_TOLERANCE) * received[-1]
    found: list[float] = doses[order][np.searchsorted(received, needed)].tolist()
    return found
