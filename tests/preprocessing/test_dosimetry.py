"""Dose statistics: laws, hand-made cases and the figures of two planning programs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.lattice import lattice
from psp_core.acquisition.rasterize import rasterize
from psp_core.acquisition.resample import resample
from psp_core.acquisition.structures import Structure
from psp_core.acquisition.volume import Volume
from psp_core.errors import EmptyMaskError, GeometryError, GridMismatchError
from psp_core.preprocessing.dosimetry import (
    DoseStatistics,
    dose_received_by,
    dose_statistics,
    volume_receiving,
)

Array = npt.NDArray[np.float64]


@pytest.fixture
def dose_gy() -> Array:
    return np.random.default_rng(0).uniform(5, 62, size=(6, 7, 8))


@pytest.fixture
def weights() -> Array:
    return np.random.default_rng(1).uniform(0, 1, size=(6, 7, 8)).round(2)


def statistics(dose_gy: Array, weights: npt.NDArray[np.generic]) -> DoseStatistics:
    return dose_statistics(dose_gy, weights, voxel_volume_cm3=0.008)  # type: ignore[arg-type]


def test_a_hundred_equal_voxels_by_hand() -> None:
    found = statistics(np.arange(1.0, 101.0), np.ones(100, dtype=bool))
    assert found == DoseStatistics(
        mean_gy=50.5,
        min_gy=1.0,
        median_gy=51.0,  # 50 of 100 voxels receive at least 51 Gy
        d98_gy=3.0,  # 98 of 100 voxels receive at least 3 Gy
        d2_gy=99.0,
        volume_cm3=pytest.approx(0.8),
    )


def test_d98_is_received_by_98_percent_and_more_is_not(dose_gy: Array, weights: Array) -> None:
    for share, found in [
        (0.98, statistics(dose_gy, weights).d98_gy),
        (0.02, statistics(dose_gy, weights).d2_gy),
        (0.5, statistics(dose_gy, weights).median_gy),
        (0.3, dose_received_by(dose_gy, weights, 0.3)),
    ]:
        assert volume_receiving(dose_gy, weights, found) >= share - 1e-9
        assert volume_receiving(dose_gy, weights, np.nextafter(found, np.inf)) < share
        assert found in dose_gy


def test_every_figure_scales_with_the_dose(dose_gy: Array, weights: Array) -> None:
    once, twice = statistics(dose_gy, weights), statistics(2 * dose_gy, weights)
    for name in ("mean_gy", "min_gy", "median_gy", "d98_gy", "d2_gy"):
        assert getattr(twice, name) == pytest.approx(2 * getattr(once, name))
    assert twice.volume_cm3 == once.volume_cm3


def test_a_uniform_dose_is_every_figure(weights: Array) -> None:
    found = statistics(np.full(weights.shape, 60.0), weights)
    assert {found.min_gy, found.median_gy, found.d98_gy, found.d2_gy} == {60.0}
    assert found.mean_gy == pytest.approx(60.0)


def test_weights_count_like_repeated_voxels(dose_gy: Array) -> None:
    repeats = np.random.default_rng(2).integers(0, 5, size=dose_gy.shape)
    weighted = statistics(dose_gy, repeats / 4)
    repeated = statistics(
        np.repeat(dose_gy.ravel(), repeats.ravel()), np.ones(repeats.sum(), dtype=bool)
    )
    assert weighted.mean_gy == pytest.approx(repeated.mean_gy)
    assert weighted.volume_cm3 == pytest.approx(repeated.volume_cm3 / 4)
    for name in ("min_gy", "median_gy", "d98_gy", "d2_gy"):
        assert getattr(weighted, name) == getattr(repeated, name)


def test_the_order_of_voxels_does_not_matter(dose_gy: Array, weights: Array) -> None:
    order = np.random.default_rng(3).permutation(dose_gy.size)
    shuffled = statistics(dose_gy.ravel()[order], weights.ravel()[order])
    original = statistics(dose_gy, weights)
    assert shuffled.d98_gy == original.d98_gy
    assert shuffled.mean_gy == pytest.approx(original.mean_gy)


def test_mask_and_full_weights_are_the_same(dose_gy: Array) -> None:
    mask = dose_gy > 40
    assert statistics(dose_gy, mask) == statistics(dose_gy, mask.astype(float))


def test_voxels_outside_the_dose_grid_are_counted_never_zero(
    dose_gy: Array, weights: Array
) -> None:
    cut = dose_gy.copy()
    cut[:2] = np.nan
    found = statistics(cut, weights)
    covered = statistics(dose_gy[2:], weights[2:])
    assert found.fraction_outside == pytest.approx(weights[:2].sum() / weights.sum())
    assert not found.is_complete
    assert found.volume_cm3 == pytest.approx(statistics(dose_gy, weights).volume_cm3)
    for name in ("mean_gy", "min_gy", "median_gy", "d98_gy", "d2_gy"):
        assert getattr(found, name) == getattr(covered, name)
    assert volume_receiving(cut, weights, 20) == volume_receiving(dose_gy[2:], weights[2:], 20)


def test_nan_outside_the_structure_does_not_matter(dose_gy: Array, weights: Array) -> None:
    weights[:2] = 0
    cut = dose_gy.copy()
    cut[:2] = np.nan
    assert statistics(cut, weights) == statistics(dose_gy, weights)
    assert statistics(cut, weights).is_complete


def test_a_structure_outside_the_dose_grid_has_a_volume_and_no_dose(weights: Array) -> None:
    nowhere = np.full(weights.shape, np.nan)
    found = statistics(nowhere, weights)
    assert found.fraction_outside == 1.0
    assert found.volume_cm3 > 0
    assert found.is_unstable
    for name in ("mean_gy", "min_gy", "median_gy", "d98_gy", "d2_gy"):
        assert np.isnan(getattr(found, name))
    assert np.isnan(volume_receiving(nowhere, weights, 20))
    assert np.isnan(dose_received_by(nowhere, weights, 0.95))


def test_below_a_tenth_of_a_cubic_centimetre_figures_are_unstable() -> None:
    dose_gy = np.full(20, 50.0)
    for voxels, unstable in [(12, True), (13, False)]:
        mask = np.arange(20) < voxels
        assert statistics(dose_gy, mask).is_unstable is unstable


def test_other_shapes_are_refused(dose_gy: Array) -> None:
    with pytest.raises(GridMismatchError, match=r"resample the dose to the grid of the weights"):
        statistics(dose_gy, np.ones((6, 7, 9), dtype=bool))


def test_an_empty_mask_is_refused(dose_gy: Array) -> None:
    with pytest.raises(EmptyMaskError, match=r"no voxel has weight"):
        volume_receiving(dose_gy, np.zeros(dose_gy.shape, dtype=bool), 20)


@pytest.mark.parametrize("value", [-0.1, 1.5, np.nan])
def test_weights_beyond_0_to_1_are_refused(value: float, dose_gy: Array, weights: Array) -> None:
    weights[0, 0, 0] = value
    with pytest.raises(GeometryError, match=r"expected 0 to 1"):
        statistics(dose_gy, weights)


def test_impossible_volumes_and_shares_are_refused(dose_gy: Array, weights: Array) -> None:
    with pytest.raises(GeometryError, match=r"voxel_volume_cm3 is 0"):
        dose_statistics(dose_gy, weights, voxel_volume_cm3=0)
    with pytest.raises(GeometryError, match=r"share is 98, expected more than 0 and at most 1"):
        dose_received_by(dose_gy, weights, 98)


# A 60 Gy head plan, SlicerRt/SlicerRT (MIT): figures of a clinical planning system (Eclipse)
# and of CERR, both computed from the same contours and dose grid.
TARGETS = ("GTV", "CTV", "PTV1")
ORGANS = {"BRSTEM": "BRSTEM", "Optic Chiasm": "OpticChiasm"}


class HeadPlan:
    """The reference plan, with a dose that can be misplaced on purpose."""

    def __init__(self, folder: Path) -> None:
        image = SimpleITK.ReadImage(str(folder / "EclipseEnt_Dose.nrrd"))
        self.values = SimpleITK.GetArrayFromImage(image).astype(np.float64)
        assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
        self.affine = np.eye(4)
        self.affine[:3, :3] = np.diag(image.GetSpacing())[:, ::-1]
        self.affine[:3, 3] = image.GetOrigin()
        with gzip.open(folder / "EclipseEnt_contours_lps.json.gz") as stream:
            self.contours = json.load(stream)["structures"]
        self.figures = json.loads((folder / "EclipseEnt_reference_dvh.json").read_text())

    def sample(self, name: str, affine: Array | None = None) -> tuple[DoseStatistics, float]:
        """Dose statistics and V20 in % on a lattice inside the contours."""
        contours = tuple(np.array(points) for points in self.contours[name])
        structure = Structure(name, 1, contours)
        grid = lattice(structure, spacing_mm=1.0, slices_per_plane=2)
        mask = rasterize(structure, grid)
        placed = Grid(self.values.shape, self.affine if affine is None else affine)
        dose_gy = resample(Volume(self.values, placed), grid)
        found = dose_statistics(dose_gy, mask, voxel_volume_cm3=grid.voxel_volume_cm3)
        return found, 100 * volume_receiving(dose_gy, mask, 20.0)


@pytest.fixture(scope="module")
def plan(reference_dir: Path) -> HeadPlan:
    return HeadPlan(reference_dir / "dvh_head_plan")


def misplaced(plan: HeadPlan, shift_mm: tuple[float, float, float]) -> Array:
    affine = plan.affine.copy()
    affine[:3, 3] += shift_mm
    return affine


@pytest.mark.parametrize("name", TARGETS)
def test_targets_agree_with_two_other_programs(name: str, plan: HeadPlan) -> None:
    found, _ = plan.sample(name)
    eclipse, cerr = plan.figures["Eclipse"][name], plan.figures["CERR"][name]
    assert found.is_complete
    assert found.mean_gy == pytest.approx(eclipse["mean"], abs=0.15)
    assert found.mean_gy == pytest.approx(cerr["mean"], abs=0.15)
    assert found.d2_gy == pytest.approx(eclipse["D2"], abs=0.15)
    assert found.d2_gy == pytest.approx(cerr["D2"], abs=0.15)
    d98_tolerance = 0.5 if name == "PTV1" else 0.15
    assert found.d98_gy == pytest.approx(eclipse["D98"], abs=d98_tolerance)
    assert found.d98_gy == pytest.approx(cerr["D98"], abs=d98_tolerance)
    assert found.volume_cm3 == pytest.approx(cerr["volume_cc"], rel=0.015)


def test_the_brain_agrees_with_two_other_programs(plan: HeadPlan) -> None:
    found, v20 = plan.sample("BRAIN")
    for program in ("Eclipse", "CERR"):
        figures = plan.figures[program]["BRAIN"]
        assert found.mean_gy == pytest.approx(figures["mean"], abs=0.15)
        assert found.d2_gy == pytest.approx(figures["D2"], abs=0.15)
        assert v20 == pytest.approx(figures["V20"], abs=0.25)
    assert found.volume_cm3 == pytest.approx(plan.figures["CERR"]["BRAIN"]["volume_cc"], rel=0.015)


@pytest.mark.parametrize("name", ORGANS)
def test_organs_agree_with_two_other_programs(name: str, plan: HeadPlan) -> None:
    found, _ = plan.sample(name)
    for program in ("Eclipse", "CERR"):
        assert found.mean_gy == pytest.approx(plan.figures[program][ORGANS[name]]["mean"], abs=0.25)
    cerr = plan.figures["CERR"][ORGANS[name]]
    assert found.volume_cm3 == pytest.approx(cerr["volume_cc"], rel=0.015)


def test_a_forgotten_flip_from_ras_to_lps_is_seen(plan: HeadPlan) -> None:
    found, _ = plan.sample("GTV", np.diag([-1.0, -1, 1, 1]) @ plan.affine)
    assert found.mean_gy == pytest.approx(4.5, abs=0.1)  # published: far from 60.98


@pytest.mark.parametrize("sign", [-1, 1])
def test_half_a_voxel_is_seen(sign: int, plan: HeadPlan) -> None:
    half = sign * 1.25
    found, _ = plan.sample("BRSTEM", misplaced(plan, (half, half, half)))
    for program in ("Eclipse", "CERR"):
        assert abs(found.mean_gy - plan.figures[program]["BRSTEM"]["mean"]) > 0.25


def test_one_slice_is_seen(plan: HeadPlan) -> None:
    low, _ = plan.sample("PTV1", misplaced(plan, (0, 0, -2.5)))
    high, _ = plan.sample("PTV1", misplaced(plan, (0, 0, 2.5)))
    assert low.d98_gy == pytest.approx(56.0, abs=0.1)
    for found in (low, high):
        assert abs(found.d98_gy - plan.figures["Eclipse"]["PTV1"]["D98"]) > 0.5
        assert abs(found.d98_gy - plan.figures["CERR"]["PTV1"]["D98"]) > 0.5


def test_weights_of_a_coarse_grid_agree_with_the_fine_lattice(plan: HeadPlan) -> None:
    """Occupancies on 2.5 mm dose voxels, whose slices are not those of the contours."""
    contours = tuple(np.array(points) for points in plan.contours["BRSTEM"])
    structure = Structure("BRSTEM", 1, contours)
    grid = Grid(plan.values.shape, plan.affine)
    occupancy = rasterize(structure, grid, supersample=5)
    found = dose_statistics(plan.values, occupancy, voxel_volume_cm3=grid.voxel_volume_cm3)
    fine, _ = plan.sample("BRSTEM")
    assert found.mean_gy == pytest.approx(fine.mean_gy, abs=0.1)
    assert found.volume_cm3 == pytest.approx(fine.volume_cm3, rel=0.015)
