"""A 3-D vision transformer: patches, positions, pre-norm blocks, one token per patch.

The maths of MONAI's ``ViT`` (equal with the same weights), for any patch side that divides
the volume, with the patch embedding as one matrix product and fused attention.

References
----------
Dosovitskiy et al., An image is worth 16x16 words (ICLR 2021).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

from psp_core.encoder.patches import fitting_patches, patchify
from psp_core.errors import GeometryError

POSITION_SD = 0.02  # of the first position embeddings, as in MONAI


class VisionTransformer3D(nn.Module):
    """Volume to tokens.

    Parameters
    ----------
    side, patch : int
        Sides in voxels of the cubic volume and of a patch; N = (side / patch)**3.
    channels : int, default 2
        T1CE and FLAIR.
    width, depth, heads : int
        Length d of a token, number of blocks, attention heads per block.
    mlp_ratio : float, default 4.0
        Hidden units of a block's two-layer network, in widths.

    Raises
    ------
    GeometryError
        If the patch does not divide the volume, or the heads do not divide the width.
    """

    def __init__(
        self,
        *,
        side: int,
        patch: int,
        channels: int = 2,
        width: int,
        depth: int,
        heads: int,
        mlp_ratio: float = 4.0,
    ) -> None:
        super().__init__()
        if patch < 1 or side % patch:
            raise GeometryError(
                f"patches of {patch} voxels do not fill a volume of {side}; "
                f"sides that do: {', '.join(map(str, fitting_patches(side)))}"
            )
        if width % heads:
            raise GeometryError(f"a width of {width} cannot be shared among {heads} heads")
        self.side, self.patch, self.channels = side, patch, channels
        self.width, self.depth, self.heads, self.mlp_ratio = width, depth, heads, mlp_ratio
        self.n_tokens = (side // patch) ** 3
        self.embed = nn.Linear(channels * patch**3, width)
        self.position = nn.Parameter(torch.zeros(1, self.n_tokens, width))
        nn.init.trunc_normal_(self.position, std=POSITION_SD)
        self.blocks = nn.ModuleList(Block(width, heads, mlp_ratio) for _ in range(depth))
        self.norm = nn.LayerNorm(width)

    @property
    def architecture(self) -> dict[str, Any]:
        """The constructor's arguments."""
        names = ("side", "patch", "channels", "width", "depth", "heads", "mlp_ratio")
        return {name: getattr(self, name) for name in names}

    def forward(self, volume: Tensor) -> Tensor:
        """(B, C, D, H, W) volumes to (B, N, d) tokens.

        Raises
        ------
        GeometryError
            If the volumes are not those that the transformer was built for.
        """
        expected = (self.channels, self.side, self.side, self.side)
        if volume.ndim != 5 or tuple(volume.shape[1:]) != expected:
            raise GeometryError(
                f"the encoder takes volumes of shape (B, {', '.join(map(str, expected))}), "
                f"found {tuple(volume.shape)}"
            )
        tokens = self.embed(patchify(volume, self.patch)) + self.position  # (B, N, d)
        for block in self.blocks:
            tokens = block(tokens)
        normed: Tensor = self.norm(tokens)
        return normed


class Block(nn.Module):
    """Self-attention and a two-layer network, each on normalised tokens and added to them."""

    def __init__(self, width: int, heads: int, mlp_ratio: float) -> None:
        super().__init__()
        self.heads = heads
        hidden = round(mlp_ratio * width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, N, d) to (B, N, d)."""
        batch, n, width = tokens.shape
        qkv = self.qkv(self.norm1(tokens)).reshape(batch, n, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (B, heads, N, d / heads)
        mixed = scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, n, width)
        tokens = tokens + self.out(mixed)
        widened = self.narrow(gelu(self.widen(self.norm2(tokens))))
        result: Tensor = tokens + widened
        return result
