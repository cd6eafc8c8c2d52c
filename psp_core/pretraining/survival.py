"""An encoder that learns from survival: the transfer that Gomaa 2025 compares with.

The paper trains its transformer on survival and then takes it as encoder. The head is ours:
attention pooling and one layer, so that what is learnt lies in the encoder.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from psp_core.encoder.vit import VisionTransformer3D
from psp_core.errors import MissingInputError
from psp_core.pretraining import survival_losses as losses
from psp_core.pretraining.accelerator import fabric_on_gpu
from psp_core.pretraining.pretrain import Source
from psp_core.training import batch_indices, train, warmup_cosine

LARGEST_GRADIENT = 1.0
WARMUP_SHARE = 0.1
SCANS_AT_ONCE = 8  # in prediction

Batch = tuple[Tensor, Tensor, Tensor]  # volumes, days, died


class SurvivalNetwork(nn.Module):
    """Encoder, attention pooling by a learnt query, one layer.

    Attributes
    ----------
    cuts : Tensor, shape (K,)
        Times in days that divide the follow-up.
    """

    def __init__(
        self, encoder: VisionTransformer3D, loss: losses.Loss, cuts: npt.NDArray[np.floating]
    ) -> None:
        super().__init__()
        self.encoder, self.loss = encoder, loss
        self.query = nn.Parameter(torch.zeros(1, 1, encoder.width))  # the mean, to begin with
        self.head = nn.Linear(encoder.width, losses.n_outputs(loss, len(cuts)))
        self.register_buffer("cuts", torch.tensor(cuts, dtype=torch.float32))

    cuts: Tensor

    def forward(self, volumes: Tensor) -> Tensor:
        """(B, C, D, H, W) to the outputs of the loss, (B, outputs)."""
        tokens = self.encoder(volumes)  # (B, N, d)
        query = self.query.expand(len(tokens), -1, -1)
        pooled = scaled_dot_product_attention(query, tokens, tokens)[:, 0]
        outputs: Tensor = self.head(pooled)
        return outputs

    def loss_of(self, outputs: Tensor, days: Tensor, died: Tensor, ranking_share: float) -> Tensor:
        """The loss of the network's kind on one batch."""
        outputs = outputs.float()
        if self.loss == "cox":
            return losses.cox_loss(outputs, days, died)
        if self.loss == "logistic_hazard":
            return losses.logistic_hazard_loss(outputs, days, died, self.cuts)
        return losses.deephit_loss(outputs, days, died, self.cuts, ranking_share=ranking_share)


def train_survival(
    source: Source,
    days: npt.NDArray[np.floating],
    died: npt.NDArray[np.bool_],
    *,
    architecture: dict[str, int],
    loss: losses.Loss,
    time_points: int,
    ranking_share: float,
    steps: int,
    batch_size: int,
    learning_rate: float,
    weight_decay: float,
    seed: int,
) -> tuple[SurvivalNetwork, pd.DataFrame]:
    """Train a transformer to tell from a scan how long its patient lives.

    Parameters
    ----------
    source : Source
        n prepared scans.
    days : float array, shape (n,)
        To death, or to the last day that the patient is known to live.
    died : bool array, shape (n,)
    architecture : dict
        Arguments of `VisionTransformer3D`.
    loss : {"deephit", "cox", "logistic_hazard"}
        See `survival_losses`.
    time_points : int
        Times that divide the follow-up, at quantiles of the days to death of these patients.
    ranking_share : float
        See `survival_losses.deephit_loss`.
    steps, batch_size, learning_rate, weight_decay
        Of AdamW, with a rise of the rate and then a cosine.
    seed : int
        Decides first weights and the order of patients.

    Returns
    -------
    SurvivalNetwork, DataFrame
        In evaluation mode on the processor, and the history of `training.train`.

    Raises
    ------
    MissingInputError
        If there is no scan, or nobody is known to have died.
    TrainingDivergedError
        See `training.train`.
    """
    if not died.any():
        raise MissingInputError(
            f"found {len(source)} scans of patients of whom none is known to have died; expected "
            "days to death of some: give cohorts with survival, or leave the transfer out"
        )
    cuts = losses.cut_times(days, died, time_points)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = SurvivalNetwork(VisionTransformer3D(**architecture), loss, cuts)
    lived = torch.from_numpy(days.astype(np.float32)), torch.from_numpy(died)
    size = min(batch_size, len(source))

    def batch_of(step: int, generator: torch.Generator) -> Batch:  # noqa: ARG001
        chosen = batch_indices(step, n_items=len(source), batch_size=size, seed=seed)
        return _volumes(source, chosen), lived[0][chosen], lived[1][chosen]

    def loss_of(model: nn.Module, batch: Batch) -> Tensor:
        volumes, until, dead = batch
        return network.loss_of(model(volumes), until, dead, ranking_share)

    history = train(
        network,
        torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=weight_decay),
        batch_of,
        loss_of,
        steps=steps,
        seed=seed,
        schedule=partial(warmup_cosine, steps=steps, warmup_steps=round(WARMUP_SHARE * steps)),
        largest_gradient=LARGEST_GRADIENT,
        fabric=fabric_on_gpu(),
    )
    return network.cpu().eval(), history


@torch.inference_mode()
def predict_risk(network: SurvivalNetwork, source: Source) -> npt.NDArray[np.float64]:
    """Risk of every scan, see `survival_losses.risk_of`; shape (n,)."""
    outputs = [
        network(_volumes(source, range(start, min(start + SCANS_AT_ONCE, len(source)))))
        for start in range(0, len(source), SCANS_AT_ONCE)
    ]
    risk = losses.risk_of(network.loss, torch.cat(outputs), network.cuts)
    return risk.double().numpy()


def _volumes(source: Source, numbers: list[int] | range) -> Tensor:
    stacked = np.stack([source[number] for number in numbers])
    return torch.from_numpy(stacked).float()
