"""Conventional figures of the CNN-SVM: 5 of the lesion's shape, 35 of each of three images.

As near to CaPTk's ``PseudoProgressionEstimator`` (CBICA/CaPTk) as T1CE and FLAIR allow: it takes
the same numbers of figures of 23 images (T1, T2, diffusion and perfusion among them). Which 7
moments it takes, and its 5 figures of shape, are an assumption.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from psp_core.inputs.arrays import VALUES
from psp_core.inputs.radiomics import FLAIR, T1CE, scan_and_lesion
from psp_core.inputs.textures import image_figures, shape_figures
from psp_core.preprocessing.batch import Prepared
from psp_core.preprocessing.store import VolumeStore

IMAGES = ("t1ce", "flair", "difference")  # the last: T1CE - FLAIR
GREATEST = 255.0  # of a rescaled image
HISTOGRAM_BINS = 10
SHAPE = ("voxel_volume", "surface_area", "sphericity", "elongation", "flatness")
MOMENTS = (*("mean", "median", "standard_deviation", "minimum", "maximum", "skewness", "kurtosis"),)
GLCM = (
    *("joint_energy", "joint_entropy", "correlation", "idm", "contrast", "cluster_shade"),
    *("cluster_prominence", "autocorrelation"),
)
GLRLM = (
    *("short_run_emphasis", "long_run_emphasis", "gray_level_non_uniformity"),
    *("run_length_non_uniformity", "low_gray_level_run_emphasis", "high_gray_level_run_emphasis"),
    *("short_run_low_gray_level_emphasis", "short_run_high_gray_level_emphasis"),
    *("long_run_low_gray_level_emphasis", "long_run_high_gray_level_emphasis"),
)
HISTOGRAM = tuple(f"histogram:{number}" for number in range(HISTOGRAM_BINS))
BY_FASTRAD = (
    *(f"firstorder:{name}" for name in MOMENTS),
    *(f"glcm:{name}" for name in GLCM),
    *(f"glrlm:{name}" for name in GLRLM),
)
COLUMNS = (
    *(f"shape:{name}" for name in SHAPE),
    *(f"{image}:{name}" for image in IMAGES for name in (*HISTOGRAM, *BY_FASTRAD)),
)


def captk_figures(
    volume: npt.NDArray[np.floating],
    brain: npt.NDArray[np.bool_],
    lesion: npt.NDArray[np.bool_],
    *,
    bins: int,
    spacing_mm: float,
) -> dict[str, float]:
    """The 110 figures of one scan, by the names of `COLUMNS`.

    Parameters
    ----------
    volume : float array, shape (2, D, H, W)
        T1CE and FLAIR on one scale.
    brain, lesion : bool array, shape (D, H, W)
    bins : int
        Grey levels of the textures.
    spacing_mm : float
        Voxel side.

    Raises
    ------
    EmptyMaskError, GridMismatchError
        See `textures.image_figures`.
    """
    shape = shape_figures(lesion, spacing_mm=spacing_mm)
    figures = {f"shape:{name}": shape[f"shape:{name}"] for name in SHAPE}
    images = (volume[T1CE], volume[FLAIR], volume[T1CE] - volume[FLAIR])
    for title, image in zip(IMAGES, images, strict=True):
        values = rescaled(image, brain)
        of_image = image_figures(values, lesion, bins=bins, spacing_mm=spacing_mm)
        counts, _ = np.histogram(values[lesion], HISTOGRAM_BINS, range=(0, GREATEST))
        found = dict(zip(HISTOGRAM, counts / counts.sum(), strict=True)) | of_image
        figures |= {f"{title}:{name}": float(found[name]) for name in (*HISTOGRAM, *BY_FASTRAD)}
    return figures


def rescaled(
    image: npt.NDArray[np.floating], brain: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """An image (D, H, W) from 0 to 255 between the least and the greatest value of its brain."""
    values = np.asarray(image, dtype=np.float64)
    least, greatest = values[brain].min(), values[brain].max()
    share = (values - least) / max(greatest - least, np.finfo(float).tiny)
    return np.asarray(GREATEST * np.clip(share, 0, 1))


def scan_captk_figures(key: str, *, store: VolumeStore, bins: int, spacing_mm: float) -> Prepared:
    """The figures of one prepared scan; arguments as `captk_figures`.

    Raises
    ------
    NoMaskError, MissingInputError
        See `radiomics.scan_and_lesion`.
    """
    volume, lesion = scan_and_lesion(key, store)
    brain = np.asarray(store.open(key, "brain") > 0)
    figures = captk_figures(volume, brain, lesion, bins=bins, spacing_mm=spacing_mm)
    values = np.array([figures[name] for name in COLUMNS])
    return Prepared({VALUES: values}, {"undefined": int(np.isnan(values).sum())})
