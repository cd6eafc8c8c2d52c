"""The template's brain laid over a brain-like region: an affine fit of two shapes.

Levenberg-Marquardt on the blurred shapes takes a tenth of the time of a general
registration, and all starts end in one optimum.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from psp_core.acquisition.volume import Volume
from psp_core.preprocessing.brain.coarse import Floats, Mask, coarsened
from psp_core.preprocessing.brain.surface import template_distance

CENTRE_MM = np.array([0.0, 18.0, 8.0])  # of the template's brain, LPS
ARM_MM = 60.0  # makes a turn and a shift of equal size move the surface as far
REACH = 2.5  # blur widths around the surface where shapes are compared
TOLERANCE = 1e-4


def fit_affine(
    region: Volume, start: Floats, *, spacing_mm: int, blur_mm: float, is_rigid: bool
) -> tuple[Floats, float]:
    """Improve an affine map from the template to an image.

    Parameters
    ----------
    region : Volume
        1 where the image looks like brain, else 0.
    start : float array, shape (4, 4)
        LPS mm of the template to LPS mm of the image.
    spacing_mm : int
        Voxels on which the shapes are compared; an even number.
    blur_mm : float
        Standard deviation of the blur: the fit finds shapes that are about as far away.
    is_rigid : bool
        Turn and shift `start` only.

    Returns
    -------
    tuple of the better map (4, 4) and the misfit: sum of squared differences over that of
    the template alone, 0 for equal shapes.
    """
    points, target = _template_shape(spacing_mm, blur_mm)
    arms = points - CENTRE_MM
    shape = _blurred(region, spacing_mm, blur_mm)
    channels = [shape.values, *np.gradient(shape.values)]
    to_index = np.linalg.inv(shape.grid.affine)
    linear, centre = start[:3, :3], start[:3, :3] @ CENTRE_MM + start[:3, 3]

    def turned(change: Floats) -> Floats:
        if is_rigid:
            rotation: Floats = Rotation.from_rotvec(change[:3] / ARM_MM).as_matrix()
            return rotation @ linear
        return linear + change[:9].reshape(3, 3) / ARM_MM

    def look(change: Floats) -> Floats:
        """Value and gradient per mm of the region's shape at the mapped points, (4, N)."""
        places = arms @ turned(change).T + centre + change[-3:]
        index = (places @ to_index[:3, :3].T + to_index[:3, 3]).T
        seen = np.stack([map_coordinates(c, index, order=1, output=np.float64) for c in channels])
        seen[1:] = to_index[:3, :3].T @ seen[1:]
        return seen

    def residuals(change: Floats) -> Floats:
        return np.asarray(look(change)[0] - target)

    def jacobian(change: Floats) -> Floats:
        slope = look(change)[1:].T
        if is_rigid:
            by_turn = np.cross(arms @ turned(change).T, slope)
        else:
            by_turn = (slope[:, :, None] * arms[:, None, :]).reshape(-1, 9)
        return np.hstack([by_turn / ARM_MM, slope])

    found = least_squares(
        residuals, np.zeros(6 if is_rigid else 12), jacobian,
        method="lm", ftol=TOLERANCE, xtol=TOLERANCE, max_nfev=30,
    )  # fmt: skip
    matrix = np.eye(4)
    matrix[:3, :3] = turned(found.x)
    matrix[:3, 3] = centre + found.x[-3:] - matrix[:3, :3] @ CENTRE_MM
    return matrix, float(2 * found.cost / (target @ target))


@cache
def _template_shape(spacing_mm: int, blur_mm: float) -> tuple[Floats, Floats]:
    """Points (N, 3) near the surface of the template's brain, and its blurred shape there."""
    distance = template_distance()
    inside: Mask = distance.values > 0
    shape = _blurred(Volume(inside.astype(np.float32), distance.grid), spacing_mm, blur_mm)
    near = coarsened(distance, spacing_mm)
    lost = np.array(shape.grid.shape) - near.grid.shape
    border = tuple(slice(n // 2, n // 2 + m) for n, m in zip(lost, near.grid.shape, strict=True))
    kept = np.abs(near.values) < REACH * blur_mm
    return near.grid.points()[kept], shape.values[border][kept].astype(np.float64)


def _blurred(region: Volume, spacing_mm: float, blur_mm: float) -> Volume:
    """Coarse, blurred, and with a margin of nothing for shapes that end at the field's edge."""
    small = coarsened(region, spacing_mm)
    margin = int(np.ceil(3 * blur_mm / min(small.grid.spacing_mm)))
    values = np.pad(np.asarray(small.values, dtype=np.float32), margin)
    blurred = gaussian_filter(values, blur_mm / np.array(small.grid.spacing_mm))
    return Volume(blurred, small.grid.padded(margin))
