"""Connected parts, which of them count, and growth between visits."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import EmptyMaskError, GridMismatchError
from psp_core.preprocessing.lesion.components import Growth, growth, select_components

VOXEL_CM3 = 0.008  # 2 mm


def boxes(*corners: tuple[int, int]) -> np.ndarray:
    """Cubes by first voxel on the diagonal and side."""
    mask = np.zeros((24, 24, 24), dtype=bool)
    for start, side in corners:
        mask[(slice(start, start + side),) * 3] = True
    return mask


def test_voxels_that_share_a_corner_are_one_part() -> None:
    found = select_components(boxes((0, 2), (2, 2), (6, 2)), component="all", voxel_cm3=VOXEL_CM3)
    assert (found.n_components, found.n_tiny) == (2, 0)


def test_tiny_parts_are_left_out_and_counted() -> None:
    mask = boxes((0, 4), (8, 1), (12, 2))
    found = select_components(mask, component="all", voxel_cm3=VOXEL_CM3)
    assert (found.n_components, found.n_tiny) == (3, 1)  # 0.008 cm3 goes, 0.064 cm3 stays
    assert np.array_equal(found.mask, boxes((0, 4), (12, 2)))


def test_a_tiny_lesion_is_still_a_lesion() -> None:
    mask = boxes((0, 1), (5, 1))
    mask[0, 0, 1] = True
    found = select_components(mask, component="all", voxel_cm3=VOXEL_CM3)
    assert found.mask.sum() == 2
    assert found.n_tiny == 1


def test_the_largest_part_is_selected_with_what_it_was_before() -> None:
    before = boxes((0, 3), (12, 2), (20, 2))
    now = boxes((0, 4), (12, 6))
    found = select_components(now, component="largest", voxel_cm3=VOXEL_CM3, previous=before)
    assert np.array_equal(found.mask, boxes((12, 6)))
    assert np.array_equal(found.previous, boxes((12, 2)))
    assert found.component == "largest"


def test_the_growing_part_is_the_one_with_the_largest_gain() -> None:
    before, now = boxes((0, 8), (12, 2)), boxes((0, 8), (12, 5))
    found = select_components(now, component="growing", voxel_cm3=VOXEL_CM3, previous=before)
    assert np.array_equal(found.mask, boxes((12, 5)))
    assert growth(found.mask, found.previous, VOXEL_CM3) == Growth(
        pytest.approx((125 - 8) * VOXEL_CM3), pytest.approx((125 - 8) / 8)
    )


def test_a_part_that_meets_none_of_the_visit_before_is_new() -> None:
    before, now = boxes((0, 4)), boxes((0, 4), (12, 3))
    found = select_components(now, component="growing", voxel_cm3=VOXEL_CM3, previous=before)
    assert np.array_equal(found.mask, boxes((12, 3)))
    assert not found.previous.any()
    gained = growth(found.mask, found.previous, VOXEL_CM3)
    assert gained.absolute_cm3 == pytest.approx(27 * VOXEL_CM3)
    assert np.isnan(gained.relative)


def test_a_lesion_that_falls_apart_did_not_grow() -> None:
    before, now = boxes((0, 8), (16, 3)), boxes((0, 3), (4, 4), (16, 4))
    found = select_components(now, component="growing", voxel_cm3=VOXEL_CM3, previous=before)
    assert np.array_equal(found.mask, boxes((16, 4)))


def test_when_all_shrink_the_least_shrinking_is_selected() -> None:
    before, now = boxes((0, 8), (12, 5)), boxes((0, 4), (12, 4))
    found = select_components(now, component="growing", voxel_cm3=VOXEL_CM3, previous=before)
    assert np.array_equal(found.mask, boxes((12, 4)))
    assert growth(found.mask, found.previous, VOXEL_CM3).absolute_cm3 < 0


def test_without_a_visit_before_every_part_counts_and_growth_is_unknown() -> None:
    mask = boxes((0, 4), (12, 3))
    found = select_components(mask, component="growing", voxel_cm3=VOXEL_CM3)
    assert found.component == "all"
    assert np.array_equal(found.mask, mask)
    gained = growth(found.mask, found.previous, VOXEL_CM3)
    assert np.isnan([gained.absolute_cm3, gained.relative]).all()


@pytest.mark.parametrize("component", ["all", "largest", "growing"])
def test_an_empty_visit_before_makes_everything_growth(component: str) -> None:
    mask = boxes((0, 4))
    found = select_components(
        mask, component=component, voxel_cm3=VOXEL_CM3, previous=np.zeros_like(mask)
    )
    assert np.array_equal(found.mask, mask)
    assert growth(found.mask, found.previous, VOXEL_CM3).absolute_cm3 == pytest.approx(0.512)


def test_no_lesion_and_another_grid_raise() -> None:
    with pytest.raises(EmptyMaskError, match="no component to select"):
        select_components(boxes(), component="all", voxel_cm3=VOXEL_CM3)
    with pytest.raises(GridMismatchError, match="bring both to one grid first"):
        select_components(
            boxes((0, 2)), component="all", voxel_cm3=VOXEL_CM3, previous=np.zeros((2, 2, 2), bool)
        )
