"""Planes are turned as radiologists look at them."""

from __future__ import annotations

import numpy as np

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.phantom.head import centred_grid
from psp_core.preprocessing.pictures import take_outlines, take_planes
from psp_core.preprocessing.transform import Rigid

GRID = Grid(*centred_grid((20.0, 20.0, 20.0), (2.0, 2.0, 2.0)))
HERE = Rigid.identity("template", "template")


def marked(point_mm: tuple[float, float, float]) -> Volume:
    """Bright near one point (LPS mm)."""
    near = np.linalg.norm(GRID.points() - point_mm, axis=-1) < 3
    return Volume(near.astype(np.float32), GRID)


def quadrant(plane: np.ndarray) -> tuple[str, str]:
    row, column = (axis.mean() for axis in np.nonzero(plane > 0.5))
    middle = (len(plane) - 1) / 2
    return ("up" if row < middle else "down", "left" if column < middle else "right")


def test_front_is_up_and_the_right_is_left_in_the_axial_plane() -> None:
    axial = take_planes(marked((-5.0, -5.0, 0.0)), GRID, HERE)[0]
    assert quadrant(axial) == ("up", "left")


def test_the_head_is_up_in_the_coronal_and_the_sagittal_plane() -> None:
    coronal = take_planes(marked((-5.0, 0.0, 5.0)), GRID, HERE)[1]
    sagittal = take_planes(marked((0.0, -5.0, 5.0)), GRID, HERE)[2]
    assert quadrant(coronal) == ("up", "left")
    assert quadrant(sagittal) == ("up", "left")


def test_what_the_map_moves_out_of_the_field_of_view_is_unknown() -> None:
    away = Rigid.shift("template", "other", (0.0, 0.0, 100.0))
    assert np.isnan(take_planes(marked((0, 0, 0)), GRID, away)).all()
    everywhere = Volume(np.ones(GRID.shape, np.float32), GRID)
    assert not take_outlines(everywhere, GRID, away).any()
    assert take_outlines(everywhere, GRID, HERE).all()
