"""Pre-operative cases: the BraTS frame, the brain's box, and what survival depends on."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
import torch

from psp_core.phantom import unlabelled
from psp_core.phantom.head import Head, centred_grid, grid_points
from psp_core.phantom.preoperative import SEGMENTATION_LABELS, PreoperativeCase
from psp_core.phantom.unlabelled import (
    BRAIN_HALF_MM,
    FIELD_MM,
    build_unlabelled,
    draw_preoperative,
)

MM = 8.0


@pytest.fixture(scope="module")
def case() -> PreoperativeCase:
    return build_unlabelled(3, MM, (7, 3))


def test_four_sequences_lie_on_the_grid_of_brats(case: PreoperativeCase) -> None:
    assert set(case.images) == {"t1", "t1ce", "t2", "flair"}
    for image in (*case.images.values(), case.segmentation):
        assert image.values.shape == tuple(round(extent / MM) for extent in FIELD_MM)
        # BraTS in RAS is diag(-1, -1, 1) with origin (0, 239, 0)
        np.testing.assert_array_equal(image.affine[:3, 3], [0, -239, 0])
        np.testing.assert_array_equal(image.affine[:3, :3], MM * np.eye(3)[::-1])


def test_skull_stripped_with_all_labels_inside_the_brain(case: PreoperativeCase) -> None:
    brain = np.asarray(case.images["t1"].values) > 0
    assert 1.0 < brain.sum() * MM**3 / 1e6 < 2.2  # litres
    labels = np.asarray(case.segmentation.values)
    assert set(np.unique(labels)) == set(SEGMENTATION_LABELS)
    assert not (labels[~brain] > 0).any()


def test_no_brain_reaches_beyond_the_box() -> None:
    shape, affine = centred_grid((230, 260, 230), (6.0, 6.0, 6.0))
    points = grid_points(shape, affine)
    outside = (points.abs() > torch.as_tensor(BRAIN_HALF_MM, dtype=torch.float32)).any(1)
    lost = []
    for seed in range(20):
        depth = Head.draw(np.random.default_rng(seed)).tissues(points)[-1]
        lost.append(float((outside & (depth > 0)).sum() / (depth > 0).sum()))
    assert max(lost) < 0.02
    assert np.median(lost) < 0.001


def test_the_same_seed_gives_the_same_case_and_another_one_another(case: PreoperativeCase) -> None:
    again, other = build_unlabelled(3, MM, (7, 3)), build_unlabelled(3, MM, (7, 4))
    np.testing.assert_array_equal(again.images["t1ce"].values, case.images["t1ce"].values)
    assert again.survival_days == case.survival_days
    assert (other.images["t1ce"].values != case.images["t1ce"].values).any()


@pytest.fixture(scope="module")
def tables() -> list[tuple[float, PreoperativeCase]]:
    """Solidity and table of many cases, without computing their images."""
    found: list[tuple[float, PreoperativeCase]] = []
    real = unlabelled.lesion_from_latents
    with (
        patch.object(unlabelled, "render_stripped", lambda *_, **__: ({}, None)),
        patch.object(unlabelled, "lesion_from_latents") as spied,
    ):
        spied.side_effect = real
        for seed in range(600):
            case = build_unlabelled(1, MM, (seed,))
            found.append((spied.call_args.args[0], case))
    return found


def test_a_solid_tumour_and_youth_mean_longer_survival(
    tables: list[tuple[float, PreoperativeCase]],
) -> None:
    solidity, age, days = np.array(
        [(one, case.age_years, np.log(case.survival_days)) for one, case in tables]
    ).T
    assert np.corrcoef(solidity, days)[0, 1] > 0.1
    assert np.corrcoef(age, days)[0, 1] < -0.1


def test_no_case_is_a_follow_up_and_most_patients_have_died(
    tables: list[tuple[float, PreoperativeCase]], case: PreoperativeCase
) -> None:
    assert not case.is_follow_up
    assert case.psp_tp_score is None
    events = [case.survival_event for _, case in tables]
    assert 0.5 < np.mean(events) < 0.99
    assert min(case.survival_days for _, case in tables) >= 3


def test_a_copy_is_the_same_person_in_another_scan() -> None:
    first, copy = (build_unlabelled(3, 4.0, (7, 3), copy_seed=seed) for seed in (None, (8, 1)))
    assert (copy.age_years, copy.survival_days) == (first.age_years, first.survival_days)
    values = [np.asarray(one.images["flair"].values, dtype=float) for one in (first, copy)]
    assert (values[0] != values[1]).mean() > 0.1
    brain = (values[0] > 0) & (values[1] > 0)
    other = np.asarray(build_unlabelled(3, 4.0, (7, 4)).images["flair"].values, dtype=float)
    alike = np.corrcoef(values[0][brain], values[1][brain])[0, 1]
    assert alike > 0.9
    shared = (values[0] > 0) & (other > 0)
    assert np.corrcoef(values[0][shared], other[shared])[0, 1] < alike - 0.1
    assert alike < 0.9999


def test_a_person_is_drawn_as_the_case_shows(case: PreoperativeCase) -> None:
    person = draw_preoperative((7, 3))
    assert person.sex == case.sex
    assert person.extent_of_resection == case.extent_of_resection
