"""Figures of a lesion that its label map tells: what a probe asks the tokens for.

They need no truth table and no diagnosis, so unlabelled scans with masks serve as well as
phantoms do.
"""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from psp_core.preprocessing.lesion.labels import Region, region_mask

FIGURES = ("size", "solidity", "oedema")
SMALLEST_OEDEMA_MM = 0.25  # below a voxel the width is noise; its logarithm must stay finite


def lesion_figures(
    labels: npt.NDArray[np.uint8], known: Collection[Region], voxel_mm: float
) -> dict[str, float]:
    """Size, solidity and oedema of one lesion.

    Parameters
    ----------
    labels : uint8 array, shape (D, H, W)
        Of BraTS 2021: 1 necrotic core, 2 oedema, 4 enhancing.
    known : collection of str
        Regions that the mask tells (`labels.LesionLabels`).
    voxel_mm : float
        Side of a cubic voxel.

    Returns
    -------
    dict
        ``size``: log of the volume in mm³ of core and rim. ``solidity``: minus the radius of
        the necrosis over that of the lesion, as balls of the same volume. ``oedema``: log of
        the mean width in mm of the oedema. NaN where the mask does not tell it or there is
        no lesion.
    """
    volume_mm3 = {
        region: float(np.count_nonzero(region_mask(labels, region))) * voxel_mm**3
        if region in known
        else math.nan
        for region in ("enhancing", "core", "whole")
    }
    core = volume_mm3["core"]
    if not core > 0:
        return dict.fromkeys(FIGURES, math.nan)
    width_mm = _radius(volume_mm3["whole"]) - _radius(core)  # NaN stays NaN: max keeps the first
    return {
        "size": math.log(core),
        "solidity": -(((core - volume_mm3["enhancing"]) / core) ** (1 / 3)),
        "oedema": math.log(max(width_mm, SMALLEST_OEDEMA_MM)),
    }


def _radius(volume_mm3: float) -> float:
    """Radius of the ball of that volume."""
    return float((3 * volume_mm3 / (4 * math.pi)) ** (1 / 3))
