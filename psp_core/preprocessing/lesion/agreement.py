"""How far two drawings of a lesion agree."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.errors import GridMismatchError
from psp_core.preprocessing.lesion.labels import REGIONS, region_mask
from psp_core.preprocessing.lesion.segmenter import Segmenter
from psp_core.preprocessing.lesion.training_cases import SegmentationCase


def dice(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    """Overlap of two masks (D, H, W): twice the common voxels over all; NaN if both are empty.

    Raises
    ------
    GridMismatchError
        If they differ in shape.

    References
    ----------
    Dice, Measures of the amount of ecologic association between species (1945).
    """
    if one.shape != other.shape:
        raise GridMismatchError(
            f"the masks have shapes {one.shape} and {other.shape}; bring both to one grid first"
        )
    total = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / total if total else float("nan")


def held_out_dice(segmenter: Segmenter, cases: Iterable[SegmentationCase]) -> pd.DataFrame:
    """Measure a segmenter on cases that it was not trained on.

    Returns
    -------
    DataFrame
        One row per case: ``case_id`` and the Dice of each region; NaN where the region is
        neither drawn nor predicted.
    """
    rows = []
    for case in cases:
        volume, labels = case.load()
        predicted = segmenter.predict(volume)
        agreement: dict[str, float] = {
            region: dice(region_mask(predicted, region), region_mask(labels, region))
            for region in REGIONS
        }
        rows.append({"case_id": case.case_id, **agreement})
    return pd.DataFrame(rows, columns=["case_id", *REGIONS])
