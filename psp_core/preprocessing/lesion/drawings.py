"""Every drawing of a scan's lesion that is at hand, on the standard grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.grid import Grid
from psp_core.preprocessing.cases import IMAGES
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


@dataclass(frozen=True, eq=False)
class Drawing:
    """A source of labels; it draws when it is first asked, for a network takes its time.

    Attributes
    ----------
    known : frozenset of str
        Regions that it tells.
    draw : callable
        Makes the labels (D, H, W).
    """

    known: frozenset[Region]
    draw: Callable[[], LesionLabels]

    @cached_property
    def labels(self) -> LesionLabels:
        """What it drew."""
        return self.draw()


def drawings(
    visit: Visit, grid: Grid, in_ct: Grid | None, drawers: Drawers
) -> dict[Source, Drawing]:
    """Every source at hand of the lesion of a visit.

    Parameters
    ----------
    grid, in_ct : Grid
        The standard grid, and the same as it lies in the planning CT (None without one).
    """
    found: dict[Source, Drawing] = {}
    mask, nnunet, segmenter = visit.mask, drawers.nnunet, drawers.segmenter
    if visit.contours and in_ct is not None:
        known = frozenset(visit.contours)
        found["contours"] = Drawing(known, partial(contour_labels, visit.contours, in_ct))
    if mask is not None:
        found["mask"] = Drawing(mask.known, lambda: mask)
    if nnunet is not None:
        channels = dict(zip(IMAGES, visit.values, strict=True))
        found["nnunet"] = Drawing(nnunet.known, partial(nnunet.predict, channels, grid))
    if segmenter is not None:
        found["segmenter"] = Drawing(
            ALL_REGIONS, lambda: LesionLabels(segmenter.predict(visit.volume), ALL_REGIONS)
        )
    return found
