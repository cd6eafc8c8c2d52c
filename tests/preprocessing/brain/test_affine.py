"""Two shapes laid over each other: a known map comes back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.resample import resample
from psp_core.acquisition.volume import Volume
from psp_core.preprocessing.brain.affine import CENTRE_MM, fit_affine
from psp_core.preprocessing.brain.surface import template_distance

POINTS = CENTRE_MM + np.random.default_rng(0).uniform(-60, 60, (50, 3))


def about_centre(degrees: tuple[float, ...], scales: tuple[float, ...], shift: tuple[float, ...]):
    """Affine map that turns and scales about the template's middle, then shifts."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix() @ np.diag(scales)
    matrix[:3, 3] = CENTRE_MM + shift - matrix[:3, :3] @ CENTRE_MM
    return matrix


def region_under(matrix: np.ndarray) -> Volume:
    """The template's brain as the map shows it, on a grid of 4 mm."""
    grid = Grid(
        (60, 64, 60), np.array([[0, 0, 4.0, -120], [0, 4, 0, -110], [4, 0, 0, -120], [0, 0, 0, 1]])
    )
    distance = resample(template_distance(), Grid(grid.shape, np.linalg.inv(matrix) @ grid.affine))
    return Volume((np.nan_to_num(distance, nan=-1) > 0).astype(np.float32), grid)


def apart_mm(one: np.ndarray, other: np.ndarray) -> float:
    return float(
        np.linalg.norm(POINTS @ (one - other)[:3, :3].T + (one - other)[:3, 3], axis=1).max()
    )


def test_a_rigid_map_comes_back_from_far_away() -> None:
    true = about_centre((14, -9, 8), (1, 1, 1), (25, -20, 28))
    found, misfit = fit_affine(
        region_under(true), np.eye(4), spacing_mm=8, blur_mm=8.0, is_rigid=True
    )
    assert apart_mm(found, true) < 6
    assert misfit < 0.01


def test_an_affine_map_comes_back_to_a_millimetre() -> None:
    true = about_centre((4, -3, 2), (1.05, 0.9, 0.97), (3, -2, 4))
    found, misfit = fit_affine(
        region_under(true), np.eye(4), spacing_mm=4, blur_mm=4.0, is_rigid=False
    )
    assert apart_mm(found, true) < 2
    assert misfit < 0.01


def test_a_rigid_fit_keeps_the_scales_of_its_start() -> None:
    start = about_centre((0, 0, 0), (1.1, 0.9, 1.0), (0, 0, 0))
    found, _ = fit_affine(region_under(np.eye(4)), start, spacing_mm=8, blur_mm=8.0, is_rigid=True)
    scales = np.linalg.svd(found[:3, :3], compute_uv=False)
    assert scales == pytest.approx([1.1, 1.0, 0.9])
