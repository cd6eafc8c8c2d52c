"""One lesion, one record: closed forms, units, place in the field, and what is not known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.transform import Rotation

from psp_core.acquisition.contours import Structure
from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import FrameOfReferenceError
from psp_core.preprocessing.dosimetry.lesion_dose import FIGURES, dose_at, lesion_dose, lesion_dvh
from psp_core.preprocessing.dosimetry.planned_dose import PlannedDose, planned_dose
from psp_core.preprocessing.dosimetry.samples import LesionSamples, sample_mask, sample_structure
from psp_core.preprocessing.transform import Rigid

FIELD_MM = 30.0  # radius of the 95 % isodose


@pytest.fixture
def dose(make_grid: Any) -> Volume:
    """57 Gy at FIELD_MM from the centre, falling 1.5 Gy per mm, at most 61 Gy."""
    grid = make_grid((36, 36, 36), (2.5, 2.5, 2.5))
    distance = np.linalg.norm(grid.points(), axis=-1)
    return Volume(np.clip(57 - 1.5 * (distance - FIELD_MM), 0, 61), grid, "1.2.3")


@pytest.fixture
def plan(dose: Volume) -> PlannedDose:
    return planned_dose(dose, prescription_gy=60.0, fractions=30.0)


@pytest.fixture
def grid(make_grid: Any) -> Grid:
    """Of the image the lesion is drawn on."""
    found: Grid = make_grid((80, 60, 120), (1.5, 1.0, 1.0))
    return found


def ball(grid: Grid, centre_mm: tuple[float, ...], radius_mm: float) -> npt.NDArray[np.bool_]:
    return np.linalg.norm(grid.points() - centre_mm, axis=-1) < radius_mm


def lesion(grid: Grid, x_mm: float, radius_mm: float = 8.0) -> LesionSamples:
    return sample_mask(ball(grid, (x_mm, 0, 0), radius_mm), grid, frame_uid="1.2.3")


def test_a_lesion_in_the_middle_gets_the_prescription(grid: Grid, plan: PlannedDose) -> None:
    record = lesion_dose(lesion(grid, 0.0), plan)
    for name in FIGURES:
        assert record[f"{name}_gy"] == pytest.approx(61.0)
        assert record[f"{name}_percent"] == pytest.approx(61 / 0.6)
        assert record[f"{name}_eqd2_gy"] == pytest.approx(61 * (61 / 30 + 10) / 12)
    assert record["v95_percent"] == record["v80_percent"] == 100.0
    assert record["field_call"] == "in_field"
    assert record["centroid_to_95_mm"] == pytest.approx(-FIELD_MM, abs=0.4)
    assert record["farthest_to_95_mm"] == pytest.approx(8 - FIELD_MM, abs=1.0)
    assert record["centroid_to_80_mm"] == pytest.approx(-FIELD_MM - 6, abs=0.4)
    assert record["volume_cm3"] == pytest.approx(4 / 3 * math.pi * 0.8**3, rel=0.02)
    assert (record["fraction_outside"], record["is_unstable"]) == (0.0, False)


@pytest.mark.parametrize(
    ("x_mm", "call"), [(22.0, "in_field"), (30.0, "marginal"), (37.0, "outside")]
)
def test_the_call_follows_the_place(x_mm: float, call: str, grid: Grid, plan: PlannedDose) -> None:
    record = lesion_dose(lesion(grid, x_mm), plan)
    assert record["field_call"] == call
    assert record["centroid_to_95_mm"] == pytest.approx(x_mm - FIELD_MM, abs=0.75)
    assert record["farthest_to_95_mm"] == pytest.approx(x_mm + 8 - FIELD_MM, abs=1.0)
    assert record["d98_gy"] == pytest.approx(57 - 1.5 * (x_mm + 7 - FIELD_MM), abs=1.5)


def test_limits_of_the_call_are_passed_on(grid: Grid, plan: PlannedDose) -> None:
    marginal = lesion(grid, 30.0)
    assert lesion_dose(marginal, plan, in_field_share=0.3)["field_call"] == "in_field"
    assert lesion_dose(marginal, plan, marginal_share=0.7)["field_call"] == "outside"


def test_the_figures_scale_with_the_dose_and_percent_do_not(
    grid: Grid, dose: Volume, plan: PlannedDose
) -> None:
    double = planned_dose(Volume(2 * dose.values, dose.grid), prescription_gy=120.0, fractions=60.0)
    marginal = lesion(grid, 30.0)
    once, twice = lesion_dose(marginal, plan), lesion_dose(marginal, double)
    for name in FIGURES:
        assert twice[f"{name}_gy"] == pytest.approx(2 * once[f"{name}_gy"])
        assert twice[f"{name}_percent"] == pytest.approx(once[f"{name}_percent"])
        assert twice[f"{name}_eqd2_gy"] == pytest.approx(2 * once[f"{name}_eqd2_gy"])
    for name in ("v95_percent", "farthest_to_95_mm", "field_call"):
        assert twice[name] == pytest.approx(once[name])


def test_only_the_mean_equivalent_is_not_the_equivalent_of_the_mean(
    grid: Grid, plan: PlannedDose
) -> None:
    record = lesion_dose(lesion(grid, 36.0), plan, alpha_beta_gy=3.0)
    for name in FIGURES:
        dose_gy = float(record[f"{name}_gy"])
        equivalent = dose_gy * (dose_gy / 30 + 3) / 5
        if name == "mean_dose":
            assert float(record["mean_dose_eqd2_gy"]) > equivalent + 0.01
        else:
            assert record[f"{name}_eqd2_gy"] == pytest.approx(equivalent)


def test_a_lesion_seen_through_a_map_is_the_same_lesion(
    grid: Grid, plan: PlannedDose, make_grid: Any
) -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec([0.2, -0.1, 0.3]).as_matrix()
    matrix[:3, 3] = [12.0, -30.0, 8.0]
    to_dose = Rigid("t1ce", "ct", matrix)
    mask = ball(grid, (28, 0, 0), 9.0)
    elsewhere = to_dose.inverse().carry(grid)
    carried = lesion_dose(sample_mask(mask, elsewhere, to_dose=to_dose, frame_uid="9.9"), plan)
    plain = lesion_dose(sample_mask(mask, grid), plan)
    for name, value in plain.items():
        assert carried[name] == pytest.approx(value, abs=1e-6), name


def test_contours_and_mask_of_one_lesion_agree(grid: Grid, plan: PlannedDose) -> None:
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    planes = np.arange(-7.5, 8.0, 1.5) + 0.75
    radii = np.sqrt(8.25**2 - planes**2)
    contours = tuple(
        np.column_stack([30 + r * np.cos(angle), r * np.sin(angle), np.full(120, z)])
        for r, z in zip(radii, planes, strict=True)
    )
    drawn = lesion_dose(sample_structure(Structure("FU_1_CE", 1, contours)), plan)
    masked = lesion_dose(lesion(grid, 30.0, 8.25), plan)
    assert drawn["volume_cm3"] == pytest.approx(masked["volume_cm3"], rel=0.03)
    for name in ("mean_dose_gy", "median_dose_gy", "d98_gy", "d2_gy"):
        assert drawn[name] == pytest.approx(masked[name], abs=0.6)
    assert drawn["field_call"] == masked["field_call"]


def test_a_lesion_beyond_the_dose_has_a_category_and_no_dose(
    dose: Volume, grid: Grid, plan: PlannedDose
) -> None:
    record = lesion_dose(lesion(grid, 52.0, 5.0), plan)
    assert record["field_call"] == "outside_grid"
    assert record["fraction_outside"] == 1.0
    assert record["is_unstable"] is True
    assert float(record["volume_cm3"]) > 0.4
    for name in FIGURES:
        for unit in ("gy", "percent", "eqd2_gy"):
            assert math.isnan(float(record[f"{name}_{unit}"]))
    assert math.isnan(float(record["v95_percent"]))
    assert record["centroid_to_95_mm"] == pytest.approx(52 - FIELD_MM, abs=0.5)
    partly = lesion_dose(lesion(grid, 42.0, 8.0), plan)
    assert 0 < float(partly["fraction_outside"]) < 0.5
    assert partly["field_call"] == "outside"
    assert not math.isnan(float(partly["mean_dose_gy"]))


def test_an_unknown_prescription_leaves_gray_alone(grid: Grid, dose: Volume) -> None:
    record = lesion_dose(lesion(grid, 30.0), planned_dose(dose))
    assert not math.isnan(float(record["d98_gy"]))
    assert record["field_call"] == "unknown"
    assert record["isodose_95"] == record["isodose_80"] == "unknown"
    unknown = ("d98_percent", "d98_eqd2_gy", "mean_dose_eqd2_gy", "v95_percent")
    for name in (*unknown, "farthest_to_95_mm", "centroid_to_80_mm"):
        assert math.isnan(float(record[name]))


def test_an_isodose_that_is_nowhere_reached_is_said(grid: Grid, dose: Volume) -> None:
    record = lesion_dose(lesion(grid, 0.0), planned_dose(dose, prescription_gy=75.0))
    assert record["isodose_95"] == "not_reached"
    assert math.isnan(float(record["centroid_to_95_mm"]))
    assert record["v95_percent"] == 0.0
    assert record["field_call"] == "outside"
    assert record["isodose_80"] == "found"


def test_another_frame_without_a_map_is_refused(grid: Grid, plan: PlannedDose) -> None:
    mask = ball(grid, (0, 0, 0), 8.0)
    with pytest.raises(FrameOfReferenceError, match=r"register its image to the planning CT"):
        lesion_dose(sample_mask(mask, grid, frame_uid="9.9"), plan)
    with pytest.raises(FrameOfReferenceError, match=r"register its image to the planning CT"):
        dose_at(sample_mask(mask, grid, frame_uid="9.9"), plan)


def test_the_histogram_agrees_with_the_record(grid: Grid, dose: Volume, plan: PlannedDose) -> None:
    marginal = lesion(grid, 30.0)
    levels = np.arange(0.0, 121.0)
    shares = lesion_dvh(marginal, plan, levels)
    record = lesion_dose(marginal, plan)
    assert 100 * shares[95] == pytest.approx(record["v95_percent"])
    d98 = float(record["d98_percent"])
    assert shares[math.floor(d98)] >= 0.98 > shares[math.ceil(d98)]
    assert np.isnan(lesion_dvh(marginal, planned_dose(dose), levels)).all()
    assert np.isnan(lesion_dvh(lesion(grid, 52.0, 5.0), plan, levels)).all()
