"""Volumes as the engines see them: clipped, averaged to coarser voxels, with a mask."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import SimpleITK

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import EmptyMaskError, GridMismatchError, RegistrationError

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

COARSEST_MM = 8.0  # the optimum is wide enough there to be reached over 30 mm and 15 degrees
LARGEST_STEP = 3.2  # ratio of the voxel sides of neighbouring levels
FEWEST_VOXELS = 6  # along each axis; fewer do not show a rotation
CLIPPED = (0.5, 99.5)  # percentiles: a metal clip must not stretch the bins of the histogram
MASK_MM, MARGIN_MM = 4.0, 8.0  # of the metric's mask: a border tells more than an inside
POINTS = 600  # of the head, where maps are compared


@dataclass(frozen=True, eq=False)
class Pyramid:
    """One volume at several resolutions.

    Attributes
    ----------
    levels : tuple of images
        Coarsest first; float32, LPS mm.
    looked_at : image or None
        Where the metric looks if this is the fixed volume, on a grid of its own; None is
        everywhere.
    known : image or None
        Where it may look if this is the moving volume; None is everywhere.
    points_mm : float array, shape (N, 3)
        Points of the mask, or of the head where no mask was given.
    """

    levels: tuple[SimpleITK.Image, ...]
    looked_at: SimpleITK.Image | None
    known: SimpleITK.Image | None
    points_mm: Floats


def build_pyramid(volume: Volume, name: str, working_mm: float, mask: Mask | None) -> Pyramid:
    """Clip a volume and average it to `working_mm` and to coarser voxels.

    Raises
    ------
    RegistrationError
        If the image is constant, without numbers, or too small to show a rotation.
    GridMismatchError
        If `mask` has another shape than the volume.
    EmptyMaskError
        If `mask` has no voxel, or too few to be seen at 4 mm.
    """
    if mask is not None and mask.shape != volume.values.shape:
        raise GridMismatchError(
            f"{name}: the mask has shape {mask.shape}, the image {volume.values.shape}"
        )
    known = np.isfinite(volume.values)
    finest = average(to_image(_clipped(volume.values, known, name), volume.grid), working_mm)
    if min(finest.GetSize()) < FEWEST_VOXELS:
        raise RegistrationError(
            f"{name}: shape {volume.values.shape} leaves {finest.GetSize()[::-1]} voxels at "
            f"{working_mm:g} mm, expected at least {FEWEST_VOXELS} along each axis; a rotation "
            "cannot be seen in less. Lower working_mm or leave the series out"
        )
    coarser = [average(finest, side) for side in level_sides(working_mm)[:-1]]
    levels = [one for one in coarser if min(one.GetSize()) >= FEWEST_VOXELS]
    seen = None if known.all() else average(to_image(known, volume.grid), MASK_MM) > 0.5
    if mask is None:
        inside = SimpleITK.OtsuThreshold(average(finest, MASK_MM), 0, 1)
        looked_at = seen
    else:
        inside = average(to_image(mask, volume.grid), MASK_MM) > 0.5
        looked_at = _widened(inside) if seen is None else SimpleITK.And(_widened(inside), seen)
    points = _some_points(inside)
    if not len(points):
        raise EmptyMaskError(f"{name}: the mask has hardly a voxel; leave it out or draw it")
    return Pyramid((*levels, finest), looked_at, seen, points)


def _clipped(values: npt.NDArray[np.floating], known: Mask, name: str) -> npt.NDArray[np.float32]:
    """Values between two percentiles; the lower one where none was measured."""
    low, high = np.percentile(values[known], CLIPPED) if known.any() else (np.nan, np.nan)
    if not high > low:
        raise RegistrationError(
            f"{name}: {known.mean():.0%} of the voxels are known and nearly all of them are equal; "
            "expected an image with contrast"
        )
    filled = np.where(known, values, low).clip(low, high)
    clipped: npt.NDArray[np.float32] = filled.astype(np.float32)
    return clipped


def level_sides(working_mm: float) -> tuple[float, ...]:
    """Voxel sides of the levels in mm, coarsest first, `working_mm` last."""
    if not working_mm > 0:
        raise RegistrationError(f"working_mm is {working_mm}, expected a positive voxel side")
    ratio = COARSEST_MM / working_mm
    steps = max(0, math.ceil(math.log(ratio) / math.log(LARGEST_STEP) - 1e-9))
    return (*(COARSEST_MM * ratio ** (-k / steps) for k in range(steps)), working_mm)


def to_image(values: npt.NDArray[np.generic], grid: Grid) -> SimpleITK.Image:
    """Values [d, h, w] as an image of the same LPS positions; axes in ITK's order w, h, d."""
    image = SimpleITK.GetImageFromArray(np.asarray(values, dtype=np.float32))
    axes = grid.affine[:3, 2::-1]
    spacing = np.linalg.norm(axes, axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((axes / spacing).ravel().tolist())
    image.SetOrigin(grid.affine[:3, 3].tolist())
    return image


def average(image: SimpleITK.Image, side_mm: float) -> SimpleITK.Image:
    """Average blocks of about `side_mm`; an axis that is coarser stays."""
    factors = block_size(image, side_mm)
    return SimpleITK.BinShrink(image, factors) if max(factors) > 1 else image


def block_size(image: SimpleITK.Image, side_mm: float) -> list[int]:
    """Voxels along w, h and d that together are about `side_mm` wide."""
    sides = zip(image.GetSpacing(), image.GetSize(), strict=True)
    return [min(max(1, round(side_mm / side)), size) for side, size in sides]


def _widened(mask: SimpleITK.Image) -> SimpleITK.Image:
    radius = [max(1, round(MARGIN_MM / side)) for side in mask.GetSpacing()]
    widened: SimpleITK.Image = SimpleITK.BinaryDilate(mask, radius, SimpleITK.sitkBall)
    return widened


def _some_points(inside: SimpleITK.Image) -> Floats:
    """Evenly picked voxel centres of a mask in LPS mm."""
    index = np.argwhere(SimpleITK.GetArrayViewFromImage(inside))[:, ::-1]  # w, h, d
    index = index[:: max(1, len(index) // POINTS)]
    turned = np.array(inside.GetDirection()).reshape(3, 3) * inside.GetSpacing()
    points: Floats = index @ turned.T + np.array(inside.GetOrigin())
    return points
