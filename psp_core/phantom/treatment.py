"""The treated field: target volumes, dose and drawn structures, in the head's frame.

The planned dose is flat inside, falls through a penumbra and ends in a low-dose
bath. ``outfield`` decides how far from the 95 % isodose the lesion will grow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from contourpy import contour_generator
from torch import Tensor

from psp_core.phantom.anatomy import EYE_RADIUS_MM, EYES
from psp_core.phantom.head import Head
from psp_core.phantom.patient import Structure

Floats = npt.NDArray[np.float64]

CTV_MARGIN_MM, PTV_MARGIN_MM = 15.0, 3.0  # GTV to CTV (ESTRO-EANO 2023), CTV to PTV
PENUMBRA_MM, BATH_SHARE, BATH_MM = 2.5, 0.35, 20.0  # ours
ISODOSE_95_INSIDE_MM = 6.3  # depth of the 95 % isodose inside the 50 % surface of this profile
OUTFIELD_MM, OUTFIELD_MM_PER_SD = -6.0, 6.0  # lesion centre to the 95 % isodose; ours

# Organs at risk, template RAS mm: centre and semi-axes; ours, read off the template.
ORGANS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "brainstem": ((0.0, -27.0, -32.0), (13.0, 14.0, 24.0)),
    "chiasm": ((0.0, 6.0, -18.0), (9.0, 6.0, 4.0)),
    "left_eye": (EYES["left"], (EYE_RADIUS_MM,) * 3),
    "right_eye": (EYES["right"], (EYE_RADIUS_MM,) * 3),
    "left_lens": ((-33.0, 73.0, -38.0), (5.0, 4.0, 5.0)),
    "right_lens": ((33.0, 73.0, -38.0), (5.0, 4.0, 5.0)),
    "left_optic_nerve": ((-19.0, 30.0, -29.0), (12.0, 22.0, 5.0)),
    "right_optic_nerve": ((19.0, 30.0, -29.0), (12.0, 22.0, 5.0)),
}


@dataclass(frozen=True)
class Field:
    """An ellipsoidal high-dose volume around the tumour bed."""

    target_mm: Floats  # (3,) isocentre, head frame
    gtv_axes_mm: Floats  # (3,)
    prescription_gy: float

    @property
    def ptv_axes_mm(self) -> Floats:
        """Semi-axes of the planning target volume; the 95 % isodose follows it."""
        return self.gtv_axes_mm + CTV_MARGIN_MM + PTV_MARGIN_MM

    def isodose_95_mm(self, directions: Floats) -> Floats:
        """Distance from the isocentre to the 95 % isodose along unit directions (n, 3)."""
        return np.asarray(1 / np.linalg.norm(directions / self.ptv_axes_mm, axis=-1))

    def dose_gy(self, points: Tensor) -> Tensor:
        """Planned dose of the whole course at head-frame points, Gy, shape (N,)."""
        centred = points - torch.as_tensor(self.target_mm, dtype=torch.float32)
        distance = torch.linalg.vector_norm(centred, dim=1)
        scaled = torch.linalg.vector_norm(
            centred / torch.as_tensor(self.ptv_axes_mm, dtype=torch.float32), dim=1
        )
        edge = torch.where(scaled > 1e-4, distance / scaled, float(self.ptv_axes_mm.min()))
        inside = edge - distance + ISODOSE_95_INSIDE_MM  # edge: radius of the PTV along this ray
        flat = torch.sigmoid(inside / PENUMBRA_MM)
        bath = BATH_SHARE * torch.exp(inside.clamp(max=0) / BATH_MM)
        return self.prescription_gy * (flat + (1 - flat) * bath)


def draw_target(head: Head, rng: np.random.Generator, minimum_depth_mm: float = 22.0) -> Floats:
    """A tumour bed in the hemispheres (head frame): deep enough, off the midline, not low."""
    candidates = rng.uniform([-50, -60, -20], [50, 60, 45], (400, 3))
    points = torch.as_tensor(candidates, dtype=torch.float32)
    depth = head.tissues(points)[-1].numpy()
    template = head.template_points(points).numpy()
    fit = (depth > minimum_depth_mm) & (np.abs(template[:, 0]) > 14) & (template[:, 2] > -2)
    return np.asarray(candidates[int(np.argmax(fit))] if fit.any() else candidates[depth.argmax()])


def place_lesion(
    head: Head,
    field: Field,
    outfield: float,
    rng: np.random.Generator,
    minimum_depth_mm: float = 9.0,
    within_mm: float = np.inf,
) -> Floats:
    """Centre of the lesion (head frame): at the wanted distance from the 95 % isodose, in brain.

    Of random directions the first that is deep enough, and at most `within_mm` from the
    origin along each axis, is taken; the distance is never changed, so the place in field
    carries ``outfield`` exactly.
    """
    directions = rng.standard_normal((256, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    reach = field.isodose_95_mm(directions) + OUTFIELD_MM + OUTFIELD_MM_PER_SD * outfield
    centres = field.target_mm + directions * np.maximum(reach, 1.0)[:, None]
    points = torch.as_tensor(centres, dtype=torch.float32)
    depth = head.tissues(points)[-1].numpy()
    above = head.template_points(points)[:, 2].numpy() > -25
    inside = np.abs(centres).max(1) < within_mm
    fit = (depth > minimum_depth_mm) & above & inside
    return np.asarray(centres[int(np.argmax(fit)) if fit.any() else int(depth.argmax())])


def trace(name: str, occupancy: npt.NDArray[np.floating], affine: Floats) -> Structure:
    """Closed planar contours of an occupancy (D, H, W) at one half, in LPS mm."""
    contours = []
    for plane in np.flatnonzero(occupancy.reshape(len(occupancy), -1).max(1) > 0.5):
        for line in contour_generator(z=occupancy[plane]).lines(0.5):
            if len(line) < 5:  # fewer than four distinct corners
                continue
            column, row = np.asarray(line)[:-1].T  # the last point repeats the first
            index = np.stack([np.full(len(row), plane), row, column, np.ones(len(row))])
            contours.append(np.round((affine @ index)[:3].T, 2))
    return Structure(name, tuple(contours))


def organ_occupancy(template: Tensor, name: str) -> Tensor:
    """Occupancy of an organ at risk at template points (N, 3), shape (N,)."""
    centre, axes = (torch.tensor(values) for values in ORGANS[name])
    radius = torch.linalg.vector_norm((template - centre) / axes, dim=1)
    occupancy: Tensor = ((1 - radius) * float(axes.min()) / 2.0 + 0.5).clamp(0, 1)
    return occupancy
