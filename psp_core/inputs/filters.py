"""Filtered copies of an image for radiomics: Laplacian of Gaussian, and wavelet sub-bands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.ndimage import convolve1d, gaussian_laplace

from psp_core.errors import ConfigError

Floats = npt.NDArray[np.float64]
ORIGINAL, WAVELET, LOG = "original", "wavelet", "log_"
TRUNCATE = 4.0  # standard deviations of a Gaussian's window
_ROOT = math.sqrt(7)
LOW_PASS = np.array(
    [1 - _ROOT, 5 + _ROOT, 14 + 2 * _ROOT, 14 - 2 * _ROOT, 1 - _ROOT, -3 + _ROOT]
) / (16 * math.sqrt(2))
"""The first Coiflet, in closed form (Daubechies 1993, SIAM J Math Anal 24:499)."""
HIGH_PASS = LOW_PASS[::-1] * [1, -1, 1, -1, 1, -1]


def filtered(
    image: npt.NDArray[np.floating], name: str, *, spacing_mm: float
) -> Iterator[tuple[str, Floats]]:
    """The images that one filter makes of an image, with their names.

    Parameters
    ----------
    image : float array, shape (D, H, W)
    name : str
        ``original``; ``log_<sigma>``, sigma in mm, multiplied with its square so that responses
        of several sigmas can be compared; or ``wavelet``: the 8 undecimated sub-bands of one
        level, ``wavelet_LLH`` low along D and H and high along W.
    spacing_mm : float
        Voxel side.

    Yields
    ------
    str, float64 array, shape (D, H, W)

    Raises
    ------
    ConfigError
        If there is no filter of that name.
    """
    values = np.asarray(image, dtype=np.float64)
    if name == ORIGINAL:
        yield name, values
    elif name == WAVELET:
        for letters in product("LH", repeat=3):
            band = values
            for axis, letter in enumerate(letters):
                kernel = LOW_PASS if letter == "L" else HIGH_PASS
                band = convolve1d(band, kernel, axis=axis, mode="nearest")
            yield f"{WAVELET}_{''.join(letters)}", band
    else:
        sigma = _sigma_mm(name) / spacing_mm
        response = gaussian_laplace(values, sigma, mode="nearest", truncate=TRUNCATE)
        yield name, np.asarray(sigma**2 * response)


def reach(name: str, *, spacing_mm: float) -> int:
    """How many voxels away a filter looks."""
    if name == ORIGINAL:
        return 0
    if name == WAVELET:
        return len(LOW_PASS)
    return math.ceil(TRUNCATE * _sigma_mm(name) / spacing_mm) + 1


def _sigma_mm(name: str) -> float:
    try:
        sigma = float(name.removeprefix(LOG)) if name.startswith(LOG) else 0.0
    except ValueError:
        sigma = 0.0
    if not sigma > 0:
        raise ConfigError(
            "radiomics.filters",
            [f"there is no filter {name!r}; expected original, wavelet, or log_<sigma in mm>"],
        )
    return sigma
