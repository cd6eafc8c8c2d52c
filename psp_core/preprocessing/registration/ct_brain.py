"""The inside of the skull on a planning CT."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import SimpleITK

from psp_core.acquisition.volume import Volume
from psp_core.errors import BrainExtractionError
from psp_core.preprocessing.registration.pyramid import average, to_image

Mask = npt.NDArray[np.bool_]

BONE_HU, TISSUE_HU = 200.0, -100.0  # averaged thin bone; fat and air lie below tissue
WORKING_MM = 3.0  # finer voxels show no more of the border between brain and bone
OPENING_MM = 9.0  # the spinal canal and the gaps at the orbits are narrower than twice this
BURR_HOLE_MM = 8.0  # half of a hole that a craniotomy leaves, with some to spare
BELIEVABLE_CM3 = (500.0, 3000.0)  # of a skull's inside, child to large adult, cut fields of view


def ct_brain_mask(ct: Volume) -> Mask:
    """Brain with its fluid: tissue that bone surrounds on all four sides of a slice.

    Parameters
    ----------
    ct : Volume
        HU; slices lie across the head. NaN counts as air.

    Returns
    -------
    bool array, shape (D, H, W)
        The largest such part after an opening that cuts the spinal canal.

    Raises
    ------
    BrainExtractionError
        If nothing of a head's size lies within bone.
    """
    image = average(to_image(np.nan_to_num(ct.values, nan=-1000.0), ct.grid), WORKING_MM)
    values = SimpleITK.GetArrayFromImage(image)
    skull = SimpleITK.BinaryMorphologicalClosing(image > BONE_HU, _radius(image, BURR_HOLE_MM))
    surrounded = (
        _within(SimpleITK.GetArrayFromImage(skull) > 0) & (values > TISSUE_HU) & (values < BONE_HU)
    )
    inside = SimpleITK.GetImageFromArray(surrounded.astype(np.uint8))
    inside.CopyInformation(image)
    core = _largest(SimpleITK.BinaryErode(inside, _radius(image, OPENING_MM), SimpleITK.sitkBall))
    # Back to where the opening began, and over the gaps that noise and calcium left.
    grown = SimpleITK.BinaryDilate(core, _radius(image, OPENING_MM), SimpleITK.sitkBall) & inside
    closed = SimpleITK.BinaryFillhole(
        SimpleITK.BinaryMorphologicalClosing(grown, _radius(image, 4.0))
    )
    found = SimpleITK.GetArrayViewFromImage(closed)
    volume_cm3 = float(found.sum() * np.prod(image.GetSpacing()) / 1000.0)
    low, high = BELIEVABLE_CM3
    if not low <= volume_cm3 <= high:
        raise BrainExtractionError(
            f"the CT has {volume_cm3:.0f} cm³ of tissue within bone, expected {low:g} to {high:g}; "
            "is it a CT of the head in HU? Draw the brain among the structures instead"
        )
    like = to_image(ct.values, ct.grid)
    fine = SimpleITK.Resample(
        SimpleITK.Cast(closed, SimpleITK.sitkFloat32), like, SimpleITK.Transform()
    )
    mask: Mask = SimpleITK.GetArrayFromImage(fine) > 0.5
    return mask


def _within(bone: Mask) -> Mask:
    """Voxels with bone in front, behind, left and right of them in their slice."""
    sides = [
        np.flip(np.logical_or.accumulate(np.flip(bone, axis), axis), axis) if turned
        else np.logical_or.accumulate(bone, axis)
        for axis in (1, 2)
        for turned in (False, True)
    ]  # fmt: skip
    within: Mask = np.logical_and.reduce(sides)
    return within


def _largest(mask: SimpleITK.Image) -> SimpleITK.Image:
    largest: SimpleITK.Image = SimpleITK.RelabelComponent(SimpleITK.ConnectedComponent(mask)) == 1
    return largest


def _radius(image: SimpleITK.Image, radius_mm: float) -> list[int]:
    return [max(1, round(radius_mm / side)) for side in image.GetSpacing()]
