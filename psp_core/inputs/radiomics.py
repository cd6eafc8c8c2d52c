"""Radiomics of a lesion: named figures of one image and its filtered copies.

The publication (Sun 2021, BMC Med Imaging 21:17) names neither software nor filters; which
figures are taken is an assumption of ours, see the section ``radiomics`` of the params.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from psp_core.errors import NoMaskError
from psp_core.inputs.arrays import VALUES, PatientArrays
from psp_core.inputs.filters import WAVELET, filtered, reach
from psp_core.inputs.textures import (
    FIRST_ORDER,
    SHAPE,
    TEXTURES,
    box,
    figure_names,
    image_figures,
    shape_figures,
)
from psp_core.preprocessing.batch import Prepared
from psp_core.preprocessing.store import VolumeStore

T1CE, FLAIR = 0, 1  # channels of a standard volume
LETTERS = [f"{a}{b}{c}" for a in "LH" for b in "LH" for c in "LH"]


def radiomics_columns(filters: Sequence[str]) -> tuple[str, ...]:
    """Names of the figures: ``shape:<figure>``, then ``<image>:<class>:<figure>``."""
    of_image = [name for kind in (FIRST_ORDER, *TEXTURES) for name in figure_names(kind)]
    images = [
        image
        for name in filters
        for image in ([f"{WAVELET}_{one}" for one in LETTERS] if name == WAVELET else [name])
    ]
    return (*figure_names(SHAPE), *(f"{image}:{name}" for image in images for name in of_image))


def radiomics_of(
    image: npt.NDArray[np.floating],
    lesion: npt.NDArray[np.bool_],
    *,
    filters: Sequence[str],
    bins: int,
    spacing_mm: float,
) -> dict[str, float]:
    """Figures of a lesion by name, see `radiomics_columns`; NaN where one is undefined.

    Parameters
    ----------
    image : float array, shape (D, H, W)
        Z-scored in the brain.
    lesion : bool array, shape (D, H, W)
    filters : sequence of str
        See `filters.filtered`.
    bins : int
        Grey levels of the textures, see `textures.image_figures`.
    spacing_mm : float
        Voxel side.

    Raises
    ------
    EmptyMaskError, GridMismatchError
        See `textures.image_figures`.
    ConfigError
        See `filters.filtered`.
    """
    figures = shape_figures(lesion, spacing_mm=spacing_mm)
    for name in filters:
        near = box(lesion, reach(name, spacing_mm=spacing_mm))  # what the lesion's voxels see
        for title, values in filtered(image[near], name, spacing_mm=spacing_mm):
            of_image = image_figures(values, lesion[near], bins=bins, spacing_mm=spacing_mm)
            figures |= {f"{title}:{figure}": value for figure, value in of_image.items()}
    return figures


def scan_radiomics(
    key: str, *, store: VolumeStore, filters: Sequence[str], bins: int, spacing_mm: float
) -> Prepared:
    """Radiomics of the T1CE of one prepared scan; arguments as `radiomics_of`.

    Raises
    ------
    NoMaskError
        If it has no lesion.
    MissingInputError
        If it was not prepared.
    """
    volume, lesion = scan_and_lesion(key, store)
    figures = radiomics_of(volume[T1CE], lesion, filters=filters, bins=bins, spacing_mm=spacing_mm)
    values = np.array([figures[name] for name in radiomics_columns(filters)])
    return Prepared({VALUES: values}, {"undefined": int(np.isnan(values).sum())})


def scan_and_lesion(
    key: str, store: VolumeStore
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """The standard volume of a scan (C, D, H, W) and its lesion (D, H, W).

    Raises
    ------
    NoMaskError
        If it has no lesion.
    MissingInputError
        If it was not prepared.
    """
    if not store.has(key, "lesion"):
        reason = (store.record(key).get("lesion") or {}).get("reason") or "nobody drew one"
        raise NoMaskError(f"no lesion to take figures of: {reason}")
    lesion = np.asarray(store.open(key, "lesion") > 0)
    return store.open(key).astype(np.float32), lesion


def carrying(keys: Sequence[str], figures: npt.NDArray[np.floating]) -> PatientArrays:
    """Made patients whose columns are some given numbers (n, k), 4 k zeros, and nothing else."""
    # room for an arm that keeps a fifth of its columns: it can keep all that tell something
    values = np.pad(np.asarray(figures, np.float64), [(0, 0), (0, 4 * figures.shape[1])])
    columns = [f"made:figure:{number}" for number in range(values.shape[1])]
    return PatientArrays(keys, {VALUES: values}, columns=columns)
