"""One vector per scan from its tokens."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Pooling = Literal["all", "lesion"]
POOLINGS: tuple[Pooling, ...] = ("all", "lesion")


def mean_token(
    tokens: npt.NDArray[np.floating], lesion_share: npt.NDArray[np.floating], pooling: Pooling
) -> npt.NDArray[np.float32]:
    """Mean of all tokens of a scan, or of those that hold lesion.

    Parameters
    ----------
    tokens : float array, shape (n, N, d)
    lesion_share : float array, shape (n, N)
        Share of each token's voxels that are lesion.
    pooling : {"all", "lesion"}
        A scan without lesion gives the mean of all its tokens under both.

    Returns
    -------
    float32 array, shape (n, d)
    """
    kept = np.ones(lesion_share.shape, dtype=np.float32)
    if pooling == "lesion":
        holds_lesion = lesion_share > 0
        kept = np.where(holds_lesion.any(axis=1, keepdims=True), holds_lesion, 1.0)
    weights = (kept / kept.sum(axis=1, keepdims=True)).astype(np.float32)
    pooled = np.empty((len(tokens), tokens.shape[-1]), dtype=np.float32)
    for place, (weight, values) in enumerate(zip(weights, tokens, strict=True)):  # no copy of all
        pooled[place] = np.einsum("t,td->d", weight, values.astype(np.float32, copy=False))
    return pooled
