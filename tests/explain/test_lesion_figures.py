"""Figures of a lesion from its labels: closed forms on balls."""

import math

import numpy as np
import pytest

from psp_core.explain.lesion_figures import SMALLEST_OEDEMA_MM, lesion_figures

ALL = ("enhancing", "core", "whole")


def balls(core_mm: float, rim_mm: float, halo_mm: float, voxel_mm: float = 1.0) -> np.ndarray:
    grid = (np.indices((64,) * 3) - 31.5) * voxel_mm
    radius = np.sqrt((grid**2).sum(axis=0))
    labels = np.zeros(radius.shape, dtype=np.uint8)
    for mm, label in ((halo_mm, 2), (rim_mm, 4), (core_mm, 1)):
        labels[radius < mm] = label
    return labels


def test_balls_give_their_own_radii() -> None:
    figures = lesion_figures(balls(8, 16, 24), ALL, 1.0)
    assert figures["size"] == pytest.approx(math.log(4 / 3 * math.pi * 16**3), abs=0.02)
    assert figures["solidity"] == pytest.approx(-0.5, abs=0.01)
    assert figures["oedema"] == pytest.approx(math.log(8), abs=0.02)


def test_a_larger_voxel_scales_size_and_oedema_and_leaves_solidity() -> None:
    small, large = (lesion_figures(balls(6, 12, 20), ALL, mm) for mm in (1.0, 2.0))
    assert large["solidity"] == small["solidity"]
    assert large["size"] - small["size"] == pytest.approx(3 * math.log(2))
    assert large["oedema"] - small["oedema"] == pytest.approx(math.log(2))


def test_what_the_mask_does_not_tell_is_nan() -> None:
    contoured = lesion_figures(balls(8, 16, 24), ("core", "whole"), 1.0)
    assert math.isnan(contoured["solidity"])
    assert math.isfinite(contoured["size"])
    assert math.isfinite(contoured["oedema"])
    assert math.isnan(lesion_figures(balls(8, 16, 24), ("core",), 1.0)["oedema"])
    assert all(map(math.isnan, lesion_figures(balls(0, 0, 9), ALL, 1.0).values()))


def test_no_oedema_has_the_smallest_width() -> None:
    assert lesion_figures(balls(8, 16, 16), ALL, 1.0)["oedema"] == math.log(SMALLEST_OEDEMA_MM)
