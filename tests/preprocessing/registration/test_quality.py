"""Figures that say whether a registration is believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.errors import EmptyMaskError, GridMismatchError
from psp_core.preprocessing.registration.quality import Quality, surface_distance
from psp_core.preprocessing.transform import Rigid

GOOD = Quality(
    similarity_before=0.1, similarity_after=0.9, start_kept=False, inverse_mm=0.2,
    spread_mm=0.3, surface_mm=1.0, overlap=1.0,
)  # fmt: skip
SAME = Rigid.identity("ct", "t1ce")


def grid(side_mm: float, cells: int) -> Grid:
    affine = np.diag([side_mm, side_mm, side_mm, 1.0])
    affine[:3, 3] = -side_mm * (cells - 1) / 2
    return Grid((cells, cells, cells), affine)


def ball(on: Grid, radius_mm: float) -> np.ndarray:
    inside: np.ndarray = np.linalg.norm(on.points(), axis=-1) < radius_mm
    return inside


def test_a_good_map_has_no_fault() -> None:
    assert GOOD.faults() == ()
    unmeasured = replace(GOOD, surface_mm=float("nan"), spread_mm=float("nan"))
    assert unmeasured.faults() == ()
    assert unmeasured.record()["surface_mm"] is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"inverse_mm": 0.8}, "the way back miss by 0.80 mm, expected at most 0.5 mm"),
        ({"spread_mm": 2.5}, "starts end apart by 2.50 mm, expected at most 2 mm"),
        ({"spread_mm": float("inf")}, "starts end apart by inf mm"),
        ({"surface_mm": 7.0}, "brain surfaces lie apart by 7.00 mm, expected at most 4 mm"),
        ({"overlap": 0.3}, "30% of the head lie in the moving image, expected at least 50%"),
    ],
)
def test_each_figure_beyond_its_limit_is_named(change: dict[str, float], sentence: str) -> None:
    (fault,) = replace(GOOD, **change).faults()  # type: ignore[arg-type]
    assert sentence in fault


def test_balls_of_two_radii_lie_apart_by_the_difference() -> None:
    fine, coarse = grid(2.0, 50), grid(2.5, 40)
    first, second = ball(fine, 30.0), ball(coarse, 36.0)
    apart = surface_distance(first, fine, second, coarse, SAME)
    assert apart == pytest.approx(6.0, abs=1.0)
    back = surface_distance(second, coarse, first, fine, SAME.inverse())
    assert back == pytest.approx(apart)


def test_the_distance_follows_the_map() -> None:
    fine = grid(2.0, 50)
    mask = ball(fine, 30.0)
    move = Rigid.shift("ct", "t1ce", (12.0, 0.0, -8.0))
    moved = Grid(fine.shape, move.matrix @ fine.affine)
    assert surface_distance(mask, fine, mask, moved, move) == pytest.approx(0, abs=1e-6)
    assert surface_distance(mask, fine, mask, moved, SAME) > 4


def test_the_end_of_a_field_is_no_surface() -> None:
    """The lower half of a ball in a shorter field of view: what is seen fits."""
    whole = grid(2.0, 50)
    mask = ball(whole, 30.0)
    half = Grid((25, 50, 50), whole.affine)
    assert surface_distance(mask, whole, mask[:25], half, SAME) == pytest.approx(0, abs=1e-6)


def test_fields_that_do_not_meet_have_no_distance() -> None:
    on = grid(2.0, 30)
    mask = ball(on, 20.0)
    away = Rigid.shift("ct", "t1ce", (500.0, 0.0, 0.0))
    assert np.isnan(surface_distance(mask, on, mask, on, away))


def test_masks_without_a_surface_or_on_another_grid_raise() -> None:
    on = grid(2.0, 10)
    with pytest.raises(EmptyMaskError, match="no surface"):
        surface_distance(np.zeros(on.shape, dtype=bool), on, ball(on, 5.0), on, SAME)
    with pytest.raises(GridMismatchError, match="on a grid of"):
        surface_distance(np.ones((3, 3, 3), dtype=bool), on, ball(on, 5.0), on, SAME)
