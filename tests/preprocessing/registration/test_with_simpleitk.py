"""The default engine and the similarity that judges both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import SimpleITK

from psp_core.errors import RegistrationError
from psp_core.preprocessing.registration.pyramid import Pyramid, build_pyramid
from psp_core.preprocessing.registration.with_simpleitk import align, similarity

NOWHERE: tuple[None, None] = (None, None)


@pytest.fixture(scope="module")
def pyramid(heads: list[Any]) -> Pyramid:
    return build_pyramid(heads[0].t1ce, "t1ce", 4.0, None)


def shifted(x_mm: float) -> np.ndarray:
    matrix = np.eye(4)
    matrix[0, 3] = x_mm
    return matrix


def test_an_image_falls_onto_itself(pyramid: Pyramid) -> None:
    image = pyramid.levels[-1]
    found = align(
        image, image, shifted(4.0), centre_mm=pyramid.points_mm.mean(0), masks=NOWHERE,
        step_mm=2.0, samples=3000, seed=0,
    )  # fmt: skip
    away = pyramid.points_mm @ (found - np.eye(4))[:3, :3].T + found[:3, 3]
    assert np.abs(away).max() < 0.5


def test_similarity_falls_with_the_shift_and_is_nil_without_overlap(pyramid: Pyramid) -> None:
    image = pyramid.levels[-1]
    values = [
        similarity(image, image, shifted(x), masks=NOWHERE, samples=5000, seed=3)
        for x in (0.0, 2.0, 5.0, 15.0)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > 1.5 * values[1]
    assert similarity(image, image, shifted(900.0), masks=NOWHERE, samples=500, seed=3) == 0


def test_images_apart_raise_without_paths_or_addresses(pyramid: Pyramid) -> None:
    image = pyramid.levels[-1]
    with pytest.raises(RegistrationError, match=r"SimpleITK's optimiser stopped: [^/]*$"):
        align(
            image, image, shifted(900.0), centre_mm=np.zeros(3), masks=NOWHERE,
            step_mm=2.0, samples=500, seed=0,
        )  # fmt: skip


def test_the_programs_number_of_threads_stays(pyramid: Pyramid) -> None:
    image, settings = pyramid.levels[0], SimpleITK.ProcessObject
    before = settings.GetGlobalDefaultNumberOfThreads()
    settings.SetGlobalDefaultNumberOfThreads(2)
    try:
        similarity(image, image, np.eye(4), masks=NOWHERE, samples=500, seed=0)
        assert settings.GetGlobalDefaultNumberOfThreads() == 2
    finally:
        settings.SetGlobalDefaultNumberOfThreads(before)
