"""Rigid maps: composition, inverse, grids carried along."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.resample import resample
from psp_core.acquisition.volume import Volume
from psp_core.errors import FrameOfReferenceError, GeometryError
from psp_core.preprocessing.transform import Rigid, find_map, nearest_rigid


def turned(source: str, target: str, seed: int) -> Rigid:
    rng = np.random.default_rng(seed)
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(rng.normal(0, 0.3, 3)).as_matrix()
    matrix[:3, 3] = rng.normal(0, 20, 3)
    return Rigid(source, target, matrix)


POINTS = np.random.default_rng(0).uniform(-80, 80, (20, 3))


def test_there_and_back_is_nowhere() -> None:
    there = turned("flair", "ct", 1)
    assert there.inverse().apply(there.apply(POINTS)) == pytest.approx(POINTS, abs=1e-9)
    assert there.then(there.inverse()).matrix == pytest.approx(np.eye(4), abs=1e-9)


def test_a_chain_maps_like_its_links_one_after_the_other() -> None:
    first, second = turned("flair", "t1ce", 1), turned("t1ce", "ct", 2)
    expected = second.apply(first.apply(POINTS))
    assert first.then(second).apply(POINTS) == pytest.approx(expected, abs=1e-9)


def test_a_chain_is_found_through_inverses() -> None:
    flair, ct, template = (
        turned("t1ce", "flair", 1),
        turned("t1ce", "ct", 2),
        turned("t1ce", "t", 3),
    )
    found = find_map([flair, ct, template], "flair", "t")
    expected = template.apply(flair.inverse().apply(POINTS))
    assert (found.source, found.target) == ("flair", "t")
    assert found.apply(POINTS) == pytest.approx(expected, abs=1e-9)


def test_links_that_do_not_meet_raise() -> None:
    with pytest.raises(FrameOfReferenceError, match="cannot be followed"):
        turned("a", "b", 1).then(turned("c", "d", 2))
    with pytest.raises(FrameOfReferenceError, match="no chain of maps leads from a to d"):
        find_map([turned("a", "b", 1), turned("c", "d", 2)], "a", "d")


@pytest.mark.parametrize(
    "matrix",
    [np.diag([1.1, 1, 1, 1]), np.diag([-1.0, 1, 1, 1]), np.full((4, 4), np.nan), np.eye(3)],
)
def test_what_is_not_rigid_raises(matrix: np.ndarray) -> None:
    with pytest.raises(GeometryError, match="expected a rotation and a shift"):
        Rigid("a", "b", matrix)


def test_a_carried_grid_sees_the_moving_image_where_the_map_says() -> None:
    grid = Grid((6, 7, 8), np.diag([2.0, 2.0, 2.0, 1.0]))
    values = np.random.default_rng(0).normal(size=grid.shape)
    there = Rigid.shift("fixed", "moving", (2.0, 0.0, 0.0))
    seen = resample(Volume(values, grid), there.carry(grid))
    assert seen[:-1] == pytest.approx(values[1:])  # d is x here
    assert np.isnan(seen[-1]).all()


def test_a_record_is_read_back_exactly() -> None:
    there = turned("flair", "ct", 5)
    back = Rigid.from_record(there.record())
    assert np.array_equal(back.matrix, there.matrix)
    assert (back.source, back.target) == ("flair", "ct")


def test_the_nearest_rigid_map_of_a_stretched_turn_is_the_turn() -> None:
    turn = turned("image", "template", 4)
    stretched = turn.matrix @ np.diag([1.1, 0.9, 1.05, 1.0])
    about = np.array([10.0, -20.0, 5.0])
    found = nearest_rigid("image", "template", stretched, about)
    assert found.matrix[:3, :3] == pytest.approx(turn.matrix[:3, :3], abs=1e-9)
    assert found.apply(about) == pytest.approx((stretched @ [*about, 1.0])[:3])
