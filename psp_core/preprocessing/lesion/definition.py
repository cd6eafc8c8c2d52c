"""The lesion under one definition: a region of it, and which of its parts."""

from __future__ import annotations

from psp_core.preprocessing.lesion.components import Component, Selection, select_components
from psp_core.preprocessing.lesion.labels import LesionLabels, Region, lesion_mask, region_mask


def define_lesion(
    labels: LesionLabels,
    previous: LesionLabels | None,
    *,
    region: Region,
    component: Component,
    voxel_cm3: float,
) -> tuple[Selection, Region]:
    """Select the voxels that count.

    Parameters
    ----------
    labels, previous : LesionLabels
        At this visit and at the one before, drawn by the same source on one grid; None
        without a visit before.
    region, component
        The definition, see `labels.lesion_mask` and `components.select_components`.
    voxel_cm3 : float
        Volume of a voxel.

    Returns
    -------
    The selection, and the region that its voxels are.

    Raises
    ------
    NoMaskError, EmptyMaskError, GridMismatchError
        See there.
    """
    mask, used = lesion_mask(labels, region)
    before = None
    if previous is not None and used in previous.known:  # not told is not the same as none
        before = region_mask(previous.values, used)
    selection = select_components(mask, component=component, voxel_cm3=voxel_cm3, previous=before)
    return selection, used
