"""Distance to an isodose: spheres and planes with known distances."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.ndimage import binary_dilation, generate_binary_structure

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.preprocessing.dosimetry.isodose import Isodose, find_isodose

Array = npt.NDArray[np.float64]
RADIUS_MM = 22.0
GRIDS = [
    ((1.5, 1.5, 1.5), 0),
    ((2.5, 2.5, 2.5), None),
    ((2.5, 2.5, 2.5), 1),
    ((5.0, 2.0, 3.0), None),
    ((4.0, 2, 2), 2),
]


def ball(grid: Grid, centre_mm: Array | None = None) -> Volume:
    """30 Gy at RADIUS_MM around a centre, falling 2 Gy per mm."""
    distance = np.linalg.norm(grid.points() - (0 if centre_mm is None else centre_mm), axis=-1)
    return Volume(np.clip(30 - 2 * (distance - RADIUS_MM), 0, 60), grid)


def probes(n: int = 400, largest_mm: float = 45.0) -> Array:
    rng = np.random.default_rng(0)
    direction = rng.normal(size=(n, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return direction * rng.uniform(1, largest_mm, size=(n, 1))


@pytest.mark.parametrize(("spacing_mm", "seed"), GRIDS)
def test_a_sphere_is_met_to_a_fraction_of_a_voxel(
    spacing_mm: tuple[float, ...], seed: int | None, make_grid: Any
) -> None:
    shape = tuple(int(2 * 32 / side) for side in spacing_mm)
    isodose = find_isodose(ball(make_grid(shape, spacing_mm, seed)), 30.0)
    assert isodose.state == "found"
    points = probes()
    error = isodose.distance_mm(points) - (np.linalg.norm(points, axis=1) - RADIUS_MM)
    assert np.abs(error).max() < 0.5 * max(spacing_mm)
    assert np.abs(error).max() < 0.5 * 2.5
    assert np.abs(error).mean() < 0.1 * max(spacing_mm)


def test_a_centre_off_the_voxels_is_found_too(make_grid: Any) -> None:
    centre = np.array([1.3, -0.7, 0.4])
    isodose = find_isodose(ball(make_grid((30, 30, 30), (2.5, 2.5, 2.5), 4), centre), 30.0)
    assert isodose.distance_mm([centre])[0] == pytest.approx(-RADIUS_MM, abs=0.25)


def test_points_on_the_surface_are_near_it(make_grid: Any) -> None:
    isodose = find_isodose(ball(make_grid((30, 30, 30), (2.5, 2.5, 2.5))), 30.0)
    points = probes()
    points *= RADIUS_MM / np.linalg.norm(points, axis=1, keepdims=True)
    assert np.abs(isodose.distance_mm(points)).max() < 0.3 * 2.5


def test_a_cube_has_a_corner(make_grid: Any) -> None:
    """Outside a corner the nearest point is the corner, not the plane of a face."""
    grid = make_grid((30, 30, 30), (2.0, 2.0, 2.0))
    dose = 60.0 - 2 * np.abs(grid.points()).max(axis=-1)
    isodose = find_isodose(Volume(dose, grid), 30.0)  # half side 15 mm
    found = isodose.distance_mm([[25, 25, 25], [25, 0, 0], [14, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(found, [10 * np.sqrt(3), 10, -1, -15], atol=0.4)


def test_the_sign_follows_the_dose_and_beyond_the_grid_is_outside(make_grid: Any) -> None:
    isodose = find_isodose(ball(make_grid((24, 24, 24), (2.5, 2.5, 2.5))), 30.0)
    found = isodose.distance_mm([[0, 0, 0], [21.0, 0, 0], [23.0, 0, 0], [200.0, 0, 0]])
    assert (np.sign(found) == [-1, -1, 1, 1]).all()
    assert found[-1] == pytest.approx(200 - RADIUS_MM, abs=0.2)


def test_the_distance_moves_with_the_patient(make_grid: Any) -> None:
    volume = ball(make_grid((30, 30, 30), (2.5, 2.5, 2.5)))
    shift = np.array([11.0, -7.0, 3.0])
    moved = volume.grid.affine.copy()
    moved[:3, 3] += shift
    elsewhere = Volume(volume.values, Grid(volume.grid.shape, moved))
    np.testing.assert_allclose(
        find_isodose(elsewhere, 30.0).distance_mm(probes() + shift),
        find_isodose(volume, 30.0).distance_mm(probes()),
        atol=1e-9,
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_farthest_point_is_that_of_a_look_at_all(seed: int, make_grid: Any) -> None:
    isodose = find_isodose(ball(make_grid((30, 30, 30), (2.5, 2.5, 2.5))), 30.0)
    rng = np.random.default_rng(seed)
    points = rng.normal(rng.uniform(-20, 20, 3), rng.uniform(1, 12), size=(800, 3))
    assert isodose.farthest_mm(points) == isodose.distance_mm(points).max()
    assert isodose.farthest_mm(points[:1]) == isodose.distance_mm(points[:1])[0]


def states(isodose: Isodose) -> tuple[str, bool]:
    points = np.zeros((2, 3))
    is_unknown = bool(np.isnan(isodose.distance_mm(points)).all())
    assert np.isnan(isodose.farthest_mm(points)) == is_unknown
    return isodose.state, is_unknown


def test_without_a_surface_there_is_a_category_and_no_number(make_grid: Any) -> None:
    volume = ball(make_grid((24, 24, 24), (2.5, 2.5, 2.5)))
    assert states(find_isodose(volume, 61.0)) == ("not_reached", True)
    assert states(find_isodose(volume, np.nan)) == ("unknown", True)
    assert states(find_isodose(volume, 0.0)) == ("cut_by_grid", True)
    small = ball(make_grid((10, 24, 24), (2.5, 2.5, 2.5)))
    assert states(find_isodose(small, 30.0)) == ("cut_by_grid", True)
    one_slice = ball(make_grid((1, 24, 24), (2.5, 2.5, 2.5)))
    assert states(find_isodose(one_slice, 30.0)) == ("cut_by_grid", True)


def test_unknown_dose_cuts_only_if_it_touches_the_isodose(make_grid: Any) -> None:
    volume = ball(make_grid((30, 30, 30), (2.5, 2.5, 2.5)))
    whole = find_isodose(volume, 30.0)
    far, near = volume.values.copy(), volume.values.copy()
    far[:3] = np.nan
    near[:12] = np.nan
    unknown_far = find_isodose(Volume(far, volume.grid), 30.0)
    np.testing.assert_array_equal(unknown_far.distance_mm(probes()), whole.distance_mm(probes()))
    assert states(find_isodose(Volume(near, volume.grid), 30.0)) == ("cut_by_grid", True)


def test_one_unknown_corner_of_a_cell_on_the_surface_cuts_it(make_grid: Any) -> None:
    volume = ball(make_grid((30, 30, 30), (2.5, 2.5, 2.5)))
    inside = volume.values >= 30.0
    corners = binary_dilation(inside, np.ones((3, 3, 3))) & ~binary_dilation(
        inside, generate_binary_structure(3, 2)
    )
    dose = volume.values.copy()
    dose[tuple(np.argwhere(corners)[0])] = np.nan
    assert states(find_isodose(Volume(dose, volume.grid), 30.0)) == ("cut_by_grid", True)
