"""Every drawing of a scan's lesion that is at hand, on the standard grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.grid import Grid
from psp_core.preprocessing.lesion.contours import contour_labels
from psp_core.preprocessing.lesion.labels import ALL_REGIONS, LesionLabels, Region
from psp_core.preprocessing.lesion.nnunet import Nnunet
from psp_core.preprocessing.lesion.segmenter import Segmenter
from psp_core.preprocessing.lesion.sources import Source

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Drawers:
    """The networks of a study that draw lesions; None for those it does not have."""

    nnunet: Nnunet | None = None
    segmenter: Segmenter | None = None


@dataclass(frozen=True, eq=False)
class Visit:
    """One visit on the standard grid.

    Attributes
    ----------
    values : float array, shape (2, D, H, W)
        T1CE and FLAIR with their own grey values, 0 outside the brain.
    volume : float array, shape (2, D, H, W)
        The same on the study's scale.
    mask : LesionLabels or None
        As it was given.
    contours : mapping of region to Structure
        As they were drawn on the planning CT.
    """

    values: Floats
    volume: Floats
    mask: LesionLabels | None = None
    contours: Mapping[Region, Structure] = field(default_factory=dict)


def draw_lesion(
    visit: Visit, grid: Grid, in_ct: Grid | None, drawers: Drawers
) -> dict[Source, LesionLabels]:
    """Label a visit by every source at hand.

    Parameters
    ----------
    grid, in_ct : Grid
        The standard grid, and the same as it lies in the planning CT (None without one).

    Returns
    -------
    dict of source to LesionLabels
        Labels of shape (D, H, W).
    """
    found: dict[Source, LesionLabels] = {}
    if visit.contours and in_ct is not None:
        found["contours"] = contour_labels(visit.contours, in_ct)
    if visit.mask is not None:
        found["mask"] = visit.mask
    if drawers.nnunet is not None:
        channels = dict(zip(("t1ce", "flair"), visit.values, strict=True))
        found["nnunet"] = drawers.nnunet.predict(channels, grid)
    if drawers.segmenter is not None:
        found["segmenter"] = LesionLabels(drawers.segmenter.predict(visit.volume), ALL_REGIONS)
    return found
