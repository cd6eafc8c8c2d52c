"""Files of an encoder: round trip, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import (
    CARD,
    ENCODER,
    EncoderCard,
    check_card,
    load_encoder,
    read_card,
    save_encoder,
    write_card,
)
from psp_core.errors import CheckpointError, OverlapError

KEYS = ("brats2021/BraTS2021_00002/000", "brats2021/BraTS2021_00001/000")


@pytest.fixture
def encoder() -> VisionTransformer3D:
    return VisionTransformer3D(side=8, patch=4, width=8, depth=1, heads=2)


def test_an_encoder_comes_back_with_its_card(tmp_path: Path, encoder: VisionTransformer3D) -> None:
    save_encoder(tmp_path / ENCODER, encoder)
    write_card(tmp_path, encoder, landmarks="abc", keys=KEYS)
    again = load_encoder(tmp_path / ENCODER, expected=encoder.architecture)
    volume = torch.randn(1, 2, 8, 8, 8)
    assert torch.equal(again(volume), encoder.eval()(volume))
    card = read_card(tmp_path)
    assert card.keys == tuple(sorted(KEYS))
    assert card.architecture == encoder.architecture
    assert card.landmarks == "abc"


def test_an_encoder_of_another_architecture_raises(
    tmp_path: Path, encoder: VisionTransformer3D
) -> None:
    save_encoder(tmp_path / ENCODER, encoder)
    with pytest.raises(CheckpointError, match="encoder of patch 4, expected 2; pre-train again"):
        load_encoder(tmp_path / ENCODER, expected={"side": 8, "patch": 2})


def test_weights_of_another_shape_raise(tmp_path: Path, encoder: VisionTransformer3D) -> None:
    save_encoder(tmp_path / ENCODER, encoder)
    header = '{"side": 8, "patch": 4, "channels": 2, "width": 16, "depth": 1, "heads": 2}'
    save_file(encoder.state_dict(), tmp_path / ENCODER, {"architecture": header})
    with pytest.raises(CheckpointError, match=r"is \(.*\), expected \("):
        load_encoder(tmp_path / ENCODER)


@pytest.mark.parametrize("content", [None, b"", b"no safetensors"])
def test_a_file_without_an_encoder_raises(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / ENCODER).write_bytes(content)
    with pytest.raises(CheckpointError, match=r"encoder\.safetensors holds no encoder"):
        load_encoder(tmp_path / ENCODER)


def test_a_card_that_is_not_there_or_of_other_weights_raises(
    tmp_path: Path, encoder: VisionTransformer3D
) -> None:
    with pytest.raises(CheckpointError, match="holds no encoder: FileNotFoundError"):
        read_card(tmp_path)
    save_encoder(tmp_path / ENCODER, encoder)
    write_card(tmp_path, encoder, landmarks="", keys=KEYS)
    torch.nn.init.zeros_(encoder.position)
    save_encoder(tmp_path / ENCODER, encoder)
    with pytest.raises(CheckpointError, match=f"are not those of {CARD}"):
        read_card(tmp_path)


CARD_OF = EncoderCard({"side": 8, "patch": 4}, "abc", KEYS)


def test_an_encoder_that_fits_is_let_through() -> None:
    check_card(CARD_OF, architecture={"patch": 4}, landmarks="abc", keys=["burdenko/P1/001"])


def test_an_encoder_that_saw_another_visit_of_a_patient_raises() -> None:
    with pytest.raises(OverlapError, match=r"1 of the patients .* is brats2021/BraTS2021_00001;"):
        check_card(
            CARD_OF, architecture={}, landmarks="abc", keys=["brats2021/BraTS2021_00001/003"]
        )


def test_an_encoder_of_other_parameters_or_grey_values_raises() -> None:
    with pytest.raises(CheckpointError, match="has patch 4, the parameters ask for 2"):
        check_card(CARD_OF, architecture={"patch": 2}, landmarks="abc", keys=[])
    with pytest.raises(CheckpointError, match="another scale of grey values"):
        check_card(CARD_OF, architecture={}, landmarks="other", keys=[])
