"""Losses: MONAI's, a plain loop, and the limits of float32."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from psp_core.pretraining.losses import combine, nt_xent, restoration_loss


def slow_nt_xent(z1: Tensor, z2: Tensor, temperature: float) -> float:
    rows = [*z1, *z2]
    n, total = len(rows), 0.0
    for i, row in enumerate(rows):
        cosines = [float(row @ other / (row.norm() * other.norm())) for other in rows]
        partner = (i + n // 2) % n
        others = sum(math.exp(c / temperature) for j, c in enumerate(cosines) if j != i)
        total -= math.log(math.exp(cosines[partner] / temperature) / others)
    return total / n


@pytest.mark.parametrize("temperature", [0.05, 0.5, 1.0])
@pytest.mark.parametrize(("batch", "length"), [(2, 3), (5, 40)])
def test_it_is_a_plain_loop(batch: int, length: int, temperature: float) -> None:
    generator = torch.Generator().manual_seed(0)
    z1, z2 = torch.randn(2, batch, length, generator=generator, dtype=torch.float64)
    expected = slow_nt_xent(z1, z2, temperature)
    assert nt_xent(z1, z2, temperature).item() == pytest.approx(expected, rel=1e-12)
    assert nt_xent(z2, z1, temperature).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("temperature", [0.05, 0.5])
def test_it_is_monai_s_in_value_and_gradient(temperature: float) -> None:
    from monai.losses.contrastive import ContrastiveLoss  # noqa: PLC0415 - takes seconds

    temperature = torch.tensor(temperature).item()  # MONAI rounds it to float32, also for float64
    generator = torch.Generator().manual_seed(1)
    z = torch.randn(2, 4, 100, generator=generator, dtype=torch.float64)
    results = []
    for loss in (ContrastiveLoss(temperature), lambda a, b: nt_xent(a, b, temperature)):
        leaf = z.clone().requires_grad_()
        value = loss(leaf[0], leaf[1])
        value.backward()
        results.append((value.detach(), leaf.grad))
    (value, gradient), (ours, our_gradient) = results
    assert ours.item() == pytest.approx(value.item(), rel=1e-8)
    assert torch.allclose(our_gradient, gradient, rtol=1e-8, atol=1e-10)


def test_it_is_zero_when_views_agree_and_scans_do_not() -> None:
    z = torch.eye(4)
    assert nt_xent(z, z, 0.005).item() == 0.0


def test_it_is_the_logarithm_of_the_others_when_all_are_the_same() -> None:
    z = torch.ones(4, 7)
    assert nt_xent(z, z, 0.005).item() == pytest.approx(math.log(7), abs=1e-5)


def test_a_low_temperature_and_long_vectors_stay_finite_in_float32() -> None:
    generator = torch.Generator().manual_seed(2)
    z = torch.randn(2, 3, 50_000, generator=generator).requires_grad_()
    value = nt_xent(z[0], z[1], 0.005)
    value.backward()
    exact = nt_xent(z[0].detach().double(), z[1].detach().double(), 0.005)
    assert value.item() == pytest.approx(exact.item(), rel=1e-4)
    assert z.grad is not None
    assert torch.isfinite(z.grad).all()


def test_a_vector_of_zeros_stays_finite() -> None:
    z = torch.zeros(2, 4).requires_grad_()
    nt_xent(z, z, 0.05).backward()
    assert torch.isfinite(z.grad).all()


def test_the_length_of_a_vector_does_not_matter() -> None:
    z1, z2 = torch.randn(2, 5, 9, dtype=torch.float64)
    assert torch.isclose(nt_xent(3 * z1, 0.1 * z2, 0.1), nt_xent(z1, z2, 0.1), rtol=1e-12)


def test_restoration_is_the_mean_absolute_difference_of_both_views() -> None:
    clean = torch.randn(3, 4, 5)
    restored = torch.cat([clean + 1, clean - 3])
    assert restoration_loss(restored, clean).item() == pytest.approx(2.0)


def test_losses_are_combined_as_named() -> None:
    r, c = torch.tensor(0.3), torch.tensor(2.0)
    values = {mix: combine(r, c, mix).item() for mix in ("r + c*r", "r + c", "r", "c")}
    assert values == pytest.approx({"r + c*r": 0.9, "r + c": 2.3, "r": 0.3, "c": 2.0})
