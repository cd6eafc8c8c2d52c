"""The two losses of pre-training, and how they are combined.

References
----------
Chen et al., A simple framework for contrastive learning (ICML 2020): NT-Xent.
Tang et al., Self-supervised pre-training of Swin transformers (CVPR 2022), which the study
names as its model; the product of both losses is that of MONAI's tutorial ``vit_unetr_ssl``.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, l1_loss

Mix = Literal["r + c*r", "r + c", "r", "c"]
SMALLEST_NORM = 1e-12  # below it a vector has no direction


def restoration_loss(restored: Tensor, clean: Tensor) -> Tensor:
    """Mean absolute difference of both views, (2B, ...), to the clean volumes, (B, ...)."""
    views = restored.reshape(2, *clean.shape)
    return l1_loss(views, clean.expand_as(views))


def nt_xent(z1: Tensor, z2: Tensor, temperature: float) -> Tensor:
    """Normalised temperature-scaled cross-entropy of two views.

    Every vector is to find the other view of its scan among the 2B - 1 others, by cosine. In
    Gram form: one matrix product of 2B rows, whatever their length; norms are its diagonal.

    Parameters
    ----------
    z1, z2 : Tensor, shape (B, K)
        Row i of both comes from scan i.
    temperature : float
        Divides the cosines.

    Returns
    -------
    Tensor, scalar
        Equal to MONAI's ``ContrastiveLoss``, whose memory grows with B**2 K.
    """
    z = torch.cat([z1, z2])  # (2B, K)
    return nt_xent_of_views(z, temperature)


def nt_xent_of_views(z: Tensor, temperature: float) -> Tensor:
    """`nt_xent` of views that lie in one tensor, (2B, K): the first views, then the second."""
    n = len(z)
    gram = z @ z.T  # (2B, 2B)
    norms = gram.diagonal().clamp_min(SMALLEST_NORM**2).sqrt()
    logits = gram / (norms[:, None] * norms[None, :] * temperature)
    logits = logits.masked_fill(torch.eye(n, dtype=torch.bool, device=z.device), -torch.inf)
    partner = (torch.arange(n, device=z.device) + n // 2) % n
    return cross_entropy(logits, partner)


def combine(restoration: Tensor, contrastive: Tensor, mix: Mix) -> Tensor:
    """One loss of the two: ``r`` restoration, ``c`` contrast."""
    if mix == "r + c*r":
        return restoration + contrastive * restoration
    if mix == "r + c":
        return restoration + contrastive
    return restoration if mix == "r" else contrastive
