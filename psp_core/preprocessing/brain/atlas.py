"""Brain extraction that needs nothing but the template.

The voxels that look like brain are found, the template's brain is laid over them, and its
surface is moved to where they end. Two rounds: the first fit tells where the neck is and
how the coil's brightness changes over the brain.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.resample import resample, sample
from psp_core.acquisition.volume import Volume
from psp_core.errors import BrainExtractionError
from psp_core.preprocessing.brain.affine import CENTRE_MM, fit_affine
from psp_core.preprocessing.brain.coarse import Floats, Mask, coarsened, local_mean
from psp_core.preprocessing.brain.surface import move_surface, template_distance
from psp_core.preprocessing.brain.tissue import brain_like, find_head, in_middle
from psp_core.preprocessing.template import template_brain

WORKING_MM = 2.0  # finer voxels blur the thin dark line between brain and marrow no less
COIL_MM = 20.0  # width of the surroundings that share one brightness
DEEP_MM, BEYOND_MM = 5.0, -10.0  # of the fitted template: surely brain, and possible at all
START_PITCHES, START_RISES_MM = (-12.0, 8.0), (-16.0, 8.0)

SMALLEST_CM3, LARGEST_CM3 = 700.0, 2500.0  # of a whole brain with its ventricles
LARGEST_STRETCH = 1.4  # longest over shortest scale of the template's axes
INSIDE_MM, LIKENESS_MM = 8.0, 4.0
LEAST_LIKENESS = 0.15  # heads: 0.2 to 0.7; legs, balls and brains upside down: 0.12 or less


class AtlasBrain(NamedTuple):
    """Brain by the template, and what tells how far to believe it."""

    mask: Mask  # (D, H, W) on the image's grid
    to_template: Floats  # (4, 4), LPS mm of the image to LPS mm of the template
    whole_cm3: float  # of the brain, also where the field of view cuts it
    stretch: float
    likeness: float  # correlation of image and template deep inside, -1 to 1

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why this is no brain; empty if it may be one."""
        found = (
            (not SMALLEST_CM3 <= self.whole_cm3 <= LARGEST_CM3,
             f"its volume is {self.whole_cm3:.0f} cm³ "
             f"(expected {SMALLEST_CM3:.0f} to {LARGEST_CM3:.0f})"),
            (self.stretch > LARGEST_STRETCH,
             f"one axis of the template was scaled {self.stretch:.2f} times as much as another "
             f"(expected at most {LARGEST_STRETCH})"),
            (not self.likeness >= LEAST_LIKENESS,
             f"its inside correlates with the template's by {self.likeness:.2f} "
             f"(expected {LEAST_LIKENESS} or more)"),
        )  # fmt: skip
        return tuple(text for is_doubt, text in found if is_doubt)


def atlas_brain(volume: Volume) -> AtlasBrain:
    """Find the brain in the MR image of a head.

    Parameters
    ----------
    volume : Volume
        T1-weighted head, with or without contrast medium; finite values.

    Raises
    ------
    BrainExtractionError
        If nothing in the image is shaped and bright as a brain.
    """
    image = coarsened(volume, WORKING_MM)
    grid = image.grid
    head = find_head(image)
    region = brain_like(image.values / head.brightness, grid, in_middle(grid, head.centre_mm))
    _require(region)
    starts = [
        fit_affine(_as_volume(region, grid), start, spacing_mm=8, blur_mm=8.0, is_rigid=True)
        for start in _starts(head.centre_mm)
    ]
    matrix, _ = min(starts, key=lambda fitted: fitted[1])
    matrix, _ = fit_affine(
        _as_volume(region, grid), matrix, spacing_mm=8, blur_mm=6.0, is_rigid=False
    )
    depth = _distance_on(template_distance(), matrix, grid)
    deep = depth > DEEP_MM
    _require(region & deep)
    brightness = local_mean(image, region & deep, width_mm=COIL_MM, spacing_mm=8.0)
    region = brain_like(image.values / brightness, grid, deep, within=depth > BEYOND_MM)
    _require(region)
    matrix, _ = fit_affine(
        _as_volume(region, grid), matrix, spacing_mm=4, blur_mm=3.0, is_rigid=False
    )
    moved = move_surface(_as_volume(region, grid), matrix)
    whole = np.count_nonzero(moved.values > 0) * moved.grid.voxel_volume_cm3
    scales = np.linalg.svd(matrix[:3, :3], compute_uv=False)
    return AtlasBrain(
        mask=_distance_on(moved, matrix, volume.grid) > 0,
        to_template=np.asarray(np.linalg.inv(matrix), dtype=np.float64),
        whole_cm3=float(whole * abs(np.linalg.det(matrix[:3, :3]))),
        stretch=float(scales.max() / scales.min()),
        likeness=_likeness(image, matrix),
    )


def _likeness(image: Volume, from_template: Floats) -> float:
    """Correlation of image and template deep inside the template's brain; NaN if unseen."""
    template = coarsened(template_brain(2), LIKENESS_MM)
    points = template.grid.points()
    inside = sample(template_distance(), points) > INSIDE_MM
    places = points[inside] @ from_template[:3, :3].T + from_template[:3, 3]
    seen = sample(coarsened(image, LIKENESS_MM), places)
    known = np.isfinite(seen)
    if not known.any():
        return float("nan")
    # A bright lesion or vessel must not outweigh the rest of the brain.
    values = np.clip(seen[known], 0, 1.5 * np.median(seen[known]))
    return float(np.corrcoef(values, template.values[inside][known])[0, 1])


def _starts(centre_mm: Floats) -> list[Floats]:
    """Template laid on the guessed centre, nodded and raised a little."""
    starts = []
    for pitch, rise_mm in product(START_PITCHES, START_RISES_MM):
        matrix = np.eye(4)
        matrix[:3, :3] = Rotation.from_euler("x", pitch, degrees=True).as_matrix()
        raised = centre_mm + np.array([0.0, 0.0, rise_mm])
        matrix[:3, 3] = raised - matrix[:3, :3] @ CENTRE_MM
        starts.append(matrix)
    return starts


def _as_volume(region: Mask, grid: Grid) -> Volume:
    return Volume(region.astype(np.float32), grid)


def _distance_on(distance: Volume, from_template: Floats, grid: Grid) -> Floats:
    """Template-frame distances on a grid of the image; far outside where there are none."""
    in_template = Grid(grid.shape, np.linalg.inv(from_template) @ grid.affine)
    carried = resample(distance, in_template)
    return np.asarray(np.where(np.isnan(carried), -np.inf, carried))


def _require(region: Mask) -> None:
    if not region.any():
        raise BrainExtractionError(
            "no thick region of one brightness in the middle of the image, expected a brain; "
            "look at the image, or give a mask"
        )
