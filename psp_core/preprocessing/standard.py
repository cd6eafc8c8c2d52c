"""The standard volume: a cube in the template's frame, centred on the brain, 0 outside it.

Every image is interpolated once, by carrying the cube into the image's own frame. Where the
cube's voxels are larger than the image's, the image is smoothed first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.resample import resample
from psp_core.acquisition.volume import Volume
from psp_core.errors import CutLesionError, EmptyMaskError
from psp_core.preprocessing.template import TEMPLATE
from psp_core.preprocessing.transform import Rigid

FWHM = 2.3548  # of a Gaussian, in standard deviations


@dataclass(frozen=True, eq=False)
class Placed:
    """An image or a mask, and the way from the template's frame into its own.

    Attributes
    ----------
    volume : Volume
        Values; of a mask, not 0 inside.
    from_template : Rigid
        LPS mm of the template's frame to LPS mm of the volume's.
    """

    volume: Volume
    from_template: Rigid


@dataclass(frozen=True, eq=False)
class StandardVolume:
    """One case on the standard grid.

    Attributes
    ----------
    channels : float32 array, shape (C, D, H, W)
        Grey values in the brain, 0 outside it.
    brain, lesion : bool array, shape (D, H, W)
        `lesion` is None where none was given.
    grid : Grid
        Template frame.
    brain_voxels_cut : int
        Voxels of the brain mask, on its own grid, whose centre lies outside the cube.
    brain_share_cut : float
        Their part of the brain, 0 to 1.
    unseen_voxels : tuple of int
        Per channel, brain voxels of the cube outside its field of view; they are 0.
    """

    channels: npt.NDArray[np.float32]
    brain: npt.NDArray[np.bool_]
    lesion: npt.NDArray[np.bool_] | None
    grid: Grid
    brain_voxels_cut: int
    brain_share_cut: float
    unseen_voxels: tuple[int, ...]


def standard_grid(brain: Placed, *, side: int, spacing_mm: float) -> Grid:
    """Cube of voxels around a brain, along the axes of the template's frame.

    The middle is that of the brain's bounding box: it leaves equal margins on both sides,
    so no other place cuts less where the cube is too small. The mean would be pulled
    upwards, where there is most brain. Voxel centres lie at whole multiples of the spacing,
    so that an atlas of the same voxels (`centre_shift`) is copied, not interpolated.

    Parameters
    ----------
    brain : Placed
        Brain mask.
    side : int
        Voxels along each edge of the cube.
    spacing_mm : float
        Voxel side.

    Returns
    -------
    Grid
        Axes d, h, w grow towards the head, the back and the left.

    Raises
    ------
    EmptyMaskError
        If the mask has no voxel.
    """
    points = _points_in_template(brain, "brain")
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    affine = np.zeros((4, 4))
    affine[2, 0] = affine[1, 1] = affine[0, 2] = spacing_mm
    affine[:3, 3] = np.rint(centre / spacing_mm - (side - 1) / 2) * spacing_mm
    affine[3, 3] = 1.0
    return Grid((side, side, side), affine)


def standard_volume(
    channels: Mapping[str, Placed], brain: Placed, grid: Grid, *, lesion: Placed | None = None
) -> StandardVolume:
    """Resample a case on the standard grid.

    Parameters
    ----------
    channels : mapping of str to Placed
        Images in the order of the channels.
    brain : Placed
        Brain mask.
    grid : Grid
        From `standard_grid`.
    lesion : Placed, optional
        Lesion mask.

    Raises
    ------
    CutLesionError
        If a voxel of the lesion lies outside the grid.
    EmptyMaskError
        If the brain or the lesion has no voxel, or the brain none on the grid.
    """
    outside = outside_grid(_points_in_template(brain, "brain"), grid)
    if lesion is not None:
        cut = outside_grid(_points_in_template(lesion, "lesion"), grid)
        if cut.any():
            raise CutLesionError(
                f"the standard volume of {grid.shape[0]} voxels of {grid.spacing_mm[0]:g} mm cuts "
                f"{int(cut.sum())} of {cut.size} voxels of the lesion; enlarge volume.side, or "
                "leave the case out"
            )
    inside = on_grid_mask(brain, grid)
    if not inside.any():
        raise EmptyMaskError(
            "no voxel of the standard volume is brain: map and brain mask do not fit together"
        )
    values = np.zeros((len(channels), *grid.shape), dtype=np.float32)
    unseen = []
    for channel, placed in zip(values, channels.values(), strict=True):
        sampled = on_grid(placed, grid)
        is_unseen = inside & np.isnan(sampled)
        unseen.append(int(is_unseen.sum()))
        channel[...] = np.where(inside & ~is_unseen, sampled, 0)
    return StandardVolume(
        channels=values,
        brain=inside,
        lesion=None if lesion is None else on_grid_mask(lesion, grid),
        grid=grid,
        brain_voxels_cut=int(outside.sum()),
        brain_share_cut=float(outside.mean()),
        unseen_voxels=tuple(unseen),
    )


def voxels_cut(mask: Placed, grid: Grid) -> int:
    """Voxels of a mask, on its own grid, whose centre lies outside a grid of the template.

    Raises
    ------
    EmptyMaskError
        If the mask has no voxel.
    """
    return int(outside_grid(_points_in_template(mask, "given"), grid).sum())


def on_grid(placed: Placed, grid: Grid) -> npt.NDArray[np.floating]:
    """Image on a grid of the template's frame; NaN outside its field of view."""
    carried = placed.from_template.carry(grid)
    return resample(_smoothed(placed.volume, grid), carried)


