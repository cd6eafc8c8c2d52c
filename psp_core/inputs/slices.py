"""Axial slices around the lesion with the grey values and the frame of the scanner.

The paper's clinicians picked nine successive images, the fifth of them the one that shows the
lesion best. Here it is the one with the largest area of lesion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import interpolate

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume
from psp_core.errors import EmptyMaskError, GeometryError
from psp_core.inputs.arrays import VALUES, PatientArrays
from psp_core.preprocessing.align_images import carried
from psp_core.preprocessing.batch import Prepared
from psp_core.preprocessing.cases import Case, read_image, require
from psp_core.preprocessing.store import VolumeStore
from psp_core.preprocessing.template import TEMPLATE
from psp_core.preprocessing.transform import find_map, read_maps

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SliceSettings:
    """How slices are cut.

    Attributes
    ----------
    n_slices : int
        Successive images, the middle one through the lesion.
    field_mm : float
        Side of the square that is cut from the middle of the image.
    side : int
        Its pixels along each edge.
    """

    n_slices: int
    field_mm: float
    side: int


def slices_of(
    key: str,
    *,
    cases: Mapping[str, Case],
    aligned: VolumeStore,
    volumes: VolumeStore,
    settings: SliceSettings,
) -> Prepared:
    """Cut the slices of one patient from the T1CE series that was acquired.

    Parameters
    ----------
    key : str
        ``dataset/subject_id/timepoint``.
    cases : mapping of str to Case
        By key.
    aligned, volumes : VolumeStore
        Maps between the frames, and brain and lesion on the standard grid.
    settings : SliceSettings

    Returns
    -------
    Prepared
        ``values`` float32 (n_slices, side, side), from the foot to the head, rows from the
        front to the back, columns from the right to the left of the patient; the record tells
        the middle image, and whether ``lesion`` or ``brain`` chose it.

    Raises
    ------
    PSPError
        If the series cannot be read, or nothing is known of the place of the brain.
    """
    image = axial(read_image(require(cases[key], "t1ce")))
    kept = aligned.record(key)
    standard = np.array(kept["affine"])
    to_standard = find_map(read_maps(kept["maps"]), "t1ce", TEMPLATE)
    for name in ("lesion", "brain"):
        if not volumes.has(key, name):
            continue
        mask = volumes.read(key, name) > 0
        there = carried(mask, Grid(mask.shape, standard), to_standard, image)
        if there.any():
            middle = largest_slice(there)
            values = cut_slices(image, middle, settings)
            return Prepared({VALUES: values}, {"middle": middle, "chosen_by": name})
    raise EmptyMaskError("neither lesion nor brain lies in the T1CE series; look at its alignment")


def axial(volume: Volume) -> Volume:
    """The same voxels, axes in the order slice, row and column of an axial image.

    Each axis is the one nearest to the head, the back and the left of the patient, and grows
    that way: many T1CE series are acquired in sagittal slices.
    """
    directions = volume.grid.affine[:3, :3] / np.array(volume.grid.spacing_mm)
    axes = _nearest_axes(directions)
    steps = np.sign([directions[2 - place, axis] for place, axis in enumerate(axes)])
    values = np.asarray(volume.values).transpose(axes)
    affine = volume.grid.affine[:, [*axes, 3]].copy()
    for axis in range(3):
        if steps[axis] < 0:
            values = np.flip(values, axis)
            affine[:3, 3] += affine[:3, axis] * (values.shape[axis] - 1)
            affine[:3, axis] *= -1
    return Volume(np.ascontiguousarray(values), Grid(values.shape, affine), volume.frame_uid)


def _nearest_axes(directions: npt.NDArray[np.float64]) -> list[int]:
    """Axes nearest to z, y and x of the patient; each is taken once."""
    left, axes = [0, 1, 2], []
    for row in (2, 1, 0):
        nearest = int(np.argmax(np.abs(directions[row, left])))
        axes.append(left.pop(nearest))
    return axes


def largest_slice(mask: Mask) -> int:
    """First axis's index of the slice with most True voxels; of several the middle one.

    Raises
    ------
    EmptyMaskError
        If there is none.
    """
    areas = mask.sum(axis=(1, 2))
    if not areas.any():
        raise EmptyMaskError("the mask has no voxel, so no slice of it is the largest")
    largest = np.flatnonzero(areas == areas.max())
    return int(largest[len(largest) // 2])


def cut_slices(volume: Volume, middle: int, settings: SliceSettings) -> Floats:
    """Cut successive slices around one, and a square of fixed size from the middle of each.

    Parameters
    ----------
    volume : Volume
        Axial, see `axial`.
    middle : int
        Slice that becomes the middle one; of an even number the later one.
    settings : SliceSettings

    Returns
    -------
    float32 array, shape (n_slices, side, side)
        0 where the volume has no slice, and outside its field of view.
    """
    values = np.asarray(volume.values, dtype=np.float32)
    _, height_mm, width_mm = volume.grid.spacing_mm
    pixels = (round(settings.field_mm / height_mm), round(settings.field_mm / width_mm))
    stack = np.zeros((settings.n_slices, *pixels), dtype=np.float32)
    first = middle - settings.n_slices // 2
    for place, number in enumerate(range(first, first + settings.n_slices)):
        if 0 <= number < len(values):
            stack[place] = _centre(np.nan_to_num(values[number]), pixels)
    return resized(stack, settings.side)


def resized(slices: Floats, side: int) -> Floats:
    """Slices (n, H, W) on (n, side, side) pixels, bicubic; smoothed where they become coarser."""
    given = torch.from_numpy(np.ascontiguousarray(slices))[:, None]
    is_coarser = max(slices.shape[1:]) > side
    found = interpolate(
        given, (side, side), mode="bicubic", align_corners=False, antialias=is_coarser
    )
    return np.asarray(found[:, 0].numpy())


def _centre(plane: Floats, shape: tuple[int, int]) -> Floats:
    """The middle of a plane: cut where it is larger, zeros around it where it is smaller."""
    for axis, length in enumerate(shape):
        spare = plane.shape[axis] - length
        if spare > 0:
            plane = np.take(plane, range(spare // 2, spare // 2 + length), axis=axis)
        elif spare < 0:
            around = [(0, 0), (0, 0)]
            around[axis] = (-spare // 2, -spare - (-spare // 2))
            plane = np.pad(plane, around)
    return plane


def carrying(
    keys: Sequence[str], figures: npt.NDArray[np.floating], *, side: int = 32, n_slices: int = 9
) -> PatientArrays:
    """Slices of made patients that carry numbers and nothing else.

    Each figure is the grey value of a square of its own, the same in all slices, beside a frame
    that is the same in all patients: slices are scaled one by one, so a lone value would vanish.

    Parameters
    ----------
    keys : sequence of str
        ``dataset/subject_id/timepoint`` of each patient.
    figures : float array, shape (n, k)
        Of about unit variance.
    side, n_slices : int

    Raises
    ------
    GeometryError
        If a slice has no room for the squares.
    """
    n_figures = figures.shape[1]
    cells = math.ceil(math.sqrt(n_figures))
    width = (side - 4) // cells
    if width < 2:
        raise GeometryError(
            f"a slice of {side} pixels has no room for {n_figures} figures; enlarge side"
        )
    values = np.zeros((len(keys), n_slices, side, side), dtype=np.float32)
    values[..., :2, :] = values[..., -2:, :] = 10.0
    for number in range(n_figures):
        row, column = (2 + width * place for place in divmod(number, cells))
        square = (..., slice(row, row + width), slice(column, column + width))
        values[square] = figures[:, number].astype(np.float32)[:, None, None, None]
    return PatientArrays(keys, {VALUES: values})
