"""An encoder's files: weights with their architecture, and a card of what it was trained on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.errors import CheckpointError, GeometryError, OverlapError
from psp_core.runs import atomic_path, digest_of_file, write_json
from psp_core.training import set_weights, weights_of

ENCODER, CARD = "encoder.safetensors", "card.json"


@dataclass(frozen=True)
class EncoderCard:
    """What an encoder is and what it has seen.

    Attributes
    ----------
    architecture : mapping
        Arguments of `VisionTransformer3D`.
    landmarks : str
        Digest of the scale of grey values that it expects.
    keys : tuple of str
        Scans it was trained on, as ``dataset/subject_id/timepoint``.
    """

    architecture: Mapping[str, Any]
    landmarks: str
    keys: tuple[str, ...]


def save_encoder(path: Path, encoder: VisionTransformer3D) -> None:
    """Write weights and architecture as one safetensors file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = {"architecture": json.dumps(encoder.architecture, sort_keys=True)}
    with atomic_path(path) as temporary:
        save_file(weights_of(encoder), temporary, header)


def load_encoder(path: Path, *, expected: Mapping[str, Any] | None = None) -> VisionTransformer3D:
    """Read what `save_encoder` wrote.

    Parameters
    ----------
    expected : mapping, optional
        Arguments of `VisionTransformer3D` that must be those of the file.

    Returns
    -------
    VisionTransformer3D
        In evaluation mode, on the CPU.

    Raises
    ------
    CheckpointError
        If the file cannot be read, or holds weights of another architecture.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        architecture = json.loads(header["architecture"])
        encoder = VisionTransformer3D(**architecture)
    except (OSError, KeyError, TypeError, ValueError, GeometryError, SafetensorError) as error:
        raise CheckpointError(
            f"{path.name} holds no encoder: {type(error).__name__}; expected weights with their "
            "architecture in one safetensors file, as pre-training writes them"
        ) from error
    for name, value in (expected or {}).items():
        if architecture[name] != value:
            raise CheckpointError(
                f"{path.name} holds an encoder of {name} {architecture[name]}, expected {value}; "
                "pre-train again, or take the encoder section it was trained with"
            )
    set_weights(encoder, weights)
    return encoder.eval()


def write_card(
    folder: Path, encoder: VisionTransformer3D, *, landmarks: str, keys: Sequence[str]
) -> None:
    """Write the card of the encoder in a folder; it names the weights' digest."""
    card = EncoderCard(encoder.architecture, landmarks, tuple(sorted(keys)))
    write_json(folder / CARD, {**asdict(card), "weights_sha256": digest_of_file(folder / ENCODER)})


def read_card(folder: Path) -> EncoderCard:
    """Read what `write_card` wrote.

    Raises
    ------
    CheckpointError
        If a file is missing, or the weights beside it are not the card's.
    """
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        digest = digest_of_file(folder / ENCODER)
        found = EncoderCard(card["architecture"], card["landmarks"], tuple(card["keys"]))
        is_same = card["weights_sha256"] == digest
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{folder.name} holds no encoder: {type(error).__name__}; expected {ENCODER} and "
            f"{CARD}, as pre-training writes them"
        ) from error
    if not is_same:
        raise CheckpointError(
            f"{folder.name}: the weights are not those of {CARD}; pre-train again, or bring the "
            "two files that belong together"
        )
    return found


def check_card(
    card: EncoderCard, *, architecture: Mapping[str, Any], landmarks: str, keys: Iterable[str]
) -> None:
    """Refuse an encoder that is not the one asked for, or has seen who is to be predicted.

    Parameters
    ----------
    architecture : mapping
        Arguments of `VisionTransformer3D` that must be those of the card.
    landmarks : str
        Digest of the scale of grey values of the scans to encode.
    keys : iterable of str
        Those scans, as ``dataset/subject_id/timepoint``; no visit of their patients may have
        been trained on.

    Raises
    ------
    OverlapError, CheckpointError
        If one of these does not hold.
    """
    seen = {key.rpartition("/")[0] for key in card.keys}
    met = sorted(seen & {key.rpartition("/")[0] for key in keys})
    if met:
        raise OverlapError(
            f"the encoder was trained on {len(met)} of the patients to be predicted, the first is "
            f"{met[0]}; pre-train on other scans, or take these patients out"
        )
    for name, value in architecture.items():
        if card.architecture.get(name) != value:
            raise CheckpointError(
                f"the encoder has {name} {card.architecture.get(name)}, the parameters ask for "
                f"{value}; run the notebook 04_pretraining again"
            )
    if card.landmarks != landmarks:
        raise CheckpointError(
            "the encoder was trained on another scale of grey values than the scans have now; "
            "run the notebook 04_pretraining again"
        )
