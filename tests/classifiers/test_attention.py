"""Attention by its laws, against the printed formula and against torch's own."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import multi_head_attention_forward, softmax

from psp_core.classifiers.attention import AttentionPooling, GuidedCrossAttention, SelfAttention

MASK = torch.tensor([[True] * 7, [True, False] * 3 + [False]])


def equation_1(
    layer: GuidedCrossAttention, clinical: Tensor, image: Tensor, mask: Tensor | None
) -> Tensor:
    """The formula as it is printed, head by head, every matrix on every token."""
    query, key, value = layer.query(clinical), layer.key(image), layer.value(image)
    results = []
    for q, k, v in zip(
        *(one.chunk(layer.heads, dim=2) for one in (query, key, value)), strict=True
    ):
        logits = q @ k.transpose(1, 2) / math.sqrt(q.shape[2])
        if mask is not None:
            logits = logits.masked_fill(~mask[:, None], -torch.inf)
        results.append(softmax(logits, dim=-1) @ v)
    return torch.cat(results, dim=2)


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("mask", [None, MASK])
@pytest.mark.parametrize("image_width", [None, 5])
def test_the_re_associated_form_equals_equation_1_in_value_and_gradients(
    heads: int, mask: Tensor | None, image_width: int | None
) -> None:
    torch.manual_seed(heads)
    layer = GuidedCrossAttention(8, image_width=image_width, heads=heads).double()
    clinical = torch.randn(2, 3, 8, dtype=torch.float64, requires_grad=True)
    image = torch.randn(2, 7, image_width or 8, dtype=torch.float64)
    weight_of = torch.randn(2, 3, 8, dtype=torch.float64)
    found, expected = layer(clinical, image, mask), equation_1(layer, clinical, image, mask)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    learnt = (clinical, *layer.parameters())
    gradients = [torch.autograd.grad((one * weight_of).sum(), learnt) for one in (found, expected)]
    for ours, printed in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, printed, rtol=1e-10, atol=1e-12)


def test_weights_are_shares_and_a_masked_token_has_none() -> None:
    layer = GuidedCrossAttention(8, heads=2)
    weights = layer.weights(torch.randn(2, 3, 8), torch.randn(2, 7, 8), MASK)
    assert weights.shape == (2, 2, 3, 7)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 2, 3))
    assert (weights[1][..., ~MASK[1]] == 0).all()


def test_the_order_of_image_tokens_does_not_matter() -> None:
    layer, clinical, image = GuidedCrossAttention(8), torch.randn(2, 3, 8), torch.randn(2, 7, 8)
    turned = layer(clinical, image.flip(1))
    torch.testing.assert_close(turned, layer(clinical, image), rtol=1e-5, atol=1e-6)


def test_pooling_is_a_mean_at_equal_scores_and_leaves_masked_tokens_out() -> None:
    pooling, tokens = AttentionPooling(4), torch.randn(2, 7, 4)
    torch.nn.init.zeros_(pooling.query.weight)
    torch.testing.assert_close(pooling(tokens), tokens.mean(dim=1))
    torch.testing.assert_close(pooling(tokens, MASK)[1], tokens[1, MASK[1]].mean(dim=0))


def test_pooling_goes_to_the_token_that_its_query_wants() -> None:
    pooling, tokens = AttentionPooling(4), torch.randn(1, 7, 4)
    pooling.query.weight.data = 1000 * tokens[0, 3][None]
    tokens[0, 3] *= 10
    torch.testing.assert_close(pooling(tokens)[0], tokens[0, 3])


@pytest.mark.parametrize("mask", [None, MASK])
def test_self_attention_equals_that_of_torch(mask: Tensor | None) -> None:
    torch.manual_seed(0)
    layer, tokens = SelfAttention(8, heads=2).double(), torch.randn(2, 7, 8, dtype=torch.float64)
    normed = layer.norm(tokens).transpose(0, 1)
    expected, _ = multi_head_attention_forward(
        *(normed, normed, normed, 8, 2, layer.projection.weight, layer.projection.bias),
        *(None, None, False, 0.0, layer.output.weight, layer.output.bias),
        key_padding_mask=None if mask is None else ~mask,
        need_weights=True,
    )
    torch.testing.assert_close(layer(tokens, mask), tokens + expected.transpose(0, 1))
