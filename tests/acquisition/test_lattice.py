"""Fine grids around one structure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.lattice import lattice
from psp_core.acquisition.rasterize import rasterize
from psp_core.errors import GeometryError


def circle(radius: float, z: float) -> npt.NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    return np.c_[30 + radius * np.cos(angle), 30 + radius * np.sin(angle), np.full(400, z)]


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_a_lattice_holds_the_volume_of_the_slabs(axes: tuple[int, int, int]) -> None:
    drawn = Structure("GTV", 1, tuple(circle(11.3, z)[:, axes] for z in (0.0, 2.5, 5.0)))
    fine = lattice(drawn, spacing_mm=0.5, slices_per_plane=3)
    mask = rasterize(drawn, fine)
    assert not mask[:, [0, -1]].any()
    assert not mask[:, :, [0, -1]].any()
    assert mask.any(axis=(1, 2)).all()
    assert len(mask) == 9
    volume_mm3 = mask.sum() * fine.voxel_volume_cm3 * 1000
    assert volume_mm3 == pytest.approx(np.pi * 11.3**2 * 7.5, rel=5e-3)


def test_a_lattice_needs_to_know_how_thick_a_plane_is() -> None:
    with pytest.raises(GeometryError, match=r"does not tell how thick .* set plane_spacing_mm"):
        lattice(Structure("GTV", 1, (circle(5, 0),)))
    known = Structure("GTV", 1, (circle(5, 0),), plane_spacing_mm=2.5)
    assert lattice(known).shape[0] == 2
