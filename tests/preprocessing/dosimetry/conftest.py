"""Grids, plans and the reference head plan that the tests of dosimetry share."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume

GridMaker = Callable[..., Grid]


@pytest.fixture
def make_grid() -> GridMaker:
    """A grid centred at the origin; turned by a random rotation if a seed is given."""

    def make(
        shape: tuple[int, int, int], spacing_mm: tuple[float, ...], seed: int | None = None
    ) -> Grid:
        axes = np.eye(3)[::-1]  # d along z, w along x
        if seed is not None:
            axes = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
        affine = np.eye(4)
        affine[:3, :3] = axes * spacing_mm
        affine[:3, 3] = -affine[:3, :3] @ (np.array(shape) - 1) / 2
        return Grid(shape, affine)

    return make


@dataclass(frozen=True, eq=False)
class HeadPlan:
    """A 60 Gy head plan with the DVH figures of two other programs; SlicerRt/SlicerRT, MIT."""

    values: npt.NDArray[np.float64]
    affine: npt.NDArray[np.float64]
    contours: Mapping[str, Any]
    figures: Mapping[str, Mapping[str, Mapping[str, float]]]

    def structure(self, name: str) -> Structure:
        contours = tuple(np.array(points) for points in self.contours[name])
        return Structure(name, 1, contours, plane_spacing_mm=2.5)

    def dose(
        self, shift_mm: tuple[float, float, float] = (0, 0, 0), *, ras: bool = False
    ) -> Volume:
        """The dose, misplaced on purpose: shifted, or with the flip to LPS forgotten."""
        affine = self.affine.copy()
        affine[:3, 3] += shift_mm
        return Volume(
            self.values,
            Grid(self.values.shape, np.diag([-1.0, -1, 1, 1]) @ affine if ras else affine),
        )


@pytest.fixture(scope="session")
def head_plan(reference_dir: Path) -> HeadPlan:
    folder = reference_dir / "dvh_head_plan"
    image = SimpleITK.ReadImage(str(folder / "EclipseEnt_Dose.nrrd"))
    assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    affine = np.eye(4)
    affine[:3, :3] = np.diag(image.GetSpacing())[:, ::-1]
    affine[:3, 3] = image.GetOrigin()
    with gzip.open(folder / "EclipseEnt_contours_lps.json.gz") as stream:
        contours = json.load(stream)["structures"]
    figures = json.loads((folder / "EclipseEnt_reference_dvh.json").read_text())
    values = SimpleITK.GetArrayFromImage(image).astype(np.float64)
    return HeadPlan(values, affine, contours, figures)
