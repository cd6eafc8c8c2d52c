"""The template brain that nilearn ships: ICBM 2009a, symmetric, T1-weighted."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.nifti import RAS_TO_LPS
from psp_core.acquisition.volume import Volume

ResolutionMm = Literal[1, 2]

TEMPLATE = "template"
"""Name of the template's frame in a `Rigid`."""


@cache
def template_brain(resolution_mm: ResolutionMm = 1) -> Volume:
    """T1-weighted brain of the template, 0 outside the brain, values up to 1.

    Its axes grow towards the head, the back and the left, as those of a standard volume.
    No network is used. The arrays are shared within a process and cannot be written.

    References
    ----------
    Fonov 2011, NeuroImage 54:313.
    """
    from nilearn.datasets import load_mni152_template  # noqa: PLC0415 - takes seconds

    image = _lps(load_mni152_template(resolution=resolution_mm))
    values = image.values * template_mask(resolution_mm).values
    return _frozen(values, image.grid)


@cache
def template_mask(resolution_mm: ResolutionMm = 1) -> Volume:
    """Brain mask of the template, 1 inside and 0 outside, on the grid of `template_brain`."""
    from nilearn.datasets import load_mni152_brain_mask  # noqa: PLC0415 - as above

    mask = _lps(load_mni152_brain_mask(resolution=resolution_mm))
    return _frozen(mask.values, mask.grid)


def _lps(image: Any) -> Volume:
    """Turn an image with RAS axes into one whose axes d, h, w grow along +z, +y, +x of LPS."""
    values = np.asarray(image.dataobj, dtype=np.float32).T[:, ::-1, ::-1]
    affine = np.array((RAS_TO_LPS @ image.affine)[:, [2, 1, 0, 3]])
    last = np.array([0, values.shape[1] - 1, values.shape[2] - 1])
    affine[:3, 3] += affine[:3, :3] @ last
    affine[:3, 1:3] *= -1
    return Volume(values, Grid((values.shape[0], values.shape[1], values.shape[2]), affine))


def _frozen(values: npt.NDArray[np.floating], grid: Grid) -> Volume:
    kept = np.ascontiguousarray(values)
    kept.flags.writeable = False
    return Volume(kept, grid)
