"""The fusion of the same group's survival model: cross-attention in both directions.

Gomaa 2024 lets the clinical tokens look at the image tokens and the image tokens at the clinical
ones, then once more the clinical at the image, pools by attention and ends in two layers. That
much is told of it. Residual paths, normalisation before each attention and what the last
attention looks at (both results of the first two) are assumptions.
"""

from __future__ import annotations

from torch import Tensor, nn

from psp_core.classifiers.attention import AttentionPooling
from psp_core.classifiers.fusion import ClinicalTokens
from psp_core.classifiers.unimodal import two_layers


class CrossAttention(nn.Module):
    """One set of tokens looks at another of the same width, and keeps what it was."""

    def __init__(self, width: int, *, heads: int) -> None:
        super().__init__()
        self.norm_looking = nn.LayerNorm(width)
        self.norm_seen = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, looking: Tensor, seen: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, L, width), (B, S, width) and (B, S) True where one is seen, to (B, L, width)."""
        values = self.norm_seen(seen)
        hidden = None if mask is None else ~mask
        found: Tensor = self.attention(
            self.norm_looking(looking), values, values, key_padding_mask=hidden, need_weights=False
        )[0]
        return looking + found


class Bidirectional(nn.Module):
    """Cross-attention both ways, a last one with the clinical tokens as query (Gomaa 2024).

    References
    ----------
    Gomaa et al., Neuro-Oncology Advances 2024, vdae122.
    """

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
        self.to_clinical = CrossAttention(width, heads=heads)
        self.to_image = CrossAttention(width, heads=heads)
        self.last = CrossAttention(width, heads=heads)
        self.pooling = AttentionPooling(width)
        self.head = two_layers(width, width, dropout)

    def forward(self, clinical: Tensor, tokens: Tensor, mask: Tensor | None) -> Tensor:
        """Logit of each patient, shape (B,)."""
        of_clinical, of_image = self.clinical(clinical), self.image(tokens)  # B M d, B N d
        guided = self.to_clinical(of_clinical, of_image, mask)  # B M d
        informed = self.to_image(of_image, of_clinical)  # B N d
        logit: Tensor = self.head(self.pooling(self.last(guided, informed, mask)))
        return logit[:, 0]
