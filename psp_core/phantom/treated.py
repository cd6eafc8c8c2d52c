"""A treated patient with planning study and follow-ups, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch

from psp_core.phantom.drawing import drawn_structures, target_on_mr
from psp_core.phantom.head import Pose
from psp_core.phantom.imaging import Steps, planned_dose, planning_ct, visit_mr
from psp_core.phantom.latents import Centre
from psp_core.phantom.lesion import Lesion
from psp_core.phantom.measure import measure
from psp_core.phantom.patient import ClinicalRow, FollowUp, PhantomPatient, Planning, Sequence
from psp_core.phantom.person import Person, draw_person
from psp_core.phantom.schedule import Course, Story, draw_course
from psp_core.phantom.signal import SCANNERS, Scanner, external

Reason = Literal["eligible", "no_event", "distant_only", "no_flair", "not_imaged", "under_age"]

IMAGED_VISITS = (1, 2, 3)
IMAGED_SHARE = (0.30, 0.45, 0.25)
DRAWN_SHARE = 0.5  # follow-up lesions are contoured for a subset of patients only
GROWTH_PER_VISIT = {"true_progression": 1.15, "pseudoprogression": 0.85}
SECOND_STRUCTURES_SHARE = 93 / 180  # patients of Burdenko with more than one RTSTRUCT
VARIAN_SHARE = 89 / 180  # planning systems of Burdenko
ROTATION_DEGREES, SHIFT_MM, FIELD_OF_VIEW_JITTER_MM = 12.0, 25.0, 6.0


@dataclass(frozen=True)
class Setting:
    """What all patients of a collection share."""

    centre: Centre
    steps: Steps
    centre_shift: bool


def build_patient(
    number: int, latents: pd.Series[Any], reason: Reason, setting: Setting, seed: tuple[int, ...]
) -> tuple[PhantomPatient, dict[str, float]]:
    """Build one patient and what their written event visit shows.

    Parameters
    ----------
    number : int
        Position in the collection, from 1; never ordered by label.
    latents : Series
        One row of `latents.draw_latents`; the clinical table tells the *written* label.
    reason : str
        ``eligible``, or why the patient must be dropped by the cohort's rules.
    seed : tuple of int
        Entropy of this patient; the same seed gives the same patient.

    Returns
    -------
    The patient, and the figures of `measure.measure` with the event visit's number.
    """
    # Streams of their own: what the label decides in one cannot shift the draws of another.
    rng, course_rng, table_rng = (
        np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(3)
    )
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    person = draw_person(rng, latents)
    story = _story(latents, reason)
    course = draw_course(course_rng, int(latents["days_since_rt"]), story, setting.centre)
    count = int(rng.choice(IMAGED_VISITS, p=IMAGED_SHARE))
    imaged = course.imaged_visits(count + (reason == "not_imaged"))
    if reason == "not_imaged":
        imaged = tuple(visit for visit in imaged if visit != course.event_visit)
    scanner = _scanner(rng, setting)
    planning_visit = visit_mr(
        person, _pose(rng), scanner, ("t1", "t1ce", "t2", "flair"), setting.steps, generator,
        days_since_rt=-60, lesion=None, field_of_view_shift_mm=_jitter(rng),
    )  # fmt: skip
    dose = planned_dose(person, setting.steps)
    ct = planning_ct(person, setting.steps, generator)
    follow_ups, seen = [], {}
    for visit in imaged:
        lesion = _lesion_at(person, course, story, visit, bool(latents["true_label"]))
        day = course.visit_days[visit - 1]
        sequences: tuple[Sequence, ...] = ("t1ce", "flair")
        if reason == "no_flair" and visit == course.event_visit:
            sequences = ("t1ce",)
        scan = visit_mr(
            person, _pose(rng), scanner, sequences, setting.steps, generator,
            days_since_rt=day, lesion=lesion, field_of_view_shift_mm=_jitter(rng),
        )  # fmt: skip
        follow_ups.append(FollowUp(visit, day, scan.images))
        if visit == course.event_visit:
            seen = measure(person, scan, dose)
    lesions = {
        visit: lesion
        for visit in imaged
        if (lesion := _lesion_at(person, course, story, visit, bool(latents["true_label"])))
    }
    second = bool(rng.random() < SECOND_STRUCTURES_SHARE)
    drawn = bool(rng.random() < DRAWN_SHARE)
    planning = Planning(
        ct=ct.image,
        mr=planning_visit.images,
        structures=drawn_structures(
            person, ct, lesions if drawn else {}, listed_only=() if drawn else imaged
        ),
        dose=dose,
        prescription_gy=person.field.prescription_gy,
        fractions=person.fractions,
        fractions_in_plan=person.fractions_in_plan,
        mr_target=target_on_mr(person, planning_visit) if second else None,
    )
    patient = PhantomPatient(
        number=number,
        planning_system="varian" if rng.random() < VARIAN_SHARE else "amphora",
        clinical=_clinical_row(table_rng, latents, course, person, reason),
        planning=planning,
        follow_ups=tuple(follow_ups),
    )
    return patient, {**seen, "event_visit": float(course.event_visit)}


def _story(latents: pd.Series[Any], reason: Reason) -> Story:
    if reason in ("no_event", "distant_only"):
        return "no_event" if reason == "no_event" else "distant_only"
    return "true_progression" if latents["written_label"] else "pseudoprogression"


def _lesion_at(
    person: Person, course: Course, story: Story, visit: int, is_tp: bool
) -> Lesion | None:
    """The lesion as it is at a visit: absent before the event, then growing or shrinking."""
    if story in ("no_event", "distant_only") or visit < course.event_visit:
        return None
    factor = GROWTH_PER_VISIT["true_progression" if is_tp else "pseudoprogression"]
    return person.lesion.grown(factor ** (visit - course.event_visit))


def _scanner(rng: np.random.Generator, setting: Setting) -> Scanner:
    if setting.centre == "external":
        return external(SCANNERS["centre_c"], shifted=setting.centre_shift)
    return SCANNERS[str(rng.choice(["centre_a", "centre_b"]))]


def _pose(rng: np.random.Generator) -> Pose:
    return Pose.draw(rng, ROTATION_DEGREES, SHIFT_MM)


def _jitter(rng: np.random.Generator) -> tuple[float, float, float]:
    x, y, z = rng.uniform(-FIELD_OF_VIEW_JITTER_MM, FIELD_OF_VIEW_JITTER_MM, 3)
    return float(x), float(y), float(z)


def _clinical_row(
    rng: np.random.Generator,
    latents: pd.Series[Any],
    course: Course,
    person: Person,
    reason: Reason,
) -> ClinicalRow:
    """The patient's row; spans before radiotherapy are those of the real table."""
    start = -int(rng.integers(38, 48)) if person.fractions > 20 else -int(rng.integers(19, 25))
    topometric = start - int(rng.integers(5, 20))
    surgery = topometric - int(rng.integers(14, 45))
    last = course.visit_days[-1]
    age = int(rng.integers(8, 18)) if reason == "under_age" else int(latents["age_years"])
    death = last + int(rng.integers(30, 400)) if rng.random() < 78 / 180 else None
    return ClinicalRow(
        sex=latents["sex"],
        age_years=age,
        idh_status=latents["idh_status"],
        mgmt_status=latents["mgmt_status"],
        responses=course.responses,
        visit_days=course.visit_days,
        surgery_day=surgery,
        rt_start_day=start,
        topometric_mri_day=topometric,
        death_day=death,
    )
