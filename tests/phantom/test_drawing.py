"""Drawn contours enclose what was computed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from psp_core.phantom.drawing import drawn_structures, target_on_mr
from psp_core.phantom.head import Pose
from psp_core.phantom.imaging import PlanningCT, Steps, planning_ct, visit_mr
from psp_core.phantom.lesion import CAVITY_WALL_MM
from psp_core.phantom.patient import Structure
from psp_core.phantom.person import Person, draw_person
from psp_core.phantom.signal import SCANNERS

STEPS = Steps(4.0, 6.0, 3.0, 4.0, 8.0)


@pytest.fixture(scope="module")
def person() -> Person:
    row = {"hypofractionated": False, "outfield": 0, "solidity": 0, "rim": 0, "oedema": 1}
    return draw_person(np.random.default_rng(1), pd.Series(row))


@pytest.fixture(scope="module")
def ct(person: Person) -> PlanningCT:
    return planning_ct(person, STEPS, torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def drawn(person: Person, ct: PlanningCT) -> dict[str, Structure]:
    found = drawn_structures(person, ct, {2: person.lesion}, listed_only=(1, 3))
    names = [structure.name for structure in found]
    assert len(set(names)) == len(names)
    return {structure.name: structure for structure in found}


def area_mm2(contour: np.ndarray) -> float:
    x, y = contour[:, 0], contour[:, 1]
    return float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2


def volume_cm3(structure: Structure, slice_mm: float) -> float:
    """Outer contours minus holes: contourpy winds them in opposite senses."""
    return abs(sum(area_mm2(contour) for contour in structure.contours)) * slice_mm / 1e3


def test_targets_have_the_volume_of_their_ellipsoids(
    drawn: dict[str, Structure], person: Person
) -> None:
    expected = 4 / 3 * np.pi * np.prod(person.field.ptv_axes_mm) / 1e3
    assert volume_cm3(drawn["ptv"], STEPS.ct_slice_mm) == pytest.approx(expected, rel=0.03)
    volumes = [volume_cm3(drawn[name], STEPS.ct_slice_mm) for name in ("gtv", "ctv", "ptv")]
    assert volumes == sorted(volumes)


def test_the_brain_has_the_volume_of_its_voxels(
    drawn: dict[str, Structure], ct: PlanningCT
) -> None:
    voxel_cm3 = STEPS.ct_mm**2 * STEPS.ct_slice_mm / 1e3
    expected = float(ct.scene.in_brain.sum()) * voxel_cm3
    assert volume_cm3(drawn["brain"], STEPS.ct_slice_mm) == pytest.approx(expected, rel=0.03)
    assert volume_cm3(drawn["body"], STEPS.ct_slice_mm) > 1.5 * expected


def test_the_lesion_is_drawn_where_it_grew(drawn: dict[str, Structure], person: Person) -> None:
    lesion = drawn["follow_up_2_enhancing"]
    np.testing.assert_allclose(
        np.vstack(lesion.contours).mean(0), person.lesion.centre_mm, atol=4.0
    )
    expected = 4 / 3 * np.pi * np.prod(person.lesion.semi_axes_mm) / 1e3
    assert volume_cm3(lesion, STEPS.ct_slice_mm) == pytest.approx(expected, rel=0.2)
    assert volume_cm3(drawn["follow_up_2_flair"], STEPS.ct_slice_mm) > 1.5 * expected


def test_other_visits_are_listed_without_a_contour(drawn: dict[str, Structure]) -> None:
    listed = {name for name, structure in drawn.items() if not structure.contours}
    follow_ups = {f"follow_up_{n}_{kind}" for n in (1, 3) for kind in ("enhancing", "flair")}
    assert follow_ups <= listed
    assert listed - follow_ups <= {"left_lens", "right_lens"}  # may fall between two slices


def test_contours_are_closed_planar_and_on_the_slices_of_the_ct(
    drawn: dict[str, Structure], ct: PlanningCT
) -> None:
    planes = ct.image.affine[2, 3] + STEPS.ct_slice_mm * np.arange(len(ct.image.values))
    for structure in drawn.values():
        for contour in structure.contours:
            assert len(contour) >= 4
            assert np.ptp(contour[:, 2]) == 0
            assert np.abs(planes - contour[0, 2]).min() < 0.01


def test_left_organs_lie_on_the_left(drawn: dict[str, Structure]) -> None:
    for organ in ("eye", "optic_nerve"):
        left, right = (np.vstack(drawn[f"{side}_{organ}"].contours) for side in ("left", "right"))
        assert left[:, 0].mean() > 0 > right[:, 0].mean()  # LPS: x grows to the patient's left


def test_the_target_on_mr_is_the_tumour_bed_seen_through_the_pose(person: Person) -> None:
    pose = Pose.draw(np.random.default_rng(5), 15.0, 30.0)
    visit = visit_mr(
        person, pose, SCANNERS["centre_a"], ("t1ce",), STEPS, torch.Generator().manual_seed(0),
        follow_up=False,
    )  # fmt: skip
    target = target_on_mr(person, visit)
    points = torch.as_tensor(np.vstack(target.contours), dtype=torch.float32)
    offset = pose.to_head(points).numpy() - person.field.target_mm
    radius = np.linalg.norm(offset / (person.field.gtv_axes_mm + CAVITY_WALL_MM), axis=1)
    np.testing.assert_allclose(radius, 1, atol=0.12)
