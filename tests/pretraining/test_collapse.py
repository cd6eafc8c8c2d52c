"""The collapse monitor: a collapsed encoder, an isotropic cloud, and few directions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.pretraining.collapse import collapse_of, mean_tokens


def test_an_isotropic_cloud_has_spread_one_and_nearly_full_rank() -> None:
    found = collapse_of(np.random.default_rng(0).normal(size=(2000, 32)))
    assert found.spread == pytest.approx(1, abs=0.02)
    assert found.effective_rank == pytest.approx(32, abs=0.5)
    assert found.level == "spread"
    assert found.sentence.startswith("no sign of collapse")


@pytest.mark.parametrize("k", [1, 2, 5])
def test_the_rank_of_k_equal_directions_is_k(k: int) -> None:
    rng = np.random.default_rng(1)
    left, _ = np.linalg.qr(rng.normal(size=(200, k)) - rng.normal(size=(200, k)).mean(axis=0))
    left = left - left.mean(axis=0)
    left, _ = np.linalg.qr(left)
    right, _ = np.linalg.qr(rng.normal(size=(24, k)))
    found = collapse_of(left @ right.T + 0.3)  # a common part does not count as a direction
    assert found.effective_rank == pytest.approx(k, rel=1e-6)


def test_the_scale_of_embeddings_does_not_matter() -> None:
    z = np.random.default_rng(2).normal(size=(50, 8))
    assert collapse_of(1000 * z).spread == pytest.approx(collapse_of(z).spread)
    assert collapse_of(1000 * z).effective_rank == pytest.approx(collapse_of(z).effective_rank)


def test_a_collapsed_encoder_raises_the_alarm() -> None:
    torch.manual_seed(0)
    encoder = VisionTransformer3D(side=8, patch=4, width=16, depth=1, heads=2).eval()
    volumes = np.random.default_rng(3).normal(size=(12, 2, 8, 8, 8))
    alive = collapse_of(mean_tokens(encoder, volumes))
    assert alive.level == "spread"
    for layer in (encoder.embed.weight, encoder.embed.bias):
        torch.nn.init.zeros_(layer)  # it sees nothing: one answer to every scan
    dead = collapse_of(mean_tokens(encoder, volumes))
    assert dead.level == "collapsed"
    assert dead.spread == pytest.approx(0, abs=1e-6)
    assert dead.effective_rank == 1.0
    assert "all scans look the same" in dead.sentence


def test_points_on_one_line_have_collapsed() -> None:
    line = np.linspace(-1, 1, 20)[:, None] * np.ones(6)
    assert collapse_of(line).level == "collapsed"


def test_few_directions_are_told() -> None:
    rng = np.random.default_rng(4)
    found = collapse_of(rng.normal(size=(100, 2)) @ rng.normal(size=(2, 16)))
    assert found.level == "narrow"
    assert "few directions" in found.sentence


@pytest.mark.parametrize(("share", "level"), [(0.20, "narrow"), (0.30, "spread")])
def test_embeddings_that_training_has_drawn_together_are_told(share: float, level: str) -> None:
    z = np.random.default_rng(5).normal(size=(100, 16))
    spread = collapse_of(z).spread
    found = collapse_of(z, untrained=spread / share)
    assert found.level == level
    assert f"{share:.2f} times that of the untrained encoder" in found.sentence
    assert "untrained" not in collapse_of(z, untrained=0.0).sentence
