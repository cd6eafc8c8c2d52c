"""Three losses of survival: by intervals of time, by order among patients, and by hazards.

A network gives each patient a row of outputs. With K times that divide the follow-up into
K + 1 intervals, the last one open, these are for ``deephit`` the K + 1 logits of dying in
each, for ``logistic_hazard`` the K logits of dying in one once it is reached, and for ``cox``
one logarithm of a relative hazard.

References
----------
Lee et al., DeepHit (AAAI 2018). Gensheimer and Narasimhan, Nnet-survival (PeerJ 2019). Cox,
Regression models and life-tables (J R Stat Soc B 1972), ties after Breslow.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, pad

Loss = Literal["deephit", "cox", "logistic_hazard"]
LOSSES: tuple[Loss, ...] = get_args(Loss)
DAYS_PER_MONTH = 365.25 / 12


def cut_times(
    days: npt.NDArray[np.floating], died: npt.NDArray[np.bool_], n: int
) -> npt.NDArray[np.float64]:
    """Times in days that divide the deaths into n + 1 equal parts; fewer where many coincide."""
    return np.unique(np.quantile(days[died], np.arange(1, n + 1) / (n + 1)))


def n_outputs(loss: Loss, n_cuts: int) -> int:
    """Outputs that a network must have for a loss."""
    return {"deephit": n_cuts + 1, "logistic_hazard": n_cuts, "cox": 1}[loss]


def deephit_loss(
    outputs: Tensor,
    days: Tensor,
    died: Tensor,
    cuts: Tensor,
    *,
    ranking_share: float = 0.5,
    sigma: float = 0.1,
) -> Tensor:
    """Likelihood of the interval of death, and order of those who die before another.

    Parameters
    ----------
    outputs : Tensor, shape (B, K + 1)
    days, died : Tensor, shape (B,)
        A patient who is not known to have died may die in the same interval or later.
    cuts : Tensor, shape (K,)
        Rising, in days.
    ranking_share : float
        Weight of the ranking; the likelihood has the rest.
    sigma : float
        Of the ranking: exp(-(F_i - F_j) / sigma) for each pair in which i dies first, with F the
        chance to have died by the end of i's interval.
    """
    logs, interval = outputs.log_softmax(dim=1), torch.searchsorted(cuts, days)
    of_interval = logs.gather(1, interval[:, None])[:, 0]
    later = torch.arange(logs.shape[1], device=logs.device) < interval[:, None]
    of_rest = logs.masked_fill(later, -torch.inf).logsumexp(dim=1)
    likelihood = -torch.where(died, of_interval, of_rest).mean()
    dead_by = logs.exp().cumsum(dim=1)[:, interval].T  # row i, column j: F_j at i's interval
    pairs = died[:, None] & (days[:, None] < days)
    ahead = dead_by.diagonal()[:, None] - dead_by
    ranking = torch.where(pairs, torch.exp(-ahead / sigma), 0.0).sum() / pairs.sum().clamp(min=1)
    return (1 - ranking_share) * likelihood + ranking_share * ranking


def logistic_hazard_loss(outputs: Tensor, days: Tensor, died: Tensor, cuts: Tensor) -> Tensor:
    """Likelihood of surviving the intervals before, and of dying in the last; shapes as above."""
    interval = torch.searchsorted(cuts, days)
    places = torch.arange(outputs.shape[1], device=outputs.device)
    survived = logsigmoid(-outputs).masked_fill(places >= interval[:, None], 0.0).sum(dim=1)
    dying = pad(logsigmoid(outputs), (0, 1)).gather(1, interval[:, None])[:, 0]
    return -(survived + torch.where(died, dying, 0.0)).mean()


def cox_loss(outputs: Tensor, days: Tensor, died: Tensor) -> Tensor:
    """Negative partial likelihood per death, ties after Breslow; outputs (B, 1).

    A batch in which nobody dies tells nothing: its loss is 0.
    """
    at_risk = days >= days[:, None]  # row i: who lives when i dies
    everyone = outputs[:, 0].expand(len(outputs), -1)
    rest = everyone.masked_fill(~at_risk, -torch.inf).logsumexp(dim=1)
    return torch.where(died, rest - outputs[:, 0], 0.0).sum() / died.sum().clamp(min=1)


def survival_at_cuts(loss: Loss, outputs: Tensor) -> Tensor:
    """Chance to live beyond each cut, (B, K), of ``deephit`` or ``logistic_hazard`` outputs."""
    if loss == "deephit":
        return 1 - outputs.softmax(dim=1).cumsum(dim=1)[:, :-1]
    return logsigmoid(-outputs).cumsum(dim=1).exp()


def months_lived(survival: Tensor, cuts: Tensor) -> Tensor:
    """Mean months lived up to the last cut, (B,): area under the line through the cuts.

    Parameters
    ----------
    survival : Tensor, shape (B, K)
        See `survival_at_cuts`.
    cuts : Tensor, shape (K,)
        In days; at day 0 everyone lives.
    """
    curve = pad(survival, (1, 0), value=1.0)
    return torch.trapezoid(curve, pad(cuts, (1, 0)).to(curve), dim=1) / DAYS_PER_MONTH


def risk_of(loss: Loss, outputs: Tensor, cuts: Tensor) -> Tensor:
    """Risk by which patients are put in order, (B,): the more, the earlier they die."""
    if loss == "cox":
        return outputs[:, 0]
    return -months_lived(survival_at_cuts(loss, outputs), cuts)
