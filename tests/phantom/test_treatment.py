"""The treated field, the place of the lesion in it, and drawn contours."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from psp_core.phantom.head import Head, centred_grid, grid_points
from psp_core.phantom.treatment import (
    OUTFIELD_MM,
    OUTFIELD_MM_PER_SD,
    Field,
    draw_target,
    place_lesion,
    trace,
)

FIELD = Field(np.array([30.0, -20.0, 25.0]), np.array([12.0, 14.0, 10.0]), 60.0)


def directions(n: int = 50) -> np.ndarray:
    drawn = np.random.default_rng(0).standard_normal((n, 3))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


def dose_at(points: np.ndarray) -> np.ndarray:
    return FIELD.dose_gy(torch.as_tensor(points, dtype=torch.float32)).numpy()


def test_the_surface_of_the_ptv_gets_95_percent() -> None:
    rays = directions()
    surface = FIELD.target_mm + rays * FIELD.isodose_95_mm(rays)[:, None]
    np.testing.assert_allclose(dose_at(surface), 0.95 * 60, atol=0.3)


def test_dose_falls_along_every_ray_from_the_prescription() -> None:
    assert dose_at(FIELD.target_mm[None])[0] == pytest.approx(60, abs=0.1)
    for ray in directions(10):
        along = dose_at(FIELD.target_mm + np.arange(0.0, 120.0)[:, None] * ray)
        assert (np.diff(along) <= 1e-4).all()
        assert along[-1] < 6


@pytest.mark.parametrize("outfield", [-2.0, -0.5, 0.0, 1.5, 2.5])
def test_the_place_in_field_is_the_latent(outfield: float) -> None:
    head = Head.draw(np.random.default_rng(1))
    rng = np.random.default_rng(2)
    field = Field(draw_target(head, rng), FIELD.gtv_axes_mm, 60.0)
    ray = place_lesion(head, field, outfield, rng) - field.target_mm
    reach = np.linalg.norm(ray)
    beyond = reach - field.isodose_95_mm(ray[None] / reach)[0]
    assert beyond == pytest.approx(OUTFIELD_MM + OUTFIELD_MM_PER_SD * outfield, abs=1e-6)


def test_targets_and_lesions_lie_in_the_brain() -> None:
    for seed in range(15):
        rng = np.random.default_rng(seed)
        head = Head.draw(rng)
        field = Field(draw_target(head, rng), FIELD.gtv_axes_mm, 60.0)
        places = np.stack([field.target_mm, place_lesion(head, field, rng.normal(), rng)])
        depth = head.tissues(torch.as_tensor(places, dtype=torch.float32))[-1]
        assert float(depth.min()) > 5, seed


def test_a_traced_ball_has_its_area_in_every_plane() -> None:
    shape, affine = centred_grid((60, 60, 60), (3.0, 1.5, 1.5), (5.0, -7.0, 9.0))
    points = grid_points(shape, affine).numpy().reshape(*shape, 3) - [5.0, -7.0, 9.0]
    occupancy = np.clip((20.0 - np.linalg.norm(points, axis=-1)) / 1.5 + 0.5, 0, 1)
    structure = trace("ball", occupancy, affine)
    assert len(structure.contours) == 14
    for contour in structure.contours:
        x, y, z = (contour - [5.0, -7.0, 9.0]).T
        area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
        assert area == pytest.approx(np.pi * (400 - z[0] ** 2), rel=0.03, abs=6)
        assert np.ptp(z) == 0


def test_a_ring_is_drawn_as_two_contours() -> None:
    shape, affine = centred_grid((6, 60, 60), (3.0, 1.5, 1.5))
    radius = np.linalg.norm(grid_points(shape, affine).numpy().reshape(*shape, 3)[..., :2], axis=-1)
    occupancy = ((radius < 20) & (radius > 10)).astype(float)
    assert len(trace("ring", occupancy, affine).contours) == 2 * shape[0]
