"""Losses of survival: values by hand, order, gradients."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from psp_core.pretraining.survival_losses import (
    DAYS_PER_MONTH,
    LOSSES,
    cox_loss,
    cut_times,
    deephit_loss,
    logistic_hazard_loss,
    months_lived,
    n_outputs,
    risk_of,
    survival_at_cuts,
)

CUTS = torch.tensor([100.0, 200.0])
DAYS = torch.tensor([50.0, 150.0, 250.0])
DIED = torch.tensor([True, True, False])


def test_deephit_is_the_likelihood_by_hand() -> None:
    shares = torch.tensor([[0.5, 0.3, 0.2], [0.2, 0.6, 0.2], [0.1, 0.3, 0.6]])
    found = deephit_loss(shares.log(), DAYS, DIED, CUTS, ranking_share=0.0)
    assert found.item() == pytest.approx(-math.log(0.5 * 0.6 * 0.6) / 3, rel=1e-6)
    # alive in the second interval: may die in it or later
    alive = deephit_loss(
        shares.log(), DAYS, torch.tensor([True, False, False]), CUTS, ranking_share=0.0
    )
    assert alive.item() == pytest.approx(-math.log(0.5 * 0.8 * 0.6) / 3, rel=1e-6)


def test_deephit_ranks_who_dies_before_another_as_by_hand() -> None:
    shares = torch.tensor([[0.5, 0.3, 0.2], [0.2, 0.6, 0.2], [0.1, 0.3, 0.6]])
    found = deephit_loss(shares.log(), DAYS, DIED, CUTS, ranking_share=1.0, sigma=1.0)
    pairs = [
        0.5 - 0.2,
        0.5 - 0.1,
        0.8 - 0.4,
    ]  # first before both at 100, second before third at 200
    assert found.item() == pytest.approx(sum(math.exp(-one) for one in pairs) / 3, rel=1e-6)


def test_logistic_hazard_is_the_likelihood_by_hand() -> None:
    hazards = torch.tensor([[0.4, 0.5], [0.1, 0.7], [0.2, 0.3]])
    found = logistic_hazard_loss(hazards.logit(), DAYS, DIED, CUTS)
    expected = math.log(0.4) + math.log(0.9 * 0.7) + math.log(0.8 * 0.7)
    assert found.item() == pytest.approx(-expected / 3, rel=1e-6)


def test_cox_is_the_partial_likelihood_by_hand_with_ties_after_breslow() -> None:
    hazard = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    days, died = torch.tensor([1.0, 2.0, 2.0, 3.0]), torch.tensor([True, True, True, False])
    expected = math.log(1 / 10) + math.log(2 / 9) + math.log(3 / 9)
    assert cox_loss(hazard.log(), days, died).item() == pytest.approx(-expected / 3, rel=1e-6)


@pytest.mark.parametrize(
    ("days", "theirs"),  # torchsurv 0.2.0, neg_partial_log_likelihood, "breslow", "sum"
    [
        ([50, 40, 12, 33, 7, 61, 20, 18, 45, 26], 11.382099151611328),
        ([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], 13.651185989379883),
    ],
)
def test_cox_is_that_of_torchsurv_without_and_with_ties(days: list[float], theirs: float) -> None:
    outputs = torch.tensor([[0.3, -1.2, 0.8, 0.1, 1.5, -0.4, 0.9, -0.7, 0.2, 1.1]]).T
    died = torch.tensor([1, 1, 1, 0, 1, 0, 1, 1, 0, 1], dtype=torch.bool)
    ours = cox_loss(outputs, torch.tensor(days, dtype=torch.float32), died) * died.sum()
    assert ours.item() == pytest.approx(theirs, rel=1e-6)


def test_a_batch_in_which_nobody_dies_has_no_cox_loss() -> None:
    outputs = torch.ones(3, 1, requires_grad=True)
    loss = cox_loss(outputs, DAYS, torch.zeros(3, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0
    assert (outputs.grad == 0).all()  # type: ignore[union-attr]


def loss_of(name: str, outputs: Tensor) -> Tensor:
    if name == "cox":
        return cox_loss(outputs, DAYS, DIED)
    loss = deephit_loss if name == "deephit" else logistic_hazard_loss
    return loss(outputs, DAYS, DIED, CUTS)  # type: ignore[operator, no-any-return]


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_right_and_a_step_downhill_puts_patients_in_order(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    size = n_outputs(name, 2)  # type: ignore[arg-type]
    outputs = torch.randn(3, size, dtype=torch.float64, generator=generator, requires_grad=True)
    assert torch.autograd.gradcheck(lambda one: loss_of(name, one), outputs)
    trained = torch.zeros(3, size, requires_grad=True)
    optimizer = torch.optim.Adam([trained], lr=0.1)
    first = loss_of(name, trained).item()
    for _ in range(30):
        optimizer.zero_grad()
        loss_of(name, trained).backward()
        optimizer.step()
    assert loss_of(name, trained).item() < first
    risk = risk_of(name, trained.detach(), CUTS)  # type: ignore[arg-type]
    assert risk[0] > risk[1] > risk[2]


def test_cuts_divide_the_deaths_into_equal_parts() -> None:
    days, died = np.arange(1.0, 13.0), np.ones(12, bool)
    cuts = cut_times(days, died, 5)
    assert np.bincount(np.searchsorted(cuts, days)).tolist() == [2] * 6
    alive = np.append(days, [1000.0] * 5), np.append(died, [False] * 5)
    assert np.array_equal(cut_times(*alive, 5), cuts)
    assert len(cut_times(np.full(9, 30.0), np.ones(9, bool), 5)) == 1


def test_months_are_the_area_under_the_line_through_the_cuts() -> None:
    survival = torch.tensor([[0.5, 0.0], [1.0, 1.0]])
    found = months_lived(survival, CUTS) * DAYS_PER_MONTH
    assert found.tolist() == pytest.approx([75.0 + 25.0, 200.0], rel=1e-5)


def test_both_forms_of_outputs_tell_the_same_survival() -> None:
    shares = torch.tensor([[0.5, 0.3, 0.2]])
    hazards = torch.tensor([[0.5, 0.6]])
    for name, outputs in (("deephit", shares.log()), ("logistic_hazard", hazards.logit())):
        found = survival_at_cuts(name, outputs)  # type: ignore[arg-type]
        assert found[0].tolist() == pytest.approx([0.5, 0.2], rel=1e-5)
