"""The packaged template in LPS mm."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.preprocessing.template import template_brain, template_mask


@pytest.mark.parametrize("resolution_mm", [1, 2])
def test_axes_grow_towards_head_back_and_left(resolution_mm: int) -> None:
    mask = template_mask(resolution_mm)  # type: ignore[arg-type]
    steps = np.array(mask.grid.affine[:3, :3])
    assert steps == pytest.approx(resolution_mm * np.eye(3)[::-1])


def test_volume_and_centre_are_those_of_the_published_template() -> None:
    """The mask of nilearn holds 1,882,989 voxels of 1 mm."""
    mask = template_mask(1)
    assert mask.values.sum() * mask.grid.voxel_volume_cm3 == pytest.approx(1882.989)
    points = mask.grid.points()[mask.values > 0]
    assert abs(points[:, 0].mean()) < 1.0  # symmetric
    assert 10 < points[:, 1].mean() < 30  # the origin is the anterior commissure


def test_the_back_of_the_brain_lies_behind_and_the_brain_stem_below() -> None:
    mask = template_mask(2)
    points = mask.grid.points()[mask.values > 0]
    assert points[:, 1].max() > 100
    assert points[:, 1].min() > -80
    lowest = points[points[:, 2] < -60]
    assert np.abs(lowest[:, 0]).max() < 60
    assert lowest[:, 1].mean() > 20


def test_brain_is_zero_outside_its_mask_and_read_only() -> None:
    brain = template_brain(2)
    assert not brain.values[template_mask(2).values == 0].any()
    assert 0.9 < brain.values.max() <= 1.0
    with pytest.raises(ValueError, match="read-only"):
        brain.values[0, 0, 0] = 1.0
