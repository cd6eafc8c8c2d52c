"""Contours and the planes they lie in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from psp_core.acquisition.contours import (
    Structure,
    closed_contours,
    group_values,
    plane_gaps,
    plane_normal,
    slab_thickness_mm,
)
from psp_core.errors import NoMaskError


def square(z: float, side: float = 10.0) -> npt.NDArray[np.float64]:
    return np.array([[0, 0, z], [side, 0, z], [side, side, z], [0, side, z]])


def test_the_normal_does_not_depend_on_the_direction_of_drawing() -> None:
    for points in (square(3), square(3)[::-1]):
        np.testing.assert_allclose(plane_normal([points]), [0, 0, 1])
    np.testing.assert_allclose(plane_normal([square(3)[:, [2, 0, 1]]]), [1, 0, 0])
    np.testing.assert_allclose(plane_normal([square(3)[:1]]), [0, 0, 1])


def test_gaps_between_planes_ignore_jitter_and_holes() -> None:
    heights = [0, 2.5, 2.6, 5.0, 7.5, 30.0, 32.5]
    np.testing.assert_allclose(
        plane_gaps([square(z) for z in heights]), [2.55, 2.45, 2.5, 2.5], atol=1e-9
    )


def test_planes_far_apart_tell_no_spacing() -> None:
    assert plane_gaps([square(0), square(40)]).size == 0
    assert plane_gaps([square(0)]).size == 0
    assert plane_gaps([]).size == 0


def test_contours_across_the_others_do_not_count() -> None:
    upright = square(0, 5)[:, [0, 2, 1]] + [0, 0, 1.2]
    np.testing.assert_allclose(plane_gaps([square(0), square(3), upright]), [3])


def test_close_values_form_one_group() -> None:
    np.testing.assert_allclose(group_values([3.0, 0.0, 0.2, 3.1]), [0.1, 3.05])
    assert group_values([]).size == 0


def test_only_closed_contours_enclose_a_volume() -> None:
    kept = closed_contours(Structure("GTV", 1, (square(0), square(0)[:2])))
    assert [len(points) for points in kept] == [4]
    with pytest.raises(NoMaskError, match=r"'GTV' is listed without contours"):
        closed_contours(Structure("GTV", 1, ()))
    for kind in ("POINT", "OPEN_PLANAR", "CLOSED_PLANAR+OPEN_PLANAR"):
        with pytest.raises(NoMaskError, match=rf"'GTV' is of type {kind.replace('+', '.')}, which"):
            closed_contours(Structure("GTV", 1, (square(0),), kind))


def test_the_spacing_of_the_set_goes_before_the_own_one() -> None:
    drawn = Structure("GTV", 1, (square(0), square(6)))
    assert slab_thickness_mm(drawn) == 6.0
    known = replace(drawn, plane_spacing_mm=2.5)
    assert slab_thickness_mm(known) == 2.5
    assert slab_thickness_mm(Structure("GTV", 1, (square(0),))) is None
