"""Filters of images: closed forms, and nothing from beyond their reach."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.errors import ConfigError
from psp_core.inputs.filters import HIGH_PASS, LOW_PASS, filtered, reach


def test_the_coiflet_is_orthonormal_and_its_high_pass_has_no_answer_to_a_slope() -> None:
    for kernel in (LOW_PASS, HIGH_PASS):
        for shift in range(3):
            overlap = kernel[: 6 - 2 * shift] @ kernel[2 * shift :]
            assert overlap == pytest.approx(float(shift == 0), abs=1e-12)
    assert LOW_PASS.sum() == pytest.approx(np.sqrt(2))
    assert [HIGH_PASS.sum(), HIGH_PASS @ np.arange(6)] == pytest.approx([0, 0], abs=1e-12)


def test_wavelet_bands_keep_twice_the_energy_per_axis() -> None:
    image = np.zeros((24, 24, 24))
    image[8:16, 8:16, 8:16] = np.random.default_rng(0).normal(size=(8, 8, 8))
    bands = dict(filtered(image, "wavelet", spacing_mm=1.0))
    assert list(bands)[:3] == ["wavelet_LLL", "wavelet_LLH", "wavelet_LHL"]
    assert sum((band**2).sum() for band in bands.values()) == pytest.approx(8 * (image**2).sum())


def test_the_laplacian_of_a_parabola_is_its_curvature_times_sigma_squared() -> None:
    d, h, w = np.indices((31, 31, 31)) * 2.0  # mm
    ((name, response),) = filtered(d**2 + 3 * h**2 + w, "log_3", spacing_mm=2.0)
    assert name == "log_3"
    assert response[15, 15, 15] == pytest.approx(
        3.0**2 * (2 + 6), rel=0.05
    )  # sampled at 1.5 voxels


@pytest.mark.parametrize("name", ["original", "log_2", "wavelet"])
def test_what_lies_beyond_the_reach_changes_nothing(name: str) -> None:
    image = np.random.default_rng(1).normal(size=(41, 41, 41))
    far = reach(name, spacing_mm=2.5)
    near = slice(20 - far, 21 + far)
    middles = [
        [values[len(values) // 2, len(values) // 2, len(values) // 2] for _, values in made]
        for made in (
            filtered(image, name, spacing_mm=2.5),
            filtered(image[near, near, near], name, spacing_mm=2.5),
        )
    ]
    np.testing.assert_allclose(*middles, rtol=1e-9)


@pytest.mark.parametrize("name", ["sobel", "log_", "log_0", "log_x"])
def test_a_filter_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(ConfigError, match=f"no filter '{name}'; expected original, wavelet"):
        list(filtered(np.zeros((3, 3, 3)), name, spacing_mm=1.0))
