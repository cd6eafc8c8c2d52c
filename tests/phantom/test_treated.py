"""A treated patient: what the label reaches, and what it must not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.phantom.imaging import Steps
from psp_core.phantom.latents import CausalModel, draw_labels, draw_latents
from psp_core.phantom.patient import PhantomPatient
from psp_core.phantom.treated import Reason, Setting, build_patient

SETTING = Setting("training", Steps(9.0, 12.0, 8.0, 8.0, 10.0), centre_shift=True)
SEED = (3, 141)


def latents(**changes: object) -> pd.Series:  # type: ignore[type-arg]
    rng = np.random.default_rng(6)
    model = CausalModel()
    row = draw_latents(rng, draw_labels(rng, 4, model), model).iloc[0].astype(object)
    for name, value in changes.items():
        row[name] = value
    return row


def build(reason: Reason = "eligible", **changes: object) -> PhantomPatient:
    return build_patient(1, latents(**changes), reason, SETTING, SEED)[0]


def event_images(patient: PhantomPatient, day: int) -> list[np.ndarray]:
    visit = next(visit for visit in patient.follow_ups if visit.days_since_rt == day)
    return [np.asarray(image.values) for image in visit.mr.values()]


def test_the_same_seed_gives_the_same_patient() -> None:
    first, second = build(), build()
    assert first.clinical == second.clinical
    np.testing.assert_array_equal(first.planning.dose.values, second.planning.dose.values)
    for one, two in zip(first.follow_ups, second.follow_ups, strict=True):
        np.testing.assert_array_equal(one.mr["t1ce"].values, two.mr["t1ce"].values)


def test_the_label_reaches_the_event_visit_through_the_latents_alone() -> None:
    day = int(latents()["days_since_rt"])
    as_tp, as_psp = (build(true_label=label, written_label=label) for label in (True, False))
    for one, two in zip(event_images(as_tp, day), event_images(as_psp, day), strict=True):
        np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(as_tp.planning.dose.values, as_psp.planning.dose.values)
    np.testing.assert_array_equal(as_tp.planning.ct.values, as_psp.planning.ct.values)
    assert len(as_tp.follow_ups) == len(as_psp.follow_ups)
    assert as_tp.clinical.responses != as_psp.clinical.responses


def test_later_in_field_means_less_dose_to_the_lesion() -> None:
    seen = [
        build_patient(1, latents(outfield=z), "eligible", SETTING, SEED)[1]["outfield_seen"]
        for z in (-1.5, 0.0, 1.5)
    ]
    assert seen[0] < seen[1] < seen[2]


def test_follow_ups_lie_in_frames_of_their_own() -> None:
    patient = build()
    affines = [visit.mr["t1ce"].affine for visit in patient.follow_ups]
    affines.append(patient.planning.mr["t1ce"].affine)
    assert len({affine.tobytes() for affine in affines}) == len(affines)


@pytest.mark.parametrize(
    ("reason", "word"), [("no_event", None), ("distant_only", "distant progression")]
)
def test_patients_without_an_event_have_none(reason: Reason, word: str | None) -> None:
    responses = set(build(reason).clinical.responses) - {"stable", "response"}
    assert responses == ({word} if word else set())


def test_an_event_without_flair_has_t1ce_only() -> None:
    patient = build("no_flair")
    day = int(latents()["days_since_rt"])
    visit = next(visit for visit in patient.follow_ups if visit.days_since_rt == day)
    assert set(visit.mr) == {"t1ce"}


def test_an_event_that_was_not_imaged_is_in_the_table_only() -> None:
    patient = build("not_imaged")
    day = int(latents()["days_since_rt"])
    assert day in patient.clinical.visit_days
    assert day not in {visit.days_since_rt for visit in patient.follow_ups}
    assert patient.follow_ups


def test_a_child_is_below_18() -> None:
    assert 8 <= build("under_age").clinical.age_years < 18


def test_spans_before_radiotherapy_come_in_order() -> None:
    row = build().clinical
    assert row.surgery_day < row.topometric_mri_day < row.rt_start_day < 0


def test_structures_are_named_for_both_dialects() -> None:
    names = {structure.name for structure in build().planning.structures}
    assert {"body", "brain", "brainstem", "chiasm", "gtv", "ctv", "ptv"} <= names
    assert any(name.startswith("follow_up_") for name in names)
