"""Which parts of a lesion count, and how it grew since the visit before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from psp_core.errors import EmptyMaskError, GridMismatchError

Component = Literal["all", "largest", "growing"]
Mask = npt.NDArray[np.bool_]

NEIGHBOURS = np.ones((3, 3, 3), dtype=bool)  # 26: faces, edges and corners
SMALLEST_CM3 = 0.03  # below a 4 mm ball lies noise of a segmentation; ours


@dataclass(frozen=True, eq=False)
class Selection:
    """The part of a lesion that counts.

    Attributes
    ----------
    mask : bool array, shape (D, H, W)
        What counts.
    previous : bool array, shape (D, H, W), or None
        What it was at the visit before; None without such a visit.
    component : {"all", "largest", "growing"}
        What was selected: ``all`` where growth was asked for and there is no visit before.
    n_components, n_tiny : int
        Connected parts in all, and those left out as too small.
    """

    mask: Mask
    previous: Mask | None
    component: Component
    n_components: int
    n_tiny: int


@dataclass(frozen=True)
class Growth:
    """Change of volume since the visit before; NaN where it is undefined."""

    absolute_cm3: float
    relative: float


def select_components(
    mask: Mask,
    *,
    component: Component,
    voxel_cm3: float,
    previous: Mask | None = None,
    smallest_cm3: float = SMALLEST_CM3,
) -> Selection:
    """Select connected parts of a lesion.

    Parts of the two visits that overlap or touch are one lesion; a part that meets none of
    the visit before is new, and all of it is growth.

    Parameters
    ----------
    mask : bool array, shape (D, H, W)
        The region of the lesion that is meant.
    component : {"all", "largest", "growing"}
        Every part; the largest part; or the parts of the lesion whose volume grew most.
    voxel_cm3 : float
        Volume of a voxel.
    previous : bool array, shape (D, H, W), optional
        The same region at the visit before, on the same grid.
    smallest_cm3 : float, default 0.03
        Smaller parts are left out, in both visits, unless nothing would be left.

    Raises
    ------
    EmptyMaskError
        If the mask has no voxel.
    GridMismatchError
        If the two masks differ in shape.
    """
    if not mask.any():
        raise EmptyMaskError("the lesion has no voxel: there is no component to select")
    if previous is not None and previous.shape != mask.shape:
        raise GridMismatchError(
            f"the lesion has shape {mask.shape}, that of the visit before {previous.shape}; "
            "bring both to one grid first"
        )
    parts, sizes = _parts(mask)
    kept = _large(sizes, smallest_cm3 / voxel_cm3)
    n_tiny = len(sizes) - int(kept[1:].sum()) - 1
    mask = kept[parts]
    used: Component = "all" if component == "growing" and previous is None else component
    if previous is not None:
        earlier, earlier_sizes = _parts(previous)
        previous = _large(earlier_sizes, smallest_cm3 / voxel_cm3)[earlier]
    if used == "largest":
        mask = parts == sizes.argmax()
    if used != "all" and previous is not None:
        lesions, sizes_both = _parts(mask | previous)
        grown = np.bincount(lesions[mask], minlength=len(sizes_both)) - np.bincount(
            lesions[previous], minlength=len(sizes_both)
        )
        now = np.unique(lesions[mask])
        chosen = now[grown[now].argmax()] if used == "growing" else now[0]
        mask, previous = mask & (lesions == chosen), previous & (lesions == chosen)
    return Selection(mask, previous, used, len(sizes) - 1, n_tiny)


def growth(current: Mask, previous: Mask | None, voxel_cm3: float) -> Growth:
    """Measure the change of volume between two visits.

    Parameters
    ----------
    current, previous : bool array, shape (D, H, W)
        The lesion at both visits; None if there was no visit before.
    voxel_cm3 : float
        Volume of a voxel.

    Returns
    -------
    Growth
        Relative to the volume before. Both NaN without a visit before; the relative one
        also where there was no lesion before.
    """
    if previous is None:
        return Growth(math.nan, math.nan)
    now, before = int(current.sum()), int(previous.sum())
    relative = (now - before) / before if before else math.nan
    return Growth((now - before) * voxel_cm3, relative)


def _parts(mask: Mask) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Number of the connected part of each voxel (0: none), and voxels by number (0: none)."""
    parts = np.empty(mask.shape, dtype=np.int32)
    ndimage.label(mask, NEIGHBOURS, output=parts)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return parts, sizes


def _large(sizes: npt.NDArray[np.int64], smallest: float) -> Mask:
    """Whether each part is large enough, the largest in any case; part 0 never is."""
    kept = sizes >= min(smallest, float(sizes.max()))
    kept[0] = False
    return kept
