"""Grids, poses and the warp of one head."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from psp_core.phantom.head import TEMPLATE_CENTRE_RAS_MM, Head, Pose, centred_grid, grid_points


def test_grid_points_are_the_affine_of_the_indices() -> None:
    shape, affine = centred_grid((12, 20, 16), (3.0, 2.0, 2.0), (1.0, -2.0, 3.0))
    points = grid_points(shape, affine).numpy().reshape(*shape, 3)
    index = np.array([2, 5, 7, 1])
    np.testing.assert_allclose(points[2, 5, 7], (affine @ index)[:3], atol=1e-4)


def test_a_centred_grid_has_its_centre_where_asked() -> None:
    shape, affine = centred_grid((12, 20, 16), (3.0, 2.0, 2.0), (1.0, -2.0, 3.0))
    assert shape == (4, 10, 8)
    np.testing.assert_allclose(grid_points(shape, affine).mean(0), [1.0, -2.0, 3.0], atol=1e-5)


def test_the_identity_pose_moves_nothing() -> None:
    points = torch.randn(10, 3)
    np.testing.assert_allclose(Pose.identity().to_head(points), points)


def test_a_pose_is_rigid_and_within_its_limits() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        pose = Pose.draw(rng, 15.0, 30.0)
        np.testing.assert_allclose(pose.rotation @ pose.rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(pose.rotation) == pytest.approx(1)
        angle = np.degrees(np.arccos(np.clip((np.trace(pose.rotation) - 1) / 2, -1, 1)))
        assert angle <= 15.001
        assert np.abs(pose.shift_mm).max() <= 30


def test_a_head_without_variation_is_the_template_in_lps() -> None:
    head = Head.draw(np.random.default_rng(0), variation=0)
    mapped = head.template_points(torch.tensor([[10.0, 20.0, 30.0]])).numpy()[0]
    np.testing.assert_allclose(mapped, TEMPLATE_CENTRE_RAS_MM + np.array([-10, -20, 30]), atol=1e-4)


def test_the_warp_never_folds() -> None:
    shape, affine = centred_grid((150, 150, 150), (6.0, 6.0, 6.0))
    points = grid_points(shape, affine)
    for seed in range(10):
        mapped = Head.draw(np.random.default_rng(seed)).template_points(points)
        field = mapped.reshape(*shape, 3).numpy()
        steps = [np.diff(field, axis=axis)[:-1, :-1, :-1] for axis in range(3)]
        steps = [step[:23, :23, :23] for step in steps]
        jacobian = np.linalg.det(np.stack(steps, axis=-1) / 6.0)
        assert np.abs(jacobian).min() > 0.3, seed
