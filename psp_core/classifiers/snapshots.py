"""Other patients watched during a training: to draw its curves, or to stop it as was published.

Patients who decide when to stop are no longer held out: their AUC at the chosen step is
optimistic. The closed protocol lets nobody decide, see `study.protocols`; it draws curves alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from torch import Tensor, nn

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.metrics import auc

Watch = tuple[pd.DataFrame, npt.NDArray[np.bool_]]
"""Rows of the patients table to watch, and their truth."""
SNAPSHOTS = 10
LEAST_PROBABILITY = 1e-7  # in the loss, which is infinite at 0


class BestSnapshot:
    """Called after every step of a training; keeps the weights with the highest AUC.

    Parameters
    ----------
    network : Module
        Being trained.
    score : callable
        Probability of true progression of the watched patients by the network as it is.
    y_true : bool array
        Their truth.
    steps : int
        Of the whole training.
    snapshots : int, default 10
        Times at which the patients are scored, evenly over the training; the last step is one.

    Attributes
    ----------
    history : list of (int, float, float)
        Step, AUC (NaN where the patients are of one class) and mean log loss of every snapshot.
    """

    def __init__(
        self,
        network: nn.Module,
        score: Callable[[], npt.NDArray[np.float64]],
        y_true: npt.NDArray[np.bool_],
        *,
        steps: int,
        snapshots: int = SNAPSHOTS,
    ) -> None:
        self.network, self.score, self.y_true = network, score, y_true
        self.asked = {round(steps * (one + 1) / snapshots) for one in range(snapshots)}
        self.history: list[tuple[int, float, float]] = []
        self._kept: dict[str, Tensor] = {}

    def __call__(self, step: int) -> None:
        """Score the watched patients if it is time; `step` is the number of steps done."""
        if step not in self.asked:
            return
        self.network.eval()
        score = self.score()
        self.network.train()
        try:
            area = auc(self.y_true, score)
        except UndefinedMetricError:
            area = math.nan
        if not self.history or area > max(before for _, before, _ in self.history):
            self._kept = {
                name: value.detach().clone() for name, value in self.network.state_dict().items()
            }
        likely = np.where(self.y_true, score, 1 - score).clip(LEAST_PROBABILITY, 1)
        self.history.append((step, area, float(-np.log(likely).mean())))

    def restore(self) -> None:
        """Give the network the kept weights; the earliest, where several are equally good."""
        self.network.load_state_dict(self._kept)


def watching(estimator: Any, patients: Watch | None, steps: int) -> BestSnapshot | None:
    """Watch some patients while an estimator's ``network_`` is trained; None watches nobody."""
    if patients is None:
        return None
    rows, y_true = patients

    def score() -> npt.NDArray[np.float64]:
        scored: npt.NDArray[np.float64] = estimator.predict_proba(rows)[:, 1]
        return scored

    return BestSnapshot(estimator.network_, score, np.asarray(y_true, dtype=bool), steps=steps)


def training_curve(estimator: Any) -> npt.NDArray[np.float64]:
    """How a fitted network learned, shape (snapshots, 4).

    Returns
    -------
    array
        Step, mean training loss since the last, held-out loss and AUC; no row without steps.
    """
    noted = getattr(estimator, "watched_", [])
    rows: list[tuple[float, ...]] = []
    before = 0
    for step, area, loss in noted:
        since = estimator.history_["loss"].iloc[before:step]
        rows.append((step, float(since.mean()), loss, area))
        before = step
    return np.array(rows, dtype=np.float64).reshape(-1, 4)
