"""Heads with a skull whose brain is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import torch

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.phantom.head import Pose
from psp_core.phantom.imaging import Steps, visit_mr
from psp_core.phantom.person import draw_person
from psp_core.phantom.signal import SCANNERS


class Head(NamedTuple):
    """T1CE of a turned and shifted head with lesion and cavity, and its true brain."""

    t1ce: Volume
    brain: npt.NDArray[np.bool_]


@cache
def draw_head(seed: int, spacing_mm: float) -> Head:
    rng = np.random.default_rng(seed)
    latents: dict[str, Any] = dict(
        zip(("outfield", "solidity", "rim", "oedema"), rng.standard_normal(4), strict=True)
    )
    person = draw_person(rng, pd.Series(latents | {"hypofractionated": False}))
    scanner = list(SCANNERS.values())[seed % len(SCANNERS)]
    visit = visit_mr(
        person, Pose.draw(rng, 15.0, 30.0), scanner, ("t1ce",), Steps(*[spacing_mm] * 5),
        torch.Generator().manual_seed(seed), follow_up=True, lesion=person.lesion,
        field_of_view_shift_mm=(4.0, -5.0, 6.0),
    )  # fmt: skip
    image = visit.images["t1ce"]
    affine = image.affine.copy()
    affine[:3, 3] += (seed % 2) * rng.uniform(-150, 150, 3)  # scanners put their origin anywhere
    shape = image.values.shape
    grid = Grid((shape[0], shape[1], shape[2]), affine)
    brain = (visit.scene.in_brain > 0.5).reshape(shape).numpy()
    return Head(Volume(np.asarray(image.values, dtype=np.float32), grid), brain)


@pytest.fixture(scope="session")
def head() -> Callable[[int, float], Head]:
    """Draw a head by seed and voxel side; drawn once."""
    torch.set_num_threads(1)
    return draw_head


@pytest.fixture(scope="session")
def leg() -> Volume:
    """Fat around muscle around a bone with marrow."""
    rng = np.random.default_rng(0)
    grid = Grid(
        (60, 70, 60), np.array([[0, 0, 3.0, -90], [0, 3, 0, -105], [3, 0, 0, -90], [0, 0, 0, 1.0]])
    )
    x, y, _ = np.moveaxis(grid.points(), -1, 0)
    radius = np.hypot(x, y)
    values = np.select(
        [radius < 9, radius < 15, radius < 69, radius < 75], [250.0, 20, 150, 300], 10.0
    )
    return Volume((values + rng.normal(0, 8, grid.shape)).astype(np.float32), grid)
