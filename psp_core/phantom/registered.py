"""Cases that are already on the template's grid: development and sealed cohorts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from psp_core.phantom.head import centred_grid, grid_points
from psp_core.phantom.imaging import Visit
from psp_core.phantom.lesion import compose
from psp_core.phantom.measure import measure
from psp_core.phantom.own_layout import OwnCase
from psp_core.phantom.patient import Image, Sequence
from psp_core.phantom.person import Person, draw_person
from psp_core.phantom.schedule import FIRST_VISIT_DAY, visit_number_of
from psp_core.phantom.signal import SCANNERS, render_mr

CUBE_MM = 160.0  # Gomaa 2025: 160 voxels at 1 mm
WITHIN_MM = CUBE_MM / 2 - 20.0  # of a lesion's centre: the cube must not cut a lesion
HEAD_SPREAD = 0.6  # an affine registration has taken part of the variation away; ours


def build_registered(
    subject_id: str, latents: pd.Series[Any], spacing_mm: float, seed: tuple[int, ...]
) -> tuple[OwnCase, dict[str, float]]:
    """One skull-stripped case with lesion mask and dose on one cubic grid.

    Returns
    -------
    The case in the layout ``own``, and the figures of `measure.measure` with the visit's number.
    """
    rng = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    person = draw_person(
        rng, latents, partial_plans=False, head_spread=HEAD_SPREAD, within_mm=WITHIN_MM
    )
    shape, affine = centred_grid((CUBE_MM,) * 3, (spacing_mm,) * 3)
    visit = _registered_visit(rng, person, shape, affine, spacing_mm, generator)
    points = visit.head_points
    dose = Image(person.field.dose_gy(points).reshape(shape).numpy().astype(np.float32), affine)
    labels = Image(visit.scene.labels().reshape(shape).numpy(), affine)
    day = int(latents["days_since_rt"])
    number = visit_number_of(day, FIRST_VISIT_DAY["training"])
    case = OwnCase(
        subject_id=subject_id,
        timepoint=number,
        label="true_progression" if latents["written_label"] else "pseudoprogression",
        reference_standard="follow_up",
        days_since_rt=day,
        age_years=float(latents["age_years"]),
        sex=latents["sex"],
        idh_status=latents["idh_status"],
        mgmt_status=latents["mgmt_status"],
        total_dose_gy=person.field.prescription_gy,
        fractions=person.fractions,
        resection="gross_total",
        n_lesions=1,
        survival_days=None,
        survival_event=None,
        t1ce=visit.images["t1ce"],
        flair=visit.images["flair"],
        lesion_mask=labels,
        dose=dose,
    )
    return case, {**measure(person, visit, dose), "event_visit": float(number)}


def _registered_visit(
    rng: np.random.Generator,
    person: Person,
    shape: tuple[int, int, int],
    affine: npt.NDArray[np.float64],
    spacing_mm: float,
    generator: torch.Generator,
) -> Visit:
    """T1CE and FLAIR of the event visit, zero outside the brain."""
    scanner = SCANNERS[str(rng.choice(["centre_a", "centre_b"]))]
    points = grid_points(shape, affine)
    background = person.background.at_follow_up()
    scene = compose(person.head, points, spacing_mm, background, person.lesion)
    brain = scene.in_brain > 0.5
    images: dict[Sequence, Image] = {}
    sequences: tuple[Sequence, ...] = ("t1ce", "flair")
    for sequence in sequences:
        values = render_mr(
            scene, points, scanner, sequence, person.lesion.gadolinium_mmol, generator
        )
        images[sequence] = Image((values * brain).reshape(shape).numpy(), affine)
    return Visit(images, scene, points, spacing_mm**3, scanner)
