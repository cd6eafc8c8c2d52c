"""What a planner draws: organs, targets and follow-up lesions on the CT's slices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from psp_core.phantom.imaging import PlanningCT, Visit
from psp_core.phantom.lesion import CAVITY_WALL_MM, Lesion, lesion_occupancy
from psp_core.phantom.patient import Structure
from psp_core.phantom.person import Person
from psp_core.phantom.treatment import ORGANS, PTV_MARGIN_MM, organ_occupancy, trace

EDGE_MM = 2.0  # width of the partial-volume ramp at a drawn border


def drawn_structures(
    person: Person,
    ct: PlanningCT,
    lesions: Mapping[int, Lesion],
    *,
    listed_only: tuple[int, ...] = (),
) -> tuple[Structure, ...]:
    """Contours on the CT's slices, in LPS mm.

    Parameters
    ----------
    lesions : mapping of visit number to Lesion
        Follow-up lesions that were drawn.
    listed_only : tuple of int
        Visits whose names are listed without a contour.
    """
    points, in_brain, texture = ct.head_points, ct.scene.in_brain, ct.scene.texture
    template = person.head.template_points(points)

    def traced(name: str, occupancy: Tensor) -> Structure:
        return trace(name, occupancy.reshape(ct.image.values.shape).numpy(), ct.image.affine)

    structures = [traced("body", ct.scene.fractions.sum(0)), traced("brain", in_brain)]
    ptv = person.field.ptv_axes_mm
    targets = {
        "gtv": (person.field.gtv_axes_mm + CAVITY_WALL_MM, in_brain),
        "ctv": (ptv - PTV_MARGIN_MM, in_brain),
        "ptv": (ptv, torch.ones_like(in_brain)),
    }
    for name, (semi_axes, inside) in targets.items():
        structures.append(traced(name, inside * _ellipsoid(points, person, semi_axes)))
    structures += [traced(name, organ_occupancy(template, name)) for name in ORGANS]
    for visit, lesion in lesions.items():
        whole, _, halo = lesion_occupancy(points, texture, in_brain, lesion, EDGE_MM)
        structures.append(traced(f"follow_up_{visit}_enhancing", whole))
        structures.append(traced(f"follow_up_{visit}_flair", halo))
    for visit in listed_only:
        structures += [
            Structure(f"follow_up_{visit}_{kind}", ()) for kind in ("enhancing", "flair")
        ]
    return tuple(structures)


def target_on_mr(person: Person, visit: Visit) -> Structure:
    """Tumour bed as drawn on the T1CE of the planning study, in that scanner's frame."""
    t1ce = visit.images["t1ce"]
    bed = _ellipsoid(visit.head_points, person, person.field.gtv_axes_mm + CAVITY_WALL_MM)
    return trace("gtv", bed.reshape(t1ce.values.shape).numpy(), t1ce.affine)


def _ellipsoid(points: Tensor, person: Person, semi_axes_mm: npt.NDArray[np.float64]) -> Tensor:
    """Occupancy of an ellipsoid around the target, (N,)."""
    centred = points - torch.as_tensor(person.field.target_mm, dtype=torch.float32)
    scaled = centred / torch.as_tensor(semi_axes_mm, dtype=torch.float32)
    radius = torch.linalg.vector_norm(scaled, dim=1)
    occupancy: Tensor = ((1 - radius) * float(semi_axes_mm.min()) / EDGE_MM + 0.5).clamp(0, 1)
    return occupancy
