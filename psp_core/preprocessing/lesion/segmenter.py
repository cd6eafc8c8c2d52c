"""The study's own segmenter: MONAI's DynUNet on two channels, and its files.

It answers by regions, not by labels (enhancing, core and whole each with a sigmoid of its
own), as the winners of BraTS do: the regions are what is scored and used.

References
----------
Isensee et al., nnU-Net for brain tumor segmentation (BrainLes 2020), arXiv 2011.00848.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from psp_core.errors import CheckpointError, GeometryError
from psp_core.preprocessing.lesion.labels import ENHANCING, NECROSIS, OEDEMA, REGIONS
from psp_core.runs import atomic_folder, digest_of, digest_of_file, write_json
from psp_core.training import set_weights, weights_of

WEIGHTS, CARD = "weights.safetensors", "segmenter.json"
LARGEST_WINDOW, OVERLAP = 96, 0.25  # voxels seen at once, share of it seen twice: memory; ours


@dataclass(frozen=True)
class SegmenterCard:
    """What a segmenter is and what it was trained on.

    Attributes
    ----------
    channels : tuple of int
        Feature maps per level.
    collections : tuple of str
        Where its cases come from.
    n_cases : int
        How many they are.
    cases_digest : str
        Digest of their sorted identifiers.
    """

    channels: tuple[int, ...]
    collections: tuple[str, ...]
    n_cases: int
    cases_digest: str


def digest_of_cases(case_ids: Iterable[str]) -> str:
    """Digest of who was trained on, whatever their order."""
    return digest_of(sorted(case_ids))


def build_network(channels: Sequence[int]) -> nn.Module:
    """U-Net of two images to three regions; each level halves the resolution.

    Batch and not instance normalisation: the images come z-scored in the whole brain, and
    instance normalisation would take from a patch how bright it is against the rest.
    """
    from monai.networks.nets.dynunet import DynUNet  # noqa: PLC0415 - MONAI takes seconds

    levels = len(channels)
    network: nn.Module = DynUNet(
        spatial_dims=3,
        in_channels=2,
        out_channels=len(REGIONS),
        kernel_size=[3] * levels,
        strides=[1] + [2] * (levels - 1),
        upsample_kernel_size=[2] * (levels - 1),
        filters=list(channels),
        norm_name="batch",
    )
    return network


def fitting_side(side: int, levels: int) -> int:
    """Next side in voxels that the strides of a network divide."""
    factor: int = 2 ** (levels - 1)
    return -(-side // factor) * factor


class Segmenter:
    """A trained network that labels standard volumes.

    Parameters
    ----------
    network : Module
        From `build_network`, trained.
    card : SegmenterCard
        What it is.
    """

    def __init__(self, network: nn.Module, card: SegmenterCard) -> None:
        self.network = network.eval()
        self.card = card

    @torch.inference_mode()
    def predict(self, values: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
        """Label a volume.

        Parameters
        ----------
        values : float array, shape (2, D, H, W)
            T1CE and FLAIR, z-scored in the brain, 0 outside.

        Returns
        -------
        uint8 array, shape (D, H, W)
            0, 1, 2, 4; 0 outside the brain.

        Raises
        ------
        GeometryError
            If there are not two channels of three dimensions.
        """
        from monai.inferers.utils import sliding_window_inference  # noqa: PLC0415 - as above

        if values.ndim != 4 or values.shape[0] != 2:
            raise GeometryError(
                f"the segmenter takes T1CE and FLAIR as (2, D, H, W), found shape {values.shape}"
            )
        device = next(self.network.parameters()).device
        image = torch.from_numpy(values.astype(np.float32))[None].to(device)  # (1, 2, D, H, W)
        side = fitting_side(min(max(values.shape), LARGEST_WINDOW), len(self.card.channels))
        logits = sliding_window_inference(
            image, side, 1, self.network, overlap=OVERLAP, mode="gaussian"
        )
        enhancing, core, whole = (logits[0] > 0).cpu().numpy()
        labels = np.zeros(values.shape[1:], dtype=np.uint8)
        labels[whole], labels[core], labels[enhancing] = OEDEMA, NECROSIS, ENHANCING
        labels[(values == 0).all(axis=0)] = 0
        return labels

    def save(self, folder: Path) -> None:
        """Write weights and card as a folder, whole or not at all."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        with atomic_folder(folder) as temporary:
            save_file(weights_of(self.network), temporary / WEIGHTS)
            digest = digest_of_file(temporary / WEIGHTS)
            write_json(temporary / CARD, {**asdict(self.card), "weights_sha256": digest})

    @classmethod
    def load(cls, folder: Path) -> Segmenter:
        """Read what `save` wrote.

        Raises
        ------
        CheckpointError
            If a file is missing, or weights and card do not belong together.
        """
        try:
            card = json.loads((folder / CARD).read_text(encoding="utf-8"))
            digest = card.pop("weights_sha256")
            if digest != digest_of_file(folder / WEIGHTS):
                raise CheckpointError(f"{folder.name}: the weights are not those of {CARD}")
            for name in ("channels", "collections"):
                card[name] = tuple(card[name])
            network = build_network(card["channels"])
            set_weights(network, load_file(folder / WEIGHTS))
            return cls(network, SegmenterCard(**card))
        except (OSError, KeyError, TypeError, json.JSONDecodeError, SafetensorError) as error:
            raise CheckpointError(
                f"{folder.name} holds no segmenter: {type(error).__name__}; "
                f"expected {WEIGHTS} and {CARD}, as training writes them"
            ) from error
