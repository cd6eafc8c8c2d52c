"""Both directions are there, and each way that the data meet changes the logit."""

from __future__ import annotations

import torch

from psp_core.classifiers.bidirectional import Bidirectional, CrossAttention

SHAPE = {"n_columns": 5, "image_width": 6, "width": 8, "clinical_tokens": 3, "heads": 2}


def test_cross_attention_with_one_seen_token_adds_that_token() -> None:
    torch.manual_seed(0)
    layer = CrossAttention(8, heads=2)
    looking, seen = torch.randn(2, 4, 8), torch.randn(2, 1, 8)
    found = layer(looking, seen) - looking
    torch.testing.assert_close(found, found[:, :1].expand(2, 4, 8))
    both = torch.cat([seen, torch.randn(2, 3, 8)], dim=1)
    mask = torch.tensor([[True, False, False, False]] * 2)
    torch.testing.assert_close(layer(looking, both, mask), looking + found)


def test_image_and_clinical_data_meet_in_both_directions() -> None:
    torch.manual_seed(0)
    network = Bidirectional(**SHAPE, dropout=0.0).eval()
    clinical, tokens = torch.randn(3, 5), torch.randn(3, 7, 6)
    whole = network(clinical, tokens, None)
    for direction in (network.to_clinical, network.to_image, network.last):
        kept = direction.attention.out_proj.weight.detach().clone()
        with torch.no_grad():
            direction.attention.out_proj.weight.zero_()
        assert not torch.allclose(network(clinical, tokens, None), whole, atol=1e-5)
        with torch.no_grad():
            direction.attention.out_proj.weight.copy_(kept)
    torch.testing.assert_close(network(clinical, tokens, None), whole)
