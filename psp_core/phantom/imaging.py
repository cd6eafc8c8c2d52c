"""Images of a person: planning CT, MR of a visit, planned dose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from psp_core.phantom.head import Pose, centred_grid, grid_points
from psp_core.phantom.lesion import Lesion, Scene, compose
from psp_core.phantom.patient import Image, Sequence
from psp_core.phantom.person import Person
from psp_core.phantom.signal import (
    CAVITY_GADOLINIUM_MMOL,
    Scanner,
    render_ct,
    render_mr,
)

Floats = npt.NDArray[np.float64]
Extent = tuple[float, float, float]

CT_EXTENT_MM: Extent = (183.0, 230.0, 195.0)
MR_EXTENT_MM: Extent = (180.0, 220.0, 180.0)
DOSE_EXTENT_MM: Extent = (170.0, 210.0, 180.0)


@dataclass(frozen=True)
class Steps:
    """Voxel sides in mm."""

    mr_mm: float
    flair_slice_mm: float
    ct_mm: float
    ct_slice_mm: float
    dose_mm: float


class PlanningCT(NamedTuple):
    """The planning CT with the noise-free scene behind it."""

    image: Image  # HU, in the head's frame
    scene: Scene
    head_points: Tensor  # (N, 3)


def planning_ct(person: Person, steps: Steps, generator: torch.Generator) -> PlanningCT:
    """CT in the head's frame, before the lesion grew."""
    shape, affine = centred_grid(CT_EXTENT_MM, (steps.ct_slice_mm, steps.ct_mm, steps.ct_mm))
    points = grid_points(shape, affine)
    scene = compose(person.head, points, steps.ct_mm, person.background)
    image = Image(render_ct(scene, generator).reshape(shape).numpy(), affine)
    return PlanningCT(image, scene, points)


@dataclass(frozen=True)
class Visit:
    """What one visit to the scanner produced, with the noise-free scene behind T1CE."""

    images: dict[Sequence, Image]
    scene: Scene
    head_points: Tensor  # (N, 3) voxel centres of the T1CE grid in the head's frame
    voxel_mm3: float
    scanner: Scanner


def visit_mr(
    person: Person,
    pose: Pose,
    scanner: Scanner,
    sequences: tuple[Sequence, ...],
    steps: Steps,
    generator: torch.Generator,
    *,
    follow_up: bool,
    lesion: Lesion | None = None,
    field_of_view_shift_mm: Extent = (0.0, 0.0, 0.0),
) -> Visit:
    """MR series of one visit in the scanner's frame; FLAIR has thicker slices of its own.

    The field of view is put over the head, wherever the pose has moved it.
    """
    background = person.background.at_follow_up() if follow_up else person.background
    gadolinium = lesion.gadolinium_mmol if lesion is not None else CAVITY_GADOLINIUM_MMOL
    centre = -pose.rotation.T @ pose.shift_mm + np.asarray(field_of_view_shift_mm)
    images: dict[Sequence, Image] = {}
    seen: dict[float, tuple[tuple[int, int, int], Floats, Tensor, Tensor, Scene]] = {}
    for sequence in sequences:
        slice_mm = steps.flair_slice_mm if sequence == "flair" else steps.mr_mm
        if slice_mm not in seen:
            shape, affine = centred_grid(MR_EXTENT_MM, (slice_mm, steps.mr_mm, steps.mr_mm), centre)
            points = grid_points(shape, affine)
            head_points = pose.to_head(points)
            scene = compose(person.head, head_points, steps.mr_mm, background, lesion)
            seen[slice_mm] = (shape, affine, points, head_points, scene)
        shape, affine, points, _, scene = seen[slice_mm]
        values = render_mr(scene, points - points.mean(0), scanner, sequence, gadolinium, generator)
        images[sequence] = Image(values.reshape(shape).numpy(), affine)
    _, _, _, head_points, scene = seen.get(steps.mr_mm) or next(iter(seen.values()))
    return Visit(images, scene, head_points, steps.mr_mm**3, scanner)


def planned_dose(person: Person, steps: Steps) -> Image:
    """Dose of the written plan in Gy on its own coarser grid; zero in air."""
    shape, affine = centred_grid(DOSE_EXTENT_MM, (steps.dose_mm,) * 3)
    points = grid_points(shape, affine)
    body = person.head.tissues(points)[:5].sum(0).clamp(0, 1)
    share = person.fractions_in_plan / person.fractions
    dose = person.field.dose_gy(points) * (body > 0.3) * share
    return Image(dose.reshape(shape).numpy().astype(np.float64), affine)
