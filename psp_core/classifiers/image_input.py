"""Which tokens of a scan a network sees, and on what scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError

TokensUsed = Literal["all", "lesion"]
Floats = npt.NDArray[np.float32]
SLICE = 16384  # tokens
SMALLEST_SD = 1e-6  # below it a dimension is constant


@dataclass(frozen=True)
class ImageInput:
    """Tokens of some patients, ready for a network.

    Attributes
    ----------
    values : float32 array, shape (n, K, d)
    mask : bool array, shape (n, K), or None
        True where a token counts, the others fill up; None: all count.
    """

    values: Floats
    mask: npt.NDArray[np.bool_] | None


def image_input(tokens: Tokens | None, rows: pd.DataFrame, used: TokensUsed) -> ImageInput:
    """Tokens of the scans of a table.

    Parameters
    ----------
    used : {"all", "lesion"}
        ``lesion``: only tokens with a voxel of the lesion; a patient without any keeps all.

    Raises
    ------
    EstimatorError
        If there are no tokens, or `used` is neither.
    """
    if tokens is None:
        raise EstimatorError(
            "this arm sees the image, but was given no tokens; "
            "build it with tokens=... of the encoded scans, or take an arm without the image"
        )
    if used not in get_args(TokensUsed):
        raise EstimatorError(f"tokens_used is {used!r}; expected 'all' or 'lesion'")
    values = tokens.of(rows)
    if used == "all":
        return ImageInput(values, None)
    counts = tokens.lesion_of(rows) > 0
    counts[~counts.any(axis=1)] = True
    first = np.argsort(~counts, axis=1, kind="stable")[:, : counts.sum(axis=1).max(initial=1)]
    return ImageInput(
        np.take_along_axis(values, first[..., None], axis=1),
        np.take_along_axis(counts, first, axis=1),
    )


@dataclass(frozen=True)
class TokenScale:
    """Mean and standard deviation of each token dimension over training tokens, shape (d,)."""

    mean: Floats
    sd: Floats

    @classmethod
    def of(cls, image: ImageInput) -> TokenScale:
        """Measured over the tokens that count; a constant dimension keeps its unit."""
        counted = image.values.reshape(-1, image.values.shape[-1])
        if image.mask is not None:
            counted = counted[image.mask.ravel()]
        mean = counted.mean(axis=0, dtype=np.float64)
        squares = np.zeros_like(mean)
        for start in range(0, len(counted), SLICE):  # float64 of all tokens at once is large
            squares += np.square(counted[start : start + SLICE] - mean).sum(axis=0)
        sd = np.sqrt(squares / len(counted))
        return cls(mean.astype(np.float32), np.where(sd < SMALLEST_SD, 1.0, sd).astype(np.float32))

    def apply(self, image: ImageInput) -> ImageInput:
        """The tokens on that scale; `image` is overwritten, a second copy would be large."""
        np.subtract(image.values, self.mean, out=image.values)
        np.divide(image.values, self.sd, out=image.values)
        return image
