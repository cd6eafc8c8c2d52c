"""Where the search for a rigid map begins: deterministic, wide enough for a head."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from psp_core.preprocessing.registration.pyramid import Pyramid

Floats = npt.NDArray[np.float64]

DRAWN_DEGREES, DRAWN_MM = 15.0, 10.0
LEAST_OVERLAP = 0.5  # of the head's points; less is not the same body part


def draw_starts(
    fixed: Pyramid, moving: Pyramid, count: int, *, given: Floats | None, seed: int
) -> list[Floats]:
    """Maps of fixed to moving points (4, 4) to begin with.

    In this order: the given map; the heads' centres on each other; the fields' centres
    on each other; the files' own coordinates, if the head lies in the field under
    them; then the heads' centres with a turn of up to 15 degrees about a drawn axis
    and a shift of up to 10 mm along each axis.
    """
    rng = np.random.default_rng(seed)
    centre = fixed.points_mm.mean(0)
    heads = _shift(moving.points_mm.mean(0) - centre)
    starts = [heads, _shift(_field_centre(moving) - _field_centre(fixed))]
    if given is not None:
        starts.insert(0, given)
    elif overlap(np.eye(4), fixed, moving) >= LEAST_OVERLAP:
        starts.append(np.eye(4))
    while len(starts) < count:
        axis = rng.standard_normal(3)
        angle = np.deg2rad(rng.uniform(0.5, 1) * DRAWN_DEGREES)
        turn = np.eye(4)
        turn[:3, :3] = Rotation.from_rotvec(angle * axis / np.linalg.norm(axis)).as_matrix()
        turn[:3, 3] = centre - turn[:3, :3] @ centre + rng.uniform(-DRAWN_MM, DRAWN_MM, 3)
        starts.append(heads @ turn)
    return starts[:count]


def overlap(matrix: Floats, fixed: Pyramid, moving: Pyramid) -> float:
    """Share of the fixed head's points that a map sends into the moving field."""
    image = moving.levels[-1]
    carried = fixed.points_mm @ matrix[:3, :3].T + matrix[:3, 3]
    axes = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    index = (carried - image.GetOrigin()) @ np.linalg.inv(axes).T
    inside = ((index >= -0.5) & (index <= np.array(image.GetSize()) - 0.5)).all(1)
    return float(inside.mean())


def _field_centre(pyramid: Pyramid) -> Floats:
    image = pyramid.levels[-1]
    middle = [(n - 1) / 2 for n in image.GetSize()]
    return np.array(image.TransformContinuousIndexToPhysicalPoint(middle))


def _shift(shift_mm: Floats) -> Floats:
    matrix = np.eye(4)
    matrix[:3, 3] = shift_mm
    return matrix
