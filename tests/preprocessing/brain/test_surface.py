"""The template's surface moves to where a region ends, and only there."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.acquisition.volume import Volume
from psp_core.preprocessing.brain.surface import move_surface, template_distance
from psp_core.preprocessing.template import template_mask


def test_distance_is_zero_at_the_surface_and_grows_inwards() -> None:
    distance = template_distance()
    inside = distance.values > 0
    assert inside.sum() * distance.grid.voxel_volume_cm3 == pytest.approx(
        template_mask(2).values.sum() * 0.008
    )
    assert np.abs(distance.values).min() == pytest.approx(1.0)
    assert 40 < distance.values.max() < 70


@pytest.mark.parametrize("moved_mm", [-4.0, 0.0, 5.0])
def test_a_region_of_another_size_is_found(moved_mm: float) -> None:
    distance = template_distance()
    region = (distance.values > -moved_mm).astype(np.float32)
    found = move_surface(Volume(region, distance.grid), np.eye(4)).values > 0
    overlap = 2 * (found & (region > 0)).sum() / (found.sum() + region.sum())
    assert overlap > 0.975


def test_where_nothing_ends_the_surface_stays_near_the_template() -> None:
    distance = template_distance()
    everywhere = Volume(np.ones_like(distance.values), distance.grid)
    found = move_surface(everywhere, np.eye(4)).values > 0
    inside = distance.values > 0
    assert 2 * (found & inside).sum() / (found.sum() + inside.sum()) > 0.98
