"""Figures of a lesion by fastrad, with a fixed number of bins and NaN where one is undefined."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from fastrad import FeatureExtractor, FeatureSettings, Mask, MedicalImage

from psp_core.errors import EmptyMaskError, GridMismatchError

SHAPE, FIRST_ORDER = "shape", "firstorder"
TEXTURES = ("glcm", "glrlm", "glszm", "gldm", "ngtdm")
BINNED = ("firstorder:entropy", "firstorder:uniformity")  # first-order, but of binned values
logging.getLogger("fastrad").setLevel(logging.ERROR)  # of one voxel our NaN say enough
Bools = npt.NDArray[np.bool_]


def shape_figures(lesion: Bools, *, spacing_mm: float) -> dict[str, float]:
    """Volume, surface, axes and roundness of a lesion, 17 figures.

    Parameters
    ----------
    lesion : bool array, shape (D, H, W)
    spacing_mm : float
        Voxel side.

    Raises
    ------
    EmptyMaskError
        If no voxel is lesion.
    """
    cropped = lesion[box(lesion)].astype(np.float32)
    return _complete(_extract(cropped, cropped, [SHAPE], spacing_mm), [SHAPE])


def image_figures(
    image: npt.NDArray[np.floating], lesion: Bools, *, bins: int, spacing_mm: float
) -> dict[str, float]:
    """First-order and texture figures of an image in a lesion, 95 figures.

    Parameters
    ----------
    image : float array, shape (D, H, W)
    lesion : bool array, shape (D, H, W)
    bins : int
        Of equal width between the least and the greatest value in the lesion.
    spacing_mm : float
        Voxel side.

    Raises
    ------
    EmptyMaskError
        If no voxel is lesion.
    GridMismatchError
        If image and lesion have different shapes.
    """
    if image.shape != lesion.shape:
        raise GridMismatchError(
            f"the image has shape {image.shape}, the lesion {lesion.shape}; "
            "bring them to one grid first"
        )
    inside = box(lesion)
    mask = lesion[inside]
    values = np.where(mask, image[inside], 0).astype(np.float32)
    weights = mask.astype(np.float32)
    found = _extract(values, weights, [FIRST_ORDER], spacing_mm)
    levels = np.zeros(mask.shape, dtype=np.float32)
    levels[mask] = binned(values[mask], bins)
    of_bins = _extract(levels, weights, [FIRST_ORDER, *TEXTURES], spacing_mm)
    textures = {
        name: value for name, value in of_bins.items() if name.partition(":")[0] in TEXTURES
    }
    found |= textures | {name: of_bins[name] for name in BINNED}
    return _complete(found, [FIRST_ORDER, *TEXTURES])


def binned(values: npt.NDArray[np.floating], bins: int) -> npt.NDArray[np.float32]:
    """Number of each value's bin, from 0; bins of equal width from the least to the greatest."""
    least, greatest = float(values.min()), float(values.max())
    if least == greatest:
        return np.zeros(values.shape, dtype=np.float32)
    share = (values.astype(np.float64) - least) / (greatest - least)
    levels: npt.NDArray[np.float32] = np.minimum(np.floor(share * bins), bins - 1).astype(
        np.float32
    )
    return levels


def box(lesion: Bools, margin: int = 0) -> tuple[slice, ...]:
    """Slices of the lesion's bounding box, with a margin as far as the array goes.

    Raises
    ------
    EmptyMaskError
        If no voxel is lesion.
    """
    places = np.argwhere(lesion)
    if not len(places):
        raise EmptyMaskError("the lesion has no voxel, so it has no figures; leave the scan out")
    low = np.maximum(places.min(axis=0) - margin, 0)
    high = places.max(axis=0) + 1 + margin
    return tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))


@cache
def figure_names(kind: str) -> tuple[str, ...]:
    """Names of all figures of a kind, in fastrad's order."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 8, (4, 4, 4)).astype(np.float32)
    return tuple(_extract(image, np.ones((4, 4, 4), dtype=np.float32), [kind], 1.0))


def _extract(
    image: npt.NDArray[np.float32],
    lesion: npt.NDArray[np.float32],
    kinds: Sequence[str],
    spacing_mm: float,
) -> dict[str, float]:
    settings = FeatureSettings(feature_classes=list(kinds), bin_width=1.0, device="cpu")
    spacing = (spacing_mm,) * 3
    found: dict[str, float] = FeatureExtractor(settings).extract(
        MedicalImage(torch.from_numpy(image), spacing=spacing),
        Mask(torch.from_numpy(lesion), spacing=spacing),
    )
    return found


def _complete(found: Mapping[str, float], kinds: Sequence[str]) -> dict[str, float]:
    """All figures of some kinds; NaN where one was not found or is infinite."""
    names = [name for kind in kinds for name in figure_names(kind)]
    values = {name: float(found.get(name, math.nan)) for name in names}
    return {name: value if math.isfinite(value) else math.nan for name, value in values.items()}
