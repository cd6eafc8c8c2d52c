"""A treated patient: what the label reaches, and what it must not."""

from __future__ import annotations

from dataclasses import replace

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


def test_no_image_shows_the_days() -> None:
    """Two days of one scheduled visit: the same images at the event."""
    for one, two in zip(
        event_images(build(days_since_rt=20), 20),
        event_images(build(days_since_rt=60), 60),
        strict=True,
    ):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("seed", range(6))
def test_number_of_names_and_contours_tells_neither_label_nor_time(seed: int) -> None:
    counts = set()
    for day, label in ((20, False), (20, True), (130, False), (400, True)):
        row = latents(days_since_rt=day, true_label=label, written_label=label)
        patient = build_patient(1, row, "eligible", SETTING, (seed,))[0]
        follow_ups = [s for s in patient.planning.structures if s.name.startswith("follow_up")]
        contoured = sum(bool(structure.contours) for structure in follow_ups)
        counts.add((len(patient.follow_ups), len(follow_ups), contoured))
    assert len(counts) == 1


def test_only_the_visit_of_the_event_is_contoured() -> None:
    contoured = set()
    for seed in range(8):
        patient = build_patient(1, latents(), "eligible", SETTING, (seed,))[0]
        days = patient.clinical.visit_days
        event = 1 + days.index(int(latents()["days_since_rt"]))
        for structure in patient.planning.structures:
            if structure.name.startswith("follow_up") and structure.contours:
                contoured.add(structure.name.replace(f"_{event}_", "_event_"))
    assert contoured == {"follow_up_event_enhancing", "follow_up_event_flair"}


@pytest.mark.parametrize("tells", [True, False])
def test_growth_after_the_event_can_be_silenced(tells: bool) -> None:
    setting = replace(SETTING, growth_tells=tells)
    for seed in range(10):
        tp, psp = (
            build_patient(1, latents(true_label=label), "eligible", setting, (seed,))[0]
            for label in (True, False)
        )
        if tp.follow_ups[-1].days_since_rt > latents()["days_since_rt"]:
            break
    else:
        pytest.fail("no patient was imaged after the event")
    last = [np.asarray(patient.follow_ups[-1].mr["t1ce"].values) for patient in (tp, psp)]
    assert np.array_equal(*last) != tells


def test_without_the_centre_shift_scanner_and_schedule_are_the_training_centres() -> None:
    built = {
        (centre, shifted): build_patient(
            1, latents(), "eligible", replace(SETTING, centre=centre, centre_shift=shifted), SEED
        )[0]
        for centre in ("training", "external")
        for shifted in (True, False)
    }
    training = built["training", True]
    for key, same in ((("external", False), True), (("external", True), False)):
        assert (built[key].clinical.visit_days == training.clinical.visit_days) is same
        first, second = (one.planning.mr["t1"].values for one in (built[key], training))
        assert np.array_equal(first, second) is same
