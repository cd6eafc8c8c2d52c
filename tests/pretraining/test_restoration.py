"""The network of pre-training: its decoder is two transposed convolutions, its rows volumes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.nn.functional import conv_transpose3d

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.errors import CheckpointError
from psp_core.pretraining.restoration import (
    MIDDLE,
    PROJECTED,
    Restorer,
    factors,
    load_restorer,
    save_restorer,
)


def network(patch: int = 6, on: str = "reconstructions") -> Restorer:
    torch.manual_seed(0)
    encoder = VisionTransformer3D(side=2 * patch, patch=patch, width=8, depth=1, heads=2)
    return Restorer(encoder, on).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("patch", "expected"), [(20, (5, 4)), (8, (4, 2)), (16, (4, 4)), (7, (7, 1)), (6, (3, 2))]
)
def test_factors_are_as_alike_as_they_can_be(patch: int, expected: tuple[int, int]) -> None:
    assert factors(patch) == expected


@pytest.mark.parametrize("patch", [6, 4, 5])
def test_rows_are_volumes_in_another_order(patch: int) -> None:
    restorer = network(patch)
    volumes = torch.randn(3, 2, *[2 * patch] * 3)
    assert torch.equal(restorer.volumes_of(restorer.clean_rows(volumes)), volumes)


def test_the_decoder_is_two_transposed_convolutions() -> None:
    restorer = network(6)  # 3 times 2
    views = torch.randn(2, 2, 12, 12, 12)
    with torch.inference_mode():
        restored, vectors = restorer(views)
        tokens = restorer.encoder(views).transpose(1, 2).reshape(2, 8, 2, 2, 2)
        first = restorer.stage1.weight.reshape(3, 3, 3, MIDDLE, 8).permute(4, 3, 0, 1, 2)
        second = restorer.stage2.weight.reshape(2, 2, 2, 2, MIDDLE).permute(4, 0, 1, 2, 3)
        # the first stage has a bias for every place, a transposed convolution one per channel
        middle = conv_transpose3d(tokens, first, stride=3)
        bias = restorer.stage1.bias.reshape(3, 3, 3, MIDDLE).permute(3, 0, 1, 2)
        middle = middle + bias.repeat(1, 2, 2, 2)
        slow = conv_transpose3d(middle, second, stride=2)
        bias = restorer.stage2.bias.reshape(2, 2, 2, 2)
        slow = slow + bias.repeat(1, 6, 6, 6)
    assert torch.allclose(restorer.volumes_of(restored), slow, atol=1e-5)
    assert torch.equal(vectors, restored.flatten(1))


def test_embeddings_are_projected_mean_tokens() -> None:
    restorer = network(4, "embeddings")
    views = torch.randn(2, 2, 8, 8, 8)
    with torch.inference_mode():
        _, vectors = restorer(views)
        assert restorer.projector is not None
        expected = restorer.projector(restorer.encoder(views).mean(dim=1))
    assert vectors.shape == (2, PROJECTED)
    assert torch.equal(vectors, expected)


@pytest.mark.parametrize("on", ["reconstructions", "embeddings"])
def test_it_comes_back_from_its_file(tmp_path: Path, on: str) -> None:
    restorer, views = network(4, on), torch.randn(1, 2, 8, 8, 8)
    save_restorer(tmp_path / "restorer.safetensors", restorer)
    again = load_restorer(tmp_path / "restorer.safetensors")
    assert torch.equal(again(views)[0], restorer(views)[0])


def test_another_file_raises(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    with pytest.raises(CheckpointError, match="other holds no network of pre-training"):
        load_restorer(tmp_path / "other")
