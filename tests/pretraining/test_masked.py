"""The masked autoencoder: exact shares, nothing of hidden patches, and the encoder's own maths."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from psp_core.encoder.patches import patchify
from psp_core.encoder.vit import VisionTransformer3D
from psp_core.errors import GeometryError
from psp_core.pretraining.masked import MaskedAutoencoder, draw_orders, hidden_count

DECODER = {"width": 12, "depth": 1, "heads": 2}


def network(share: float = 0.75, **changed: Any) -> MaskedAutoencoder:
    torch.manual_seed(0)
    encoder = VisionTransformer3D(side=16, patch=4, width=24, depth=2, heads=2)
    return MaskedAutoencoder(encoder, hidden_share=share, **(DECODER | changed)).eval()


def volumes_and_orders() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(3, 2, 16, 16, 16, generator=generator), draw_orders(3, 64, generator)


@pytest.mark.parametrize(
    ("n_tokens", "share", "hidden"), [(512, 0.75, 384), (64, 0.75, 48), (8, 0.01, 1), (8, 1.0, 7)]
)
def test_the_share_of_hidden_patches_is_exact(n_tokens: int, share: float, hidden: int) -> None:
    assert hidden_count(n_tokens, share) == hidden


def test_one_patch_alone_raises() -> None:
    with pytest.raises(GeometryError, match=r"a volume of 1 patch .* make the patch smaller"):
        hidden_count(1, 0.75)


def test_a_decoder_whose_heads_do_not_divide_it_raises() -> None:
    with pytest.raises(GeometryError, match="width 12 cannot be shared among 5 heads"):
        network(heads=5)


def test_every_volume_hides_other_patches_and_each_patch_once() -> None:
    _, orders = volumes_and_orders()
    assert torch.equal(orders.sort(dim=1).values, torch.arange(64).expand(3, -1))
    assert not torch.equal(orders[0], orders[1])


def test_only_hidden_patches_are_predicted_and_compared() -> None:
    model, (volumes, orders) = network(), volumes_and_orders()
    predicted, truth = model(volumes, orders)
    assert predicted.shape == truth.shape == (3, 48, 2 * 4**3)
    rows = patchify(volumes, 4)
    for row, order, hidden in zip(rows, orders, truth, strict=True):
        assert torch.equal(hidden, row[order[:48]])


def test_the_encoder_never_sees_a_hidden_patch() -> None:
    model, (volumes, orders) = network(), volumes_and_orders()
    volumes.requires_grad_()
    predicted, _ = model(volumes, orders)
    (gradient,) = torch.autograd.grad(predicted.square().sum(), volumes)
    per_patch = patchify(gradient, 4).abs().sum(dim=-1)
    for of_volume, order in zip(per_patch, orders, strict=True):
        assert (of_volume[order[:48]] == 0).all()
        assert (of_volume[order[48:]] > 0).all()


def test_what_stands_in_hidden_patches_changes_no_prediction() -> None:
    model, (volumes, orders) = network(), volumes_and_orders()
    rows = patchify(volumes, 4)
    rows.scatter_(1, orders[:, :48, None].expand(-1, -1, 128), 1e3)
    changed = rows.reshape(3, 4, 4, 4, 2, 4, 4, 4).permute(0, 4, 1, 5, 2, 6, 3, 7)
    other = changed.reshape(3, 2, 16, 16, 16)
    assert not torch.equal(other, volumes)
    assert torch.equal(model(other, orders)[0], model(volumes, orders)[0])


def test_the_order_within_the_hidden_and_the_seen_ones_decides_nothing() -> None:
    model, (volumes, orders) = network(), volumes_and_orders()
    turned = torch.cat([orders[:, :48].flip(1), orders[:, 48:].flip(1)], dim=1)
    one, other = model(volumes, orders)[0], model(volumes, turned)[0]
    torch.testing.assert_close(one, other.flip(1), rtol=1e-4, atol=1e-5)


def test_seeing_all_patches_gives_the_tokens_of_the_transformer() -> None:
    model, (volumes, _) = network(), volumes_and_orders()
    places = torch.arange(64).expand(3, -1)
    tokens = model.encode(patchify(volumes, 4), places)
    torch.testing.assert_close(tokens, model.encoder(volumes), rtol=1e-5, atol=1e-6)


def test_every_weight_is_taught() -> None:
    model, (volumes, orders) = network(), volumes_and_orders()
    predicted, truth = model(volumes, orders)
    (predicted - truth).square().mean().backward()
    for name, value in model.named_parameters():
        assert value.grad is not None, name
        assert value.grad.abs().max() > 0, name
