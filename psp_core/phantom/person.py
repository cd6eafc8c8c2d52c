"""One synthetic person: head, background, treatment and lesion from a row of latents.

Everything here depends on the label only through the latents of that row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from psp_core.phantom.head import Floats, Head
from psp_core.phantom.lesion import Background, Lesion, lesion_from_latents
from psp_core.phantom.treatment import Field, draw_target, place_lesion

CONVENTIONAL, HYPOFRACTIONATED = (60.0, 30), (40.05, 15)  # Gy, fractions; Jang 2018, Methods
PARTIAL_PLAN_SHARE = 8 / 180  # plans of Burdenko with fractions far below the prescription


@dataclass(frozen=True)
class Person:
    """Everything of a patient that does not change between visits."""

    head: Head
    background: Background
    field: Field
    lesion: Lesion
    fractions: int
    fractions_in_plan: int


def draw_person(
    rng: np.random.Generator,
    latents: pd.Series[Any],
    *,
    partial_plans: bool = True,
    head_spread: float = 1.0,
    within_mm: float = np.inf,
    head: Head | None = None,
    target_mm: Floats | None = None,
) -> Person:
    """Draw a person for one row of latents (columns of `latents.draw_latents`).

    Parameters
    ----------
    partial_plans : bool
        Whether some plans hold a few fractions only.
    head_spread : float
        Variation of the head; 0 is the template.
    within_mm : float
        Largest coordinate of the lesion's centre, where a smaller field of view must hold it.
    head, target_mm : optional
        Head and place of the first tumour of someone who was drawn before.
    """
    if head is None:
        head = Head.draw(rng, variation=head_spread)
    target = draw_target(head, rng) if target_mm is None else target_mm
    cavity_axes = rng.normal(12.0, 1.5, 3).clip(8, 16)
    background = Background(
        cavity_centre_mm=target,
        cavity_semi_axes_mm=cavity_axes,
        cavity_enhancement=float(rng.uniform(0.0, 0.35)),
        spots_mm=rng.uniform([-45, -60, 0], [45, 60, 40], (int(rng.poisson(4)), 3)),
    )
    prescription, fractions = HYPOFRACTIONATED if latents["hypofractionated"] else CONVENTIONAL
    field = Field(target, cavity_axes, prescription)
    lesion = lesion_from_latents(
        float(latents["solidity"]),
        float(latents["rim"]),
        float(latents["oedema"]),
        centre_mm=place_lesion(head, field, float(latents["outfield"]), rng, within_mm=within_mm),
        rng=rng,
    )
    partial = partial_plans and rng.random() < PARTIAL_PLAN_SHARE
    in_plan = int(rng.integers(2, 11)) if partial else fractions
    return Person(head, background, field, lesion, fractions, in_plan)
