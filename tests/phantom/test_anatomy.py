"""The template head: fractions, layers and what the template lacks."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from psp_core.phantom.anatomy import CHANNELS, TISSUES, sample, template_head


def at(*ras_mm: tuple[float, float, float]) -> dict[str, np.ndarray]:
    values = sample(template_head().channels, torch.tensor(ras_mm, dtype=torch.float32))
    return dict(zip(CHANNELS, values.numpy(), strict=True))


def test_fractions_lie_between_zero_and_one_and_fill_the_head() -> None:
    fractions = template_head().channels[: len(TISSUES)]
    assert float(fractions.min()) >= 0
    assert float(fractions.sum(0).max()) == pytest.approx(1, abs=0.02)
    inside = template_head().channels[-1] > 4
    assert float(fractions.sum(0)[inside].min()) > 0.9


def test_brain_volume_is_that_of_the_template() -> None:
    white, grey = template_head().channels[0], template_head().channels[1]
    litres = float((white + grey).sum()) * 2.0**3 / 1e6
    assert 1.4 < litres < 1.8


def test_a_ray_leaves_the_brain_through_fluid_bone_and_skin() -> None:
    sides = [(float(x), -20.0, 20.0) for x in range(50, 100)]
    tissue = np.stack([at(*sides)[name] for name in TISSUES]).argmax(0)
    order = [TISSUES[n] for n in dict.fromkeys(tissue.tolist())]
    assert order[-3:] == ["csf", "bone", "soft_tissue"] or order[-4:-1] == [
        "csf",
        "bone",
        "soft_tissue",
    ]


def test_depth_is_positive_inside_and_negative_outside() -> None:
    depth = at((20.0, -20.0, 20.0), (95.0, -20.0, 20.0))["depth_mm"]
    assert depth[0] > 15
    assert depth[1] < -10


def test_neck_and_eyes_are_there() -> None:
    assert at((0.0, -58.0, -110.0))["bone"][0] > 0.9  # the spine
    assert at((0.0, 10.0, -110.0))["soft_tissue"][0] > 0.9
    assert at((33.0, 66.0, -38.0))["csf"][0] > 0.9  # the vitreous body


def test_texture_has_zero_mean_and_unit_spread() -> None:
    texture = template_head().texture
    assert float(texture.mean()) == pytest.approx(0, abs=0.01)
    assert float(texture.std()) == pytest.approx(1, abs=0.01)
