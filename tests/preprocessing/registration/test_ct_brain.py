"""The inside of the skull on phantom CTs, and on what is no head."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import BrainExtractionError
from psp_core.preprocessing.registration.ct_brain import ct_brain_mask


def dice(one: np.ndarray, two: np.ndarray) -> float:
    return float(2 * (one & two).sum() / (one.sum() + two.sum()))


def test_the_brain_of_a_phantom_ct_is_found(heads: list[Any]) -> None:
    for head in heads:
        assert dice(ct_brain_mask(head.ct), head.ct_brain) > 0.97


def test_coarser_voxels_show_the_same_brain(head: Any) -> None:
    grid = head.ct.grid
    affine = grid.affine.copy()
    affine[:3, 1:3] *= 2
    coarse = Volume(head.ct.values[:, ::2, ::2], Grid(head.ct.values[:, ::2, ::2].shape, affine))
    assert dice(ct_brain_mask(coarse), head.ct_brain[:, ::2, ::2]) > 0.93


def test_a_burr_hole_does_not_open_the_skull(head: Any) -> None:
    """A channel of 12 mm through scalp and bone on the left, at mid height."""
    values = head.ct.values.copy()
    d, h, _ = (n // 2 for n in values.shape)
    values[d - 2 : d + 2, h - 2 : h + 2, -20:] = 30.0
    assert dice(ct_brain_mask(Volume(values, head.ct.grid)), head.ct_brain) > 0.97


def test_what_was_not_measured_is_air(head: Any) -> None:
    values = head.ct.values.copy()
    values[:, :4] = np.nan
    assert dice(ct_brain_mask(Volume(values, head.ct.grid)), head.ct_brain) > 0.97


def test_an_mr_image_is_no_ct(head: Any) -> None:
    with pytest.raises(BrainExtractionError, match="is it a CT of the head in HU"):
        ct_brain_mask(head.t1ce)
