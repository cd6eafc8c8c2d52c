"""Follow-up lesions that were contoured in the planning structure set.

Burdenko-GBM-Progression holds, for a subset of patients, contours of later visits drawn on
the planning CT: ``FU_<n>_CE`` around the contrast agent and ``FU_<n>_FLAIR`` around the
hyperintensity. Some names are listed without a contour. The first encloses the necrosis
with the rim, so it tells the region ``core``; the second tells ``whole``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.lattice import lattice
from psp_core.acquisition.rasterize import rasterize
from psp_core.acquisition.resample import resample
from psp_core.acquisition.structures import StructureSet
from psp_core.acquisition.volume import Volume
from psp_core.cohorts.roi_names import FOLLOW_UP, is_drawn
from psp_core.errors import AmbiguousSeriesError
from psp_core.preprocessing.lesion.labels import NECROSIS, OEDEMA, LesionLabels, Region


def follow_up_structures(structure_set: StructureSet, visit_number: int) -> dict[Region, Structure]:
    """Find the drawn lesion of one follow-up.

    Parameters
    ----------
    structure_set : StructureSet
        Of the planning CT.
    visit_number : int
        1 for the first visit after radiotherapy.

    Returns
    -------
    dict of region to Structure
        ``core``, ``whole``, both or none; what is listed without a closed contour is none.

    Raises
    ------
    AmbiguousSeriesError
        If two drawn structures are the same region of the same visit.
    """
    found: dict[Region, Structure] = {}
    for name, structure in structure_set.structures.items():
        match = FOLLOW_UP.fullmatch(name)
        if match is None or int(match["visit"]) != visit_number or not is_drawn(structure):
            continue
        region: Region = "whole" if match["kind"].upper() == "FLAIR" else "core"
        if region in found:
            raise AmbiguousSeriesError(
                f"{found[region].name!r} and {name!r} both draw region {region} of follow-up "
                f"{visit_number}, expected one; remove one of them"
            )
        found[region] = structure
    return found


def contour_mask(structure: Structure, grid: Grid) -> npt.NDArray[np.bool_]:
    """Voxels whose centre lies in a structure, on any grid, also a turned one.

    Parameters
    ----------
    structure : Structure
        Closed planar contours.
    grid : Grid
        Where the voxels lie *in the frame of the contours*: ``template_to_ct.carry(grid)``
        for a grid of the template.

    Returns
    -------
    bool array, shape of `grid`
        For pictures and agreement. Dosimetry samples the dose on ``lattice(structure)``.

    Raises
    ------
    NoMaskError, GeometryError
        See `lattice.lattice`.
    """
    fine = lattice(structure)
    filled = rasterize(structure, fine).astype(np.float32)
    # a border of nothing, so that the interpolation ends the structure and not the lattice
    padded = Volume(np.pad(filled, 1), fine.padded(1))
    inside: npt.NDArray[np.bool_] = resample(padded, grid) > 0.5  # NaN: far outside
    return inside


def contour_labels(structures: Mapping[Region, Structure], grid: Grid) -> LesionLabels:
    """Label the voxels of a grid by the contours of one visit; arguments as `contour_mask`.

    Oedema is what the FLAIR contour encloses and the other one does not.
    """
    values = np.zeros(grid.shape, dtype=np.uint8)
    if "whole" in structures:
        values[contour_mask(structures["whole"], grid)] = OEDEMA
    if "core" in structures:
        values[contour_mask(structures["core"], grid)] = NECROSIS
    return LesionLabels(values, frozenset(structures))
