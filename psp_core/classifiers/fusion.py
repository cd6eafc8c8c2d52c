"""Four ways to bring image and clinical data together, with one head: the fusion ablation.

`Proposed` is the model of Gomaa 2025; the others are what it claims to be better than. See
`unimodal` for the signature.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from psp_core.classifiers.attention import AttentionPooling, GuidedCrossAttention, SelfAttention
from psp_core.classifiers.unimodal import MriOnly, two_layers

__all__ = ["Concatenation", "FullSelfAttention", "GuidedCrossAttention", "LateMean", "Proposed"]


class ClinicalTokens(nn.Module):
    """The clinical vector as M tokens, the paper's E_c: one layer, reshaped."""

    def __init__(self, n_columns: int, n_tokens: int, width: int) -> None:
        super().__init__()
        self.n_tokens = n_tokens
        self.layer = nn.Linear(n_columns, n_tokens * width)

    def forward(self, clinical: Tensor) -> Tensor:
        """(B, columns) to (B, M, width)."""
        tokens: Tensor = self.layer(clinical)
        return tokens.view(len(clinical), self.n_tokens, -1)


class Proposed(nn.Module):
    """Guided cross-attention, self-attention, attention pooling, two layers (Gomaa 2025)."""

    def __init__(
        self,
        *,
        n_columns: int,
        image_width: int,
        width: int,
        clinical_tokens: int,
        heads: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.clinical = ClinicalTokens(n_columns, clinical_tokens, width)
        self.guided = GuidedCrossAttention(width, image_width=image_width, heads=heads)
        self.attention = SelfAttention(width, heads=heads)
        self.pooling = AttentionPooling(width)
        self.head = two_layers(width, width, dropout)

    def forward(self, clinical: Tensor, tokens: Tensor, mask: Tensor | None) -> Tensor:
        """Logit of each patient, shape (B,)."""
        of_clinical = self.clinical(clinical)  # B M d
        of_image = self.guided(of_clinical, tokens, mask)  # B M d
        both = self.attention(torch.cat([of_image, of_clinical], dim=1))  # B 2M d
        logit: Tensor = self.head(self.pooling(both))
        return logit[:, 0]


class FullSelfAttention(nn.Module):
    """Self-attention among all N + M tokens, attention pooling, two layers."""

    def __init__(
        self,
        *,
        n_columns: int,
        image_width: int,
        width: int,
        clinical_tokens: int,
        heads: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.clinical = ClinicalTokens(n_columns, clinical_tokens, width)
        self.image = nn.Linear(image_width, width)
        self.attention = SelfAttention(width, heads=heads)
        self.pooling = AttentionPooling(width)
        self.head = two_layers(width, width, dropout)

    def forward(self, clinical: Tensor, tokens: Tensor, mask: Tensor | None) -> Tensor:
        """Logit of each patient, shape (B,)."""
        of_clinical = self.clinical(clinical)  # B M d
        if mask is not None:
            mask = torch.cat([mask.new_ones(of_clinical.shape[:2]), mask], dim=1)
        both = torch.cat([of_clinical, self.image(tokens)], dim=1)  # B M+N d
        logit: Tensor = self.head(self.pooling(self.attention(both, mask), mask))
        return logit[:, 0]


class Concatenation(nn.Module):
    """The pooled image token beside the clinical vector, two layers."""

    def __init__(self, *, n_columns: int, image_width: int, width: int, dropout: float) -> None:
        super().__init__()
        self.pooling = AttentionPooling(image_width)
        self.head = two_layers(image_width + n_columns, width, dropout)

    def forward(self, clinical: Tensor, tokens: Tensor, mask: Tensor | None) -> Tensor:
        """Logit of each patient, shape (B,)."""
        logit: Tensor = self.head(torch.cat([self.pooling(tokens, mask), clinical], dim=1))
        return logit[:, 0]


class LateMean(nn.Module):
    """The mean of an image logit and a clinical logit, trained together."""

    def __init__(self, *, n_columns: int, image_width: int, width: int, dropout: float) -> None:
        super().__init__()
        self.image = MriOnly(image_width=image_width, width=width, dropout=dropout)
        self.head = two_layers(n_columns, width, dropout)

    def forward(self, clinical: Tensor, tokens: Tensor, mask: Tensor | None) -> Tensor:
        """Logit of each patient, shape (B,)."""
        of_image: Tensor = self.image(clinical, tokens, mask)
        of_clinical: Tensor = self.head(clinical)
        return (of_image + of_clinical[:, 0]) / 2
