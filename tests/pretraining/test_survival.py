"""A transformer that learns from survival."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psp_core.errors import MissingInputError
from psp_core.evaluation.concordance import concordance
from psp_core.pretraining.survival import predict_risk, train_survival
from psp_core.pretraining.survival_losses import LOSSES

SHAPE = {"side": 8, "patch": 4, "width": 16, "depth": 1, "heads": 2}
SETTINGS: dict[str, Any] = {
    "architecture": SHAPE,
    "time_points": 5,
    "ranking_share": 0.5,
    "steps": 60,
    "batch_size": 16,
    "learning_rate": 1e-2,
    "weight_decay": 0.0,
    "seed": 3,
}


def made(n: int = 60) -> tuple[Any, Any, Any]:
    """Volumes whose first octant tells the days."""
    rng = np.random.default_rng(0)
    told = rng.normal(size=n)
    volumes = 0.05 * rng.normal(size=(n, 2, 8, 8, 8))
    volumes[:, :, :4, :4, :4] += told[:, None, None, None, None]
    days = 300 * np.exp(-told)
    return volumes.astype(np.float32), days, rng.random(n) < 0.8


@pytest.mark.parametrize("loss", LOSSES)
def test_it_finds_a_planted_hazard_in_patients_it_has_not_seen(loss: Any) -> None:
    volumes, days, died = made()
    network, history = train_survival(volumes[:40], days[:40], died[:40], loss=loss, **SETTINGS)
    risk = predict_risk(network, volumes[40:])
    assert risk.shape == (20,)
    assert concordance(risk, days[40:], died[40:]).value > 0.75
    assert history["loss"].iloc[-5:].mean() < history["loss"].iloc[:5].mean()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    volumes, days, died = made(20)
    quick = {**SETTINGS, "steps": 3}
    one, two, other = (
        train_survival(volumes, days, died, loss="deephit", **{**quick, "seed": seed})[0]
        for seed in (1, 1, 2)
    )
    risks = [predict_risk(network, volumes) for network in (one, two, other)]
    assert risks[0].tobytes() == risks[1].tobytes()
    assert risks[0].tobytes() != risks[2].tobytes()


def test_without_a_death_nothing_can_be_learned() -> None:
    volumes, days, died = made(6)
    with pytest.raises(MissingInputError, match="6 scans of patients of whom none is known"):
        train_survival(volumes, days, np.zeros_like(died), loss="cox", **SETTINGS)
