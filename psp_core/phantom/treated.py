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
from psp_core.phantom.measure import measure
from psp_core.phantom.patient import ClinicalRow, FollowUp, PhantomPatient, Planning, Sequence
from psp_core.phantom.person import Person, draw_person
from psp_core.phantom.schedule import Course, draw_course
from psp_core.phantom.signal import SCANNERS, Scanner

Reason = Literal["eligible", "no_event", "distant_only", "no_flair", "not_imaged", "under_age"]

IMAGED_VISITS = (1, 2, 3)
IMAGED_SHARE = (0.30, 0.45, 0.25)
DRAWN_SHARE = 0.5  # follow-up lesions are contoured for a subset of patients only
GROWTH_PER_VISIT = {True: 1.15, False: 0.85}  # after the event; true progression grows
SECOND_STRUCTURES_SHARE = 93 / 180  # patients of Burdenko with more than one RTSTRUCT
VARIAN_SHARE = 89 / 180  # planning systems of Burdenko
ROTATION_DEGREES, SHIFT_MM, FIELD_OF_VIEW_JITTER_MM = 12.0, 25.0, 6.0


@dataclass(frozen=True)
class Setting:
    """What all patients of a collection share.

    Without `centre_shift` the external centre has the training centre's scanners and schedule.
    `growth_tells` lets the lesion grow or shrink by its label *after* the event.
    """

    centre: Centre
    steps: Steps
    centre_shift: bool
    growth_tells: bool = True

    @property
    def habits(self) -> Centre:
        """Centre whose scanners and schedule are used."""
        return self.centre if self.centre_shift else "training"


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
    told: Literal["true_progression", "pseudoprogression"]
    told = "true_progression" if latents["written_label"] else "pseudoprogression"
    story = reason if reason in ("no_event", "distant_only") else told
    course = draw_course(course_rng, int(latents["days_since_rt"]), story, setting.habits)
    event = course.event_visit
    count = int(rng.choice(IMAGED_VISITS, p=IMAGED_SHARE))
    imaged = course.imaged_visits(count + (reason == "not_imaged"))
    if reason == "not_imaged":
        imaged = tuple(visit for visit in imaged if visit != event)
    scanner = _scanner(rng, setting.habits)
    planning_visit = visit_mr(
        person, _pose(rng), scanner, ("t1", "t1ce", "t2", "flair"), setting.steps, generator,
        follow_up=False, field_of_view_shift_mm=_jitter(rng),
    )  # fmt: skip
    dose = planned_dose(person, setting.steps)
    ct = planning_ct(person, setting.steps, generator)
    has_event = story == told
    growth = GROWTH_PER_VISIT[bool(latents["true_label"])] if setting.growth_tells else 1.0
    follow_ups, seen = [], {}
    for visit in imaged:
        shown = has_event and visit >= event
        lesion = person.lesion.grown(growth ** (visit - event)) if shown else None
        no_flair = reason == "no_flair" and visit == event
        sequences: tuple[Sequence, ...] = ("t1ce",) if no_flair else ("t1ce", "flair")
        scan = visit_mr(
            person, _pose(rng), scanner, sequences, setting.steps, generator,
            follow_up=True, lesion=lesion, field_of_view_shift_mm=_jitter(rng),
        )  # fmt: skip
        follow_ups.append(FollowUp(visit, course.visit_days[visit - 1], scan.images))
        if visit == event:
            seen = measure(person, scan, dose)
    second = bool(rng.random() < SECOND_STRUCTURES_SHARE)
    # The event's lesion at most, so that the number of contours tells neither label nor time.
    drawn = bool(rng.random() < DRAWN_SHARE) and has_event and event in imaged
    planning = Planning(
        ct=ct.image,
        mr=planning_visit.images,
        structures=drawn_structures(
            person,
            ct,
            {event: person.lesion} if drawn else {},
            listed_only=tuple(visit for visit in imaged if not (drawn and visit == event)),
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
    return patient, {**seen, "event_visit": float(event)}


def _scanner(rng: np.random.Generator, centre: Centre) -> Scanner:
    name = "centre_c" if centre == "external" else str(rng.choice(["centre_a", "centre_b"]))
    return SCANNERS[name]


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
