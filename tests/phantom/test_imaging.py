"""Geometry of the images: one head, seen by the CT and by a scanner in another frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.ndimage import map_coordinates

from psp_core.phantom.head import Head, Pose, centred_grid, grid_points
from psp_core.phantom.imaging import (
    CT_EXTENT_MM,
    MR_EXTENT_MM,
    Steps,
    planned_dose,
    planning_ct,
    visit_mr,
)
from psp_core.phantom.lesion import INDEX
from psp_core.phantom.patient import Image
from psp_core.phantom.person import Person, draw_person
from psp_core.phantom.signal import SCANNERS, tissue_signals
from psp_core.phantom.treated import FIELD_OF_VIEW_JITTER_MM, ROTATION_DEGREES, SHIFT_MM

STEPS = Steps(4.0, 8.0, 4.0, 4.0, 6.0)
SCANNER = replace(SCANNERS["centre_b"], noise_share=0.0, coil_share=1e-9)
POSE = Pose.draw(np.random.default_rng(8), 15.0, 30.0)


@pytest.fixture(scope="module")
def person() -> Person:
    row = {"hypofractionated": False, "outfield": 0, "solidity": 0, "rim": 0, "oedema": 0}
    return draw_person(np.random.default_rng(1), pd.Series(row), partial_plans=False)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def at(image: Image, points_mm: np.ndarray) -> np.ndarray:
    """Linear interpolation by the written affine, without any of the phantom's own code."""
    homogeneous = np.column_stack([points_mm, np.ones(len(points_mm))])
    index = (np.linalg.inv(image.affine) @ homogeneous.T)[:3]
    return np.asarray(map_coordinates(np.asarray(image.values, dtype=float), index, order=1))


@pytest.mark.parametrize("sequence", ["t1ce", "flair"])
def test_mr_and_ct_show_the_same_tissue_at_the_same_point_of_the_head(
    person: Person, sequence: str
) -> None:
    ct = planning_ct(person, STEPS, generator())
    steps = replace(STEPS, flair_slice_mm=STEPS.mr_mm)
    visit = visit_mr(person, POSE, SCANNER, (sequence,), steps, generator(), follow_up=False)  # type: ignore[arg-type]
    signals = tissue_signals(SCANNER, sequence, 0.25)
    inside = (ct.head_points.abs() < torch.tensor([60.0, 80.0, 60.0])).all(1)
    fractions = ct.scene.fractions
    means = {}
    for tissue in ("white_matter", "grey_matter", "csf"):
        pure = torch.nonzero((fractions[INDEX[tissue]] > 0.95) & inside)[:, 0]
        assert len(pure) > 30
        in_head = ct.head_points[pure].numpy().astype(float)
        in_scanner = (in_head - POSE.shift_mm) @ POSE.rotation  # the inverse of the pose
        means[tissue] = np.median(at(visit.images[sequence], in_scanner))  # type: ignore[index]
    for tissue in ("grey_matter", "csf"):
        expected = signals[INDEX[tissue]] / signals[INDEX["white_matter"]]
        assert means[tissue] / means["white_matter"] == pytest.approx(expected, rel=0.12, abs=0.05)


def test_another_pose_moves_every_voxel_but_no_tissue(person: Person) -> None:
    """The cavity's centre, found in the image by its affine, is the tumour bed in the head."""
    for pose in (Pose.identity(), POSE):
        visit = visit_mr(person, pose, SCANNER, ("t1ce",), STEPS, generator(), follow_up=False)
        shape, affine = visit.images["t1ce"].values.shape, visit.images["t1ce"].affine
        d, h, w = np.indices(shape).reshape(3, -1)
        by_affine = (affine @ np.stack([d, h, w, np.ones_like(d)]))[:3].T
        in_head = by_affine @ pose.rotation.T + pose.shift_mm
        np.testing.assert_allclose(in_head, visit.head_points.numpy(), atol=1e-3)


def test_flair_has_thick_slices_over_the_same_field(person: Person) -> None:
    visit = visit_mr(person, POSE, SCANNER, ("t1ce", "flair"), STEPS, generator(), follow_up=False)
    corners = {}
    for sequence, slice_mm in (("t1ce", STEPS.mr_mm), ("flair", STEPS.flair_slice_mm)):
        image = visit.images[sequence]  # type: ignore[index]
        assert np.linalg.norm(image.affine[:3, 0]) == slice_mm
        centre = (np.array(image.values.shape) - 1) / 2
        corners[sequence] = (image.affine @ [*centre, 1])[:3]
    np.testing.assert_allclose(corners["t1ce"], corners["flair"], atol=1e-9)


@pytest.fixture(scope="module")
def brains() -> list[np.ndarray]:
    """Voxels of grey and white matter of several heads, LPS mm of the head's frame."""
    shape, affine = centred_grid((230.0, 260.0, 230.0), (5.0, 5.0, 5.0))
    points = grid_points(shape, affine)
    found = []
    for seed in range(12):
        tissues = Head.draw(np.random.default_rng(seed)).tissues(points)
        found.append(points[tissues[0] + tissues[1] > 0.5].numpy().astype(float))
    return found


def test_the_field_of_view_covers_the_brain_however_the_head_lies(
    brains: list[np.ndarray], person: Person
) -> None:
    """Rotations up to 15 degrees and shifts up to 30 mm, with the jitter of the planner's box."""
    assert ROTATION_DEGREES <= 15
    assert SHIFT_MM <= 30
    rng = np.random.default_rng(3)
    d, h, w = MR_EXTENT_MM
    for brain in brains:
        for _ in range(4):
            pose = Pose.draw(rng, 15.0, 30.0)
            jitter = rng.uniform(-FIELD_OF_VIEW_JITTER_MM, FIELD_OF_VIEW_JITTER_MM, 3)
            visit = visit_mr(
                person, pose, SCANNER, ("t1ce",), replace(STEPS, mr_mm=30.0), generator(),
                follow_up=False, field_of_view_shift_mm=tuple(jitter),
            )  # fmt: skip
            image = visit.images["t1ce"]
            middle = (image.affine @ [*(np.array(image.values.shape) - 1) / 2, 1])[:3]
            in_scanner = (brain - pose.shift_mm) @ pose.rotation
            outside = np.abs(in_scanner - middle) > np.array([w, h, d]) / 2
            assert outside.any(1).mean() < 1e-3


def test_the_ct_covers_the_brain(brains: list[np.ndarray]) -> None:
    d, h, w = CT_EXTENT_MM
    for brain in brains:
        assert (np.abs(brain) > np.array([w, h, d]) / 2).any(1).mean() < 1e-3


def test_the_planned_dose_is_the_fields_and_zero_in_air(person: Person) -> None:
    dose = planned_dose(person, STEPS)
    assert at(dose, person.field.target_mm[None])[0] == pytest.approx(60, abs=0.3)
    assert dose.values[0, 0, 0] == 0
    assert dose.values.min() >= 0


def test_a_partial_plan_has_the_dose_of_its_fractions(person: Person) -> None:
    whole, partial = (
        planned_dose(replace(person, fractions_in_plan=n), STEPS).values for n in (30, 3)
    )
    np.testing.assert_allclose(partial, whole / 10, rtol=1e-5)


def test_the_lesion_reaches_neither_ct_nor_dose(person: Person) -> None:
    other = replace(person, lesion=person.lesion.grown(2.0))
    np.testing.assert_array_equal(
        planned_dose(person, STEPS).values, planned_dose(other, STEPS).values
    )
    first, second = (planning_ct(one, STEPS, generator()).image.values for one in (person, other))
    np.testing.assert_array_equal(first, second)
