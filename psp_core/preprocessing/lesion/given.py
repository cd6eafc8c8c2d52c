"""A lesion mask that was given with a scan, and labels on the standard grid."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.cohorts.collections import label_map_of
from psp_core.errors import GridMismatchError
from psp_core.preprocessing.cases import Case, read_image
from psp_core.preprocessing.lesion.labels import REGIONS, LabelMap, LesionLabels, canonical_labels
from psp_core.preprocessing.standard import Placed, on_grid
from psp_core.preprocessing.transform import Rigid


def read_given(case: Case, grid: Grid) -> LesionLabels | None:
    """Read the mask of a case; None if there is none.

    Parameters
    ----------
    grid : Grid
        Of the T1CE that it belongs to.

    Raises
    ------
    GridMismatchError
        If the mask lies on another grid.
    UnknownLabelError
        If it holds a value that its label map does not know.
    UnreadableFileError, MissingInputError
        If it cannot be read.
    """
    if "lesion_mask" not in case.files:
        return None
    mask = read_image(case.files["lesion_mask"])
    if not mask.grid.same_grid(grid, tolerance_mm=0.01):
        raise GridMismatchError(
            f"the lesion mask has shape {mask.grid.shape}, T1CE {grid.shape}, or they lie in "
            "different places; resample the mask to T1CE"
        )
    return canonical_labels(mask.values, cast(LabelMap, label_map_of(case.dataset)))


def labels_on_grid(
    labels: npt.NDArray[np.uint8], labels_grid: Grid, from_template: Rigid, grid: Grid
) -> npt.NDArray[np.uint8]:
    """Labels on a grid of the template's frame.

    A voxel that lesion fills by half or more gets the label that fills most of it.

    Parameters
    ----------
    labels : uint8 array, shape (D, H, W)
        Canonical labels on `labels_grid`.
    from_template : Rigid
        To the frame of the labels.
    grid : Grid
        Where to.

    Returns
    -------
    uint8 array, shape of `grid`
    """
    kinds = np.array(REGIONS["whole"], dtype=np.uint8)
    shares = np.stack(
        [
            on_grid(
                Placed(Volume((labels == kind).astype(np.float32), labels_grid), from_template),
                grid,
            )
            for kind in kinds
        ]
    )
    shares = np.nan_to_num(shares)
    carried: npt.NDArray[np.uint8] = np.where(
        shares.sum(axis=0) >= 0.5, kinds[shares.argmax(axis=0)], 0
    ).astype(np.uint8)
    return carried
