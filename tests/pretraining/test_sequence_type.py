"""The DenseNet's pretext task."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from psp_core.pretraining.sequence_type import one_image, train_sequence_type
from psp_core.training import weights_of

SETTINGS: dict[str, Any] = {
    "architecture": {"blocks": (1, 1), "growth": 4, "first_features": 4},
    "batch_size": 8,
    "learning_rate": 1e-2,
    "weight_decay": 0.0,
    "seed": 1,
}


def test_either_image_is_shown_in_both_channels() -> None:
    scan = np.arange(16.0).reshape(2, 2, 2, 2)
    for number in (0, 1):
        image = one_image(scan, number)
        assert np.array_equal(image[0], scan[number])
        assert np.array_equal(image[1], scan[number])


def test_kinds_that_look_different_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    scans = rng.normal(size=(12, 2, 16, 16, 16)).astype(np.float32)
    scans[:, 1] = np.abs(scans[:, 1])  # the place tells nothing, the grey values do
    _, history = train_sequence_type(scans, steps=20, **SETTINGS)
    assert history["right"].iloc[-5:].mean() > 0.9


def test_the_same_seed_gives_the_same_bytes() -> None:
    scans = np.random.default_rng(0).normal(size=(4, 2, 16, 16, 16)).astype(np.float32)
    one, two = (train_sequence_type(scans, steps=2, **SETTINGS)[0] for _ in range(2))
    others = weights_of(two)
    assert all(torch.equal(value, others[name]) for name, value in weights_of(one).items())
