"""The network of pre-training: encoder, a decoder per token, and a projector where asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from psp_core.encoder.patches import patchify, unpatchify
from psp_core.encoder.vit import VisionTransformer3D
from psp_core.errors import CheckpointError
from psp_core.runs import atomic_path
from psp_core.training import set_weights, weights_of

ContrastiveOn = Literal["reconstructions", "embeddings"]
MIDDLE = 16  # channels between the two stages, as in MONAI's ViTAutoEnc
PROJECTED = 128  # length of a projected embedding, as in SimCLR


def factors(patch: int) -> tuple[int, int]:
    """The two upsampling factors of a patch side, as alike as they can be; the larger first."""
    small = next(f for f in range(int(patch**0.5), 0, -1) if patch % f == 0)
    return patch // small, small


class Restorer(nn.Module):
    """Corrupted volumes to restored ones and to the vectors that are contrasted.

    The decoder is two transposed convolutions whose strides are their kernels, which see one
    token each: two matrix products. Its rows lie (a, a, a | channel, b, b, b) for a patch of
    side a * b; `clean_rows` brings the target into the same order, so nothing that needs a
    gradient is moved in memory.

    Parameters
    ----------
    encoder : VisionTransformer3D
        What is kept after pre-training.
    contrastive_on : {"reconstructions", "embeddings"}
        Flattened restored volumes (MONAI's tutorial), or projected mean tokens (SimCLR).
    """

    def __init__(self, encoder: VisionTransformer3D, contrastive_on: ContrastiveOn) -> None:
        super().__init__()
        self.encoder, self.contrastive_on = encoder, contrastive_on
        self.coarse, self.fine = factors(encoder.patch)
        self.stage1 = nn.Linear(encoder.width, self.coarse**3 * MIDDLE)
        self.stage2 = nn.Linear(MIDDLE, encoder.channels * self.fine**3)
        width = encoder.width
        self.projector: nn.Module | None = None
        if contrastive_on == "embeddings":
            self.projector = nn.Sequential(
                nn.Linear(width, width), nn.GELU(), nn.Linear(width, PROJECTED)
            )

    def forward(self, views: Tensor) -> tuple[Tensor, Tensor]:
        """(2B, C, D, H, W) views to (2B, N, a**3, C * b**3) restored rows and (2B, K) vectors."""
        tokens = self.encoder(views)  # (2B, N, d)
        middle = self.stage1(tokens).unflatten(-1, (self.coarse**3, MIDDLE))
        restored: Tensor = self.stage2(middle)
        if self.projector is None:
            return restored, restored.flatten(1)
        return restored, self.projector(tokens.mean(dim=1))

    def clean_rows(self, volumes: Tensor) -> Tensor:
        """(B, C, D, H, W) volumes to (B, N, a**3, C * b**3), the order of the restored rows."""
        coarse, fine, channels = self.coarse, self.fine, self.encoder.channels
        rows = patchify(volumes, self.encoder.patch)  # (B, N, C * p**3)
        split = rows.reshape(*rows.shape[:2], channels, coarse, fine, coarse, fine, coarse, fine)
        ordered = split.permute(0, 1, 3, 5, 7, 2, 4, 6, 8)  # (B, N, a, a, a, C, b, b, b)
        return ordered.reshape(*rows.shape[:2], coarse**3, channels * fine**3)

    def volumes_of(self, restored: Tensor) -> Tensor:
        """Restored rows to volumes, (B, C, D, H, W); the inverse of `clean_rows`."""
        coarse, fine, channels = self.coarse, self.fine, self.encoder.channels
        split = restored.reshape(
            *restored.shape[:2], coarse, coarse, coarse, channels, fine, fine, fine
        )
        ordered = split.permute(0, 1, 5, 2, 6, 3, 7, 4, 8)  # (B, N, C, a, b, a, b, a, b)
        rows = ordered.reshape(*restored.shape[:2], -1)
        return unpatchify(rows, self.encoder.patch, channels)


def save_restorer(path: Path, restorer: Restorer) -> None:
    """Write weights and what they are of as one safetensors file."""
    about = {"architecture": restorer.encoder.architecture, "on": restorer.contrastive_on}
    with atomic_path(path) as temporary:
        save_file(weights_of(restorer), temporary, {"restorer": json.dumps(about)})


def load_restorer(path: Path) -> Restorer:
    """Read what `save_restorer` wrote, in evaluation mode.

    Raises
    ------
    CheckpointError
        If the file cannot be read.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})["restorer"])
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise CheckpointError(
            f"{path.name} holds no network of pre-training: {type(error).__name__}; expected the "
            "file that pre-training writes beside the encoder"
        ) from error
    restorer = Restorer(VisionTransformer3D(**about["architecture"]), about["on"])
    set_weights(restorer, weights)
    return restorer.eval()
