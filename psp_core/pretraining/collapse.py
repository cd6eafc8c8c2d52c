"""Whether embeddings have collapsed: how far they spread, and over how many directions.

References
----------
Chen and He, Exploring simple Siamese representation learning (CVPR 2021): the spread.
Roy and Vetterli, The effective rank (EUSIPCO 2007).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch

from psp_core.encoder.vit import VisionTransformer3D

Level = Literal["collapsed", "narrow", "spread"]
# Low on purpose: scans of one organ on one grid share most of their mean token. At 64 voxels an
# untrained encoder has 0.16, one that restores well 0.02, over some 17 directions of 31.
COLLAPSED_SPREAD, COLLAPSED_RANK = 0.001, 1.5
NARROW_SPREAD, NARROW_RANK = 0.01, 3.0
NARROW_RATIO = 0.25  # of the spread before training: below it, training has narrowed it
SMALLEST = 1e-12


@dataclass(frozen=True)
class Collapse:
    """State of a set of embeddings.

    Attributes
    ----------
    spread : float
        Standard deviation of the L2-normalised embeddings, mean over dimensions, times the
        root of their length: 0 when all are the same, about 1 when they point everywhere.
    effective_rank : float
        Exponential of the entropy of the singular values of the centred embeddings.
    level : {"collapsed", "narrow", "spread"}
        By the worst of them.
    ratio : float or None
        Spread over that of the untrained encoder; None where that is not known or is 0.
    """

    spread: float
    effective_rank: float
    level: Level
    ratio: float | None = None

    @property
    def sentence(self) -> str:
        """What the figures mean."""
        meaning = {
            "collapsed": "the embeddings have collapsed: all scans look the same to the encoder",
            "narrow": "the embeddings are narrow: they lie close together, or along few directions",
            "spread": "no sign of collapse",
        }[self.level]
        beside = (
            "" if self.ratio is None else f", {self.ratio:.2f} times that of the untrained encoder"
        )
        return (
            f"{meaning} (spread {self.spread:.3f}, where 0 is collapsed and 1 isotropic{beside}; "
            f"effective rank {self.effective_rank:.1f})"
        )


def collapse_of(embeddings: npt.ArrayLike, *, untrained: float | None = None) -> Collapse:
    """Measure collapse.

    Parameters
    ----------
    embeddings : float array, shape (n, d)
        One row per scan.
    untrained : float, optional
        Spread of the same scans before training.
    """
    z = np.asarray(embeddings, dtype=np.float64)
    lengths = np.linalg.norm(z, axis=1, keepdims=True)
    unit = z / np.maximum(lengths, SMALLEST)
    spread = float(unit.std(axis=0).mean() * np.sqrt(z.shape[1]))
    rank = _effective_rank(z)
    ratio = spread / untrained if untrained else None
    level: Level = "spread"
    if spread < NARROW_SPREAD or rank < NARROW_RANK:
        level = "narrow"
    if ratio is not None and ratio < NARROW_RATIO:
        level = "narrow"
    if spread < COLLAPSED_SPREAD or rank < COLLAPSED_RANK:
        level = "collapsed"
    return Collapse(spread, rank, level, ratio)


def mean_tokens(
    encoder: VisionTransformer3D, volumes: Iterable[npt.NDArray[Any]]
) -> npt.NDArray[np.float32]:
    """Mean token of every volume, float32 (n, d); on the encoder's device."""
    device = encoder.position.device
    rows = []
    with torch.inference_mode():
        for volume in volumes:
            image = torch.from_numpy(np.asarray(volume, dtype=np.float32))[None].to(device)
            rows.append(encoder(image).mean(dim=1)[0].cpu().numpy())
    return np.stack(rows)


def _effective_rank(z: npt.NDArray[np.float64]) -> float:
    values = np.linalg.svd(z - z.mean(axis=0), compute_uv=False)
    scale = np.linalg.norm(z)
    if values.sum() <= SMALLEST * max(float(scale), SMALLEST):
        return 1.0  # one point: the smallest rank there is
    shares = values / values.sum()
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))