def on_grid_mask(placed: Placed, grid: Grid) -> npt.NDArray[np.bool_]:
    """Mask on a grid of the template's frame: voxels that it fills by half or more."""
    filled = (placed.volume.values != 0).astype(np.float32)
    share = on_grid(Placed(Volume(filled, placed.volume.grid), placed.from_template), grid)
    return np.asarray(share >= 0.5)  # NaN is not


def centre_shift(brain: Volume, template: Volume, *, source: str) -> Rigid:
    """Shift that lays the middle of a brain on that of the template, to the nearest voxel.

    For collections that their makers registered to an atlas: they need no turn. Voxel
    centres come to lie at whole multiples of the (smallest) voxel side.

    Parameters
    ----------
    brain, template : Volume
        Masks, not 0 inside.
    source : str
        Name of the frame of `brain`.

    Returns
    -------
    Rigid
        From `source` to the template's frame.

    Raises
    ------
    EmptyMaskError
        If a mask has no voxel.
    """
    here, there = (
        _mask_points(volume, name) for volume, name in ((brain, "brain"), (template, "template"))
    )
    middles = [(points.min(axis=0) + points.max(axis=0)) / 2 for points in (here, there)]
    side_mm = min(brain.grid.spacing_mm)
    first = brain.grid.affine[:3, 3]
    moved = np.rint((first + middles[1] - middles[0]) / side_mm) * side_mm
    return Rigid.shift(source, TEMPLATE, moved - first)


def _smoothed(volume: Volume, grid: Grid) -> Volume:
    """Blur an image whose voxels are smaller than the grid's to the grid's resolution."""
    ratio = np.array(min(grid.spacing_mm)) / np.array(volume.grid.spacing_mm)
    sigma = np.sqrt(np.maximum(ratio**2 - 1, 0)) / FWHM
    if not (sigma > 0.1).any():  # of a voxel; less than interpolation blurs
        return volume
    values = np.asarray(volume.values, dtype=np.float32)
    return Volume(gaussian_filter(values, sigma, mode="nearest", truncate=3.0), volume.grid)


def _points_in_template(placed: Placed, name: str) -> npt.NDArray[np.float64]:
    """Voxel centres of a mask in the template's frame, shape (N, 3)."""
    return placed.from_template.inverse().apply(_mask_points(placed.volume, name))


def _mask_points(mask: Volume, name: str) -> npt.NDArray[np.float64]:
    index = np.argwhere(mask.values != 0)
    if not len(index):
        raise EmptyMaskError(f"the {name} mask has no voxel; there is nothing to centre or to crop")
    return mask.grid.to_world(index)


def outside_grid(points: npt.NDArray[np.float64], grid: Grid) -> npt.NDArray[np.bool_]:
    """Whether points (N, 3) lie outside the voxels of a grid."""
    index = grid.to_index(points)
    return np.asarray(((index < -0.5) | (index > np.array(grid.shape) - 0.5)).any(axis=1))
