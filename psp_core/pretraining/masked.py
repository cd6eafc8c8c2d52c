"""The masked autoencoder: an encoder that sees few patches, a light decoder for the others.

What the encoder is given is cut out of the volume before anything is computed, so no hidden
voxel can reach it. Its weights are those of `VisionTransformer3D`, which sees all patches later.

References
----------
He et al., Masked autoencoders are scalable vision learners (CVPR 2022).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from psp_core.encoder.patches import patchify
from psp_core.encoder.vit import POSITION_SD, Block, VisionTransformer3D
from psp_core.errors import GeometryError


def hidden_count(n_tokens: int, share: float) -> int:
    """Patches to hide out of `n_tokens`, the share rounded; one is hidden and one seen at least.

    Raises
    ------
    GeometryError
        If there are fewer than two patches.
    """
    if n_tokens < 2:
        raise GeometryError(
            f"a volume of {n_tokens} patch has nothing to hide and to see; expected at least 2: "
            "make the patch smaller"
        )
    return min(max(round(share * n_tokens), 1), n_tokens - 1)


def draw_orders(batch: int, n_tokens: int, generator: torch.Generator) -> Tensor:
    """Random order of the patches of each volume, int64 (B, N); the first are hidden."""
    return torch.rand((batch, n_tokens), generator=generator).argsort(dim=1)


class MaskedAutoencoder(nn.Module):
    """Volumes to the voxels of their hidden patches.

    Parameters
    ----------
    encoder : VisionTransformer3D
        What is kept after pre-training.
    hidden_share : float
        Share of the patches that is hidden.
    width, depth, heads : int
        Of the decoder: transformer blocks on all patches, then a linear map to voxels.

    Raises
    ------
    GeometryError
        If the volume has fewer than two patches, or the heads do not divide the width.
    """

    def __init__(
        self,
        encoder: VisionTransformer3D,
        *,
        hidden_share: float,
        width: int,
        depth: int,
        heads: int,
    ) -> None:
        super().__init__()
        if width % heads:
            raise GeometryError(
                f"a decoder of width {width} cannot be shared among {heads} heads; "
                "take a width that they divide"
            )
        self.encoder = encoder
        self.n_hidden = hidden_count(encoder.n_tokens, hidden_share)
        self.into_decoder = nn.Linear(encoder.width, width)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(torch.zeros(1, encoder.n_tokens, width))
        nn.init.trunc_normal_(self.mask_token, std=POSITION_SD)
        nn.init.trunc_normal_(self.position, std=POSITION_SD)
        self.blocks = nn.ModuleList(Block(width, heads, encoder.mlp_ratio) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.to_voxels = nn.Linear(width, encoder.channels * encoder.patch**3)

    def forward(self, volumes: Tensor, orders: Tensor) -> tuple[Tensor, Tensor]:
        """Predicted and true voxels of the hidden patches, both (B, hidden, C * p**3).

        Parameters
        ----------
        volumes : Tensor, shape (B, C, D, H, W)
        orders : int64 Tensor, shape (B, N)
            See `draw_orders`.
        """
        rows = patchify(volumes, self.encoder.patch)  # (B, N, C * p**3)
        hidden, visible = orders[:, : self.n_hidden], orders[:, self.n_hidden :]
        tokens = self.into_decoder(self.encode(_taken(rows, visible), visible))  # (B, K, w)
        masks = self.mask_token.expand(len(rows), self.n_hidden, -1).to(tokens.dtype)
        mixed = torch.cat([masks, tokens], dim=1) + self.position[0, orders]  # (B, N, w)
        for block in self.blocks:
            mixed = block(mixed)
        predicted: Tensor = self.to_voxels(self.norm(mixed[:, : self.n_hidden]))
        return predicted, _taken(rows, hidden)

    def encode(self, rows: Tensor, places: Tensor) -> Tensor:
        """Tokens of some patches only, (B, K, d).

        Parameters
        ----------
        rows : Tensor, shape (B, K, C * p**3)
            Their voxels.
        places : int64 Tensor, shape (B, K)
            Which patches of the volume they are.
        """
        encoder = self.encoder
        tokens = encoder.embed(rows) + encoder.position[0, places]
        for block in encoder.blocks:
            tokens = block(tokens)
        normed: Tensor = encoder.norm(tokens)
        return normed


def _taken(rows: Tensor, places: Tensor) -> Tensor:
    """The rows of some places of each volume, (B, K, ...)."""
    return rows.gather(1, places[..., None].expand(-1, -1, rows.shape[-1]))
