"""The transformer: MONAI's with the same weights, any patch side, the same bytes each time."""

from __future__ import annotations

import pytest
import torch

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.errors import GeometryError


def small(seed: int = 0, **changed: int) -> VisionTransformer3D:
    torch.manual_seed(seed)
    arguments = {"side": 16, "patch": 4, "width": 24, "depth": 2, "heads": 3} | changed
    return VisionTransformer3D(**arguments).eval()  # type: ignore[arg-type]


def test_it_equals_monai_with_the_same_weights() -> None:
    from monai.networks.nets.vit import ViT  # noqa: PLC0415 - takes seconds

    ours = small()
    peer = ViT(2, 16, 4, 24, 96, 2, 3, proj_type="conv", spatial_dims=3).eval()
    state = {
        "patch_embedding.patch_embeddings.weight": ours.embed.weight.reshape(24, 2, 4, 4, 4),
        "patch_embedding.patch_embeddings.bias": ours.embed.bias,
        "patch_embedding.position_embeddings": ours.position,
        "norm.weight": ours.norm.weight,
        "norm.bias": ours.norm.bias,
    }
    names = {
        "norm1": "norm1",
        "norm2": "norm2",
        "qkv": "attn.qkv",
        "out": "attn.out_proj",
        "widen": "mlp.linear1",
        "narrow": "mlp.linear2",
    }
    for name, value in ours.blocks.state_dict().items():
        number, layer, kind = name.split(".")
        state[f"blocks.{number}.{names[layer]}.{kind}"] = value
    missing, unexpected = peer.load_state_dict(state, strict=False)
    assert not unexpected
    assert all("cross_attn" in name for name in missing)  # of no use in an encoder
    volumes = torch.randn(3, 2, 16, 16, 16)
    with torch.inference_mode():
        assert torch.allclose(ours(volumes), peer(volumes)[0], atol=1e-5)


@pytest.mark.parametrize(("side", "patch"), [(40, 20), (64, 8), (30, 5), (160, 20)])
def test_any_patch_that_divides_the_volume_will_do(side: int, patch: int) -> None:
    encoder = small(side=side, patch=patch, depth=1)
    assert encoder.n_tokens == (side // patch) ** 3
    with torch.inference_mode():
        tokens = encoder(torch.zeros(1, 2, side, side, side))
    assert tokens.shape == (1, encoder.n_tokens, encoder.width)


def test_the_same_seed_and_volume_give_the_same_bytes() -> None:
    volumes = torch.randn(2, 2, 16, 16, 16)
    with torch.inference_mode():
        assert torch.equal(small()(volumes), small()(volumes))
        assert not torch.equal(small(1)(volumes), small()(volumes))


def test_without_positions_the_order_of_patches_does_not_matter() -> None:
    encoder = small(side=8)
    torch.nn.init.zeros_(encoder.position)
    volume = torch.randn(1, 2, 8, 8, 8)
    with torch.inference_mode():
        tokens, turned = encoder(volume), encoder(volume.roll(4, dims=2))
    assert torch.allclose(
        tokens.reshape(2, 4, 24).roll(1, dims=0), turned.reshape(2, 4, 24), atol=1e-5
    )


def test_its_architecture_rebuilds_it() -> None:
    encoder = small()
    again = VisionTransformer3D(**encoder.architecture)
    again.load_state_dict(encoder.state_dict())
    assert again.architecture == encoder.architecture


def test_a_patch_that_does_not_fill_the_volume_raises() -> None:
    with pytest.raises(
        GeometryError, match=r"patches of 20 voxels do not fill .* 64; .* 2, 4, 8, 16, 32"
    ):
        small(side=64, patch=20)


def test_heads_that_do_not_divide_the_width_raise() -> None:
    with pytest.raises(GeometryError, match="width of 24 cannot be shared among 5 heads"):
        small(heads=5)


def test_a_volume_of_another_size_raises() -> None:
    with pytest.raises(GeometryError, match=r"\(B, 2, 16, 16, 16\), found \(1, 1, 16, 16, 16\)"):
        small()(torch.zeros(1, 1, 16, 16, 16))
