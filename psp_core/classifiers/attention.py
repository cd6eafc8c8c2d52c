"""The attention of the networks: guided by clinical tokens, pooling, among all tokens.

Image tokens come from a frozen encoder: they are constants, and there are many more of them
than of clinical tokens. So wherever a matrix would be applied to every image token, it is
applied to the few queries or to the pooled result instead, which is the same number.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention, softmax


class GuidedCrossAttention(nn.Module):
    """Clinical tokens look at the image tokens (Eq. 1 of Gomaa 2025, with biases).

    The paper's E_c is `clinical_tokens`, E_i is `image_tokens`, d is `width`; `query`, `key`
    and `value` hold W_q, W_k and W_v.

    Parameters
    ----------
    width : int
        d, of a clinical token and of the result.
    image_width : int, optional
        Of an image token, where it is another one; the paper has one d.
    heads : int, default 1
        Divides `width`; the paper's formula has one.
    """

    def __init__(self, width: int, *, image_width: int | None = None, heads: int = 1) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(image_width or width, width)
        self.value = nn.Linear(image_width or width, width)

    def weights(
        self, clinical_tokens: Tensor, image_tokens: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """softmax(Q K^T / sqrt(d)), shape (B, heads, M, N).

        (q W_k) E^T in place of q (W_k E)^T: M rows are multiplied with W_k, not N.
        """
        batch, n_clinical, _ = clinical_tokens.shape
        query = self._heads(self.query(clinical_tokens))  # B h M d/h
        of_image = query @ self._rows(self.key.weight)  # B h M image_width
        logits = torch.bmm(of_image.flatten(1, 2), image_tokens.transpose(1, 2))  # B hM N
        # the same for all N tokens, so the softmax takes it away; kept for the formula's sake
        shift = query @ self.key.bias.view(self.heads, -1, 1)  # B h M 1
        logits = logits.view(batch, self.heads, n_clinical, -1) + shift
        logits = logits / math.sqrt(query.shape[-1])
        if mask is not None:
            logits = logits.masked_fill(~mask[:, None, None], -torch.inf)
        return softmax(logits, dim=-1)

    def forward(
        self, clinical_tokens: Tensor, image_tokens: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """E_{i->c}.

        Parameters
        ----------
        clinical_tokens : Tensor, shape (B, M, width)
        image_tokens : Tensor, shape (B, N, image_width)
        mask : bool Tensor, shape (B, N), optional
            True where an image token may be looked at; at least one per patient.

        Returns
        -------
        Tensor, shape (B, M, width)
        """
        weights = self.weights(clinical_tokens, image_tokens, mask)
        pooled = torch.bmm(weights.flatten(1, 2), image_tokens)  # B hM image_width
        pooled = pooled.view(*weights.shape[:3], -1)
        fused: Tensor = pooled @ self._rows(self.value.weight).transpose(1, 2)  # B h M d/h
        return fused.transpose(1, 2).flatten(2) + self.value.bias

    def _heads(self, tokens: Tensor) -> Tensor:
        return tokens.view(*tokens.shape[:2], self.heads, -1).transpose(1, 2)

    def _rows(self, weight: Tensor) -> Tensor:
        """Rows of a matrix by head: (width, k) to (heads, width / heads, k)."""
        return weight.view(self.heads, -1, weight.shape[1])


class AttentionPooling(nn.Module):
    """Tokens to one vector: their mean, weighted by a learnt query."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, 1, bias=False)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, N, width), and (B, N) True where a token counts, to (B, width)."""
        logits = self.query(tokens).transpose(1, 2) / math.sqrt(tokens.shape[-1])  # B 1 N
        if mask is not None:
            logits = logits.masked_fill(~mask[:, None], -torch.inf)
        return torch.bmm(softmax(logits, dim=-1), tokens)[:, 0]


class SelfAttention(nn.Module):
    """One layer of self-attention with its residual path, normalised before it."""

    def __init__(self, width: int, *, heads: int = 1) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.projection = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, L, width), and (B, L) True where a token may be looked at, to (B, L, width)."""
        projected: Tensor = self.projection(self.norm(tokens))
        parts = projected.view(*tokens.shape[:2], 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # each B h L d/h
        allowed = None if mask is None else mask[:, None, None]
        attended = scaled_dot_product_attention(query, key, value, attn_mask=allowed)
        changed: Tensor = self.output(attended.transpose(1, 2).flatten(2))
        return tokens + changed
