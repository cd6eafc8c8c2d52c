"""Networks of one kind of data see nothing of the other."""

from __future__ import annotations

import torch
from torch import nn

from psp_core.classifiers.unimodal import ClinicalNetwork, MriOnly

CLINICAL, TOKENS = torch.randn(4, 5), torch.randn(4, 7, 6)


def test_mri_only_sees_no_clinical_data() -> None:
    network = MriOnly(image_width=6, width=8, dropout=0.5).eval()
    assert torch.equal(network(CLINICAL, TOKENS, None), network(CLINICAL[:, :0], TOKENS, None))


def test_the_clinical_network_has_four_layers_and_sees_no_tokens() -> None:
    network = ClinicalNetwork(n_columns=5, dropout=0.5).eval()
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    assert [layer.out_features for layer in layers] == [64, 64, 32, 1]
    assert torch.equal(network(CLINICAL, TOKENS, None), network(CLINICAL, TOKENS[:0], None))
