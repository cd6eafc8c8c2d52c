"""Where searches begin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from psp_core.preprocessing.registration.pyramid import Pyramid, build_pyramid
from psp_core.preprocessing.registration.starts import draw_starts, overlap


@pytest.fixture(scope="module")
def pyramids(heads: list[Any]) -> tuple[Pyramid, Pyramid]:
    head = heads[0]
    return build_pyramid(head.ct, "ct", 3.0, None), build_pyramid(head.t1ce, "t1ce", 3.0, None)


def test_the_same_seed_draws_the_same_starts(pyramids: tuple[Pyramid, Pyramid]) -> None:
    first, again, other = (
        np.stack(draw_starts(*pyramids, 7, given=None, seed=seed)) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_is_known_comes_first_then_the_centres(pyramids: tuple[Pyramid, Pyramid]) -> None:
    given = np.eye(4)
    given[:3, 3] = (1, 2, 3)
    first, heads, *_ = draw_starts(*pyramids, 5, given=given, seed=0)
    np.testing.assert_array_equal(first, given)
    fixed, moving = pyramids
    carried = fixed.points_mm.mean(0) @ heads[:3, :3].T + heads[:3, 3]
    np.testing.assert_allclose(carried, moving.points_mm.mean(0))


def test_drawn_starts_turn_by_up_to_fifteen_degrees(pyramids: tuple[Pyramid, Pyramid]) -> None:
    drawn = draw_starts(*pyramids, 40, given=None, seed=1)[3:]
    degrees = [np.degrees(Rotation.from_matrix(one[:3, :3]).magnitude()) for one in drawn]
    assert min(degrees) > 7
    assert 13 < max(degrees) < 15


def test_overlap_is_the_share_of_the_head_in_the_moving_field(
    pyramids: tuple[Pyramid, Pyramid],
) -> None:
    fixed, moving = pyramids
    (heads,) = draw_starts(fixed, moving, 1, given=None, seed=0)
    assert overlap(heads, fixed, moving) > 0.8
    away = heads.copy()
    away[0, 3] += 500
    assert overlap(away, fixed, moving) == 0
    beside = heads.copy()
    beside[0, 3] += 90
    assert 0.3 < overlap(beside, fixed, moving) < 0.7
