"""One definition of the lesion at two visits."""

from __future__ import annotations

import numpy as np

from psp_core.preprocessing.lesion.definition import define_lesion
from psp_core.preprocessing.lesion.labels import LesionLabels, Region


def labels(*regions: Region, at: int = 2) -> LesionLabels:
    values = np.zeros((6, 6, 6), np.uint8)
    values[at, 2:4, 2:4] = 1
    return LesionLabels(values, frozenset(regions))


def test_the_core_stands_in_at_both_visits() -> None:
    selection, region = define_lesion(
        labels("core"), labels("core"), region="enhancing", component="growing", voxel_cm3=1.0
    )
    assert (region, selection.component) == ("core", "growing")
    assert selection.previous is not None
    assert selection.previous.sum() == 4


def test_a_region_that_nobody_told_before_is_not_a_lesion_that_was_not_there() -> None:
    selection, _ = define_lesion(
        labels("core"), labels("whole"), region="core", component="growing", voxel_cm3=1.0
    )
    assert selection.previous is None
    assert selection.component == "all"
