"""Features of a pre-trained photograph network on the slice of a lesion.

Backbone, layer and slice are not in the publication (Akbari 2020, Cancer 126:2625): an assumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from psp_core.encoder.vgg import FC2, VGG16, load_vgg16, random_vgg16
from psp_core.inputs.arrays import VALUES, PatientArrays
from psp_core.inputs.radiomics import scan_and_lesion
from psp_core.preprocessing.batch import Prepared
from psp_core.preprocessing.store import VolumeStore

MEAN = (0.485, 0.456, 0.406)  # of ImageNet's photographs, red, green, blue, between 0 and 1
SD = (0.229, 0.224, 0.225)
EDGES = (1.0, 99.0)  # percentiles of the brain that become 0 and 1
IMAGES = 2  # T1CE and FLAIR, each on its own


def largest_slice(lesion: npt.NDArray[np.bool_]) -> int:
    """Number of the axial slice with most lesion, the lowest of equal ones; (D, H, W) along D."""
    return int(lesion.sum(axis=(1, 2)).argmax())


def slice_images(
    volume: npt.NDArray[np.floating],
    brain: npt.NDArray[np.bool_],
    lesion: npt.NDArray[np.bool_],
    *,
    pixels: int,
) -> Tensor:
    """Each image of a scan as a photograph: the slice below, the lesion's and the one above.

    Parameters
    ----------
    volume : float array, shape (C, D, H, W)
    brain, lesion : bool array, shape (D, H, W)
        Values are scaled to 0 and 1 between percentiles of the brain; 0 outside it.
    pixels : int
        Side of the result, bicubic.

    Returns
    -------
    Tensor, shape (C, 3, pixels, pixels)
        On the scale that the networks of ImageNet expect.
    """
    middle = largest_slice(lesion)
    places = np.clip([middle - 1, middle, middle + 1], 0, lesion.shape[0] - 1)
    low, high = np.percentile(volume[:, brain], EDGES, axis=1)
    shown = volume[:, places]
    spread = np.maximum(high - low, np.finfo(np.float32).tiny)[:, None, None, None]
    scaled = np.clip((shown - low[:, None, None, None]) / spread, 0, 1) * brain[places]
    images = torch.from_numpy(scaled.astype(np.float32))
    resized = interpolate(images, size=(pixels, pixels), mode="bicubic", align_corners=False)
    mean, sd = (torch.tensor(one).view(1, 3, 1, 1) for one in (MEAN, SD))
    return (resized.clamp(0, 1) - mean) / sd


def scan_cnn_features(
    key: str, *, store: VolumeStore, pixels: int, weights: Path | None, digest: str, seed: int
) -> Prepared:
    """fc2 of T1CE, then of FLAIR, of one prepared scan: 8192 numbers.

    Parameters
    ----------
    weights : Path or None
        File of a user's VGG16; None: random weights of `seed`.
    digest : str
        Of that file, so that another file in its place is opened anew.

    Raises
    ------
    NoMaskError, MissingInputError, CheckpointError
        See `radiomics.scan_and_lesion` and `vgg.load_vgg16`.
    """
    volume, lesion = scan_and_lesion(key, store)
    brain = np.asarray(store.open(key, "brain") > 0)
    images = slice_images(volume, brain, lesion, pixels=pixels)
    with torch.inference_mode():
        features = _opened(weights, digest, seed)(images).numpy().ravel()
    kind = "random" if weights is None else "pre-trained"
    return Prepared({VALUES: features}, {"weights": kind, "slice": largest_slice(lesion)})


@lru_cache(maxsize=1)
def _opened(weights: Path | None, digest: str, seed: int) -> VGG16:  # noqa: ARG001 - part of the key
    """The network of this process."""
    return random_vgg16(seed) if weights is None else load_vgg16(weights)


def carrying(keys: Sequence[str], figures: npt.NDArray[np.floating]) -> PatientArrays:
    """Made patients whose features are fixed mixtures of some numbers (n, k) and nothing else."""
    mixture = np.random.default_rng(0).standard_normal((figures.shape[1], IMAGES * FC2))
    return PatientArrays(keys, {VALUES: (figures @ mixture).astype(np.float32)})
