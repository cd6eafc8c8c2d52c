"""A 3-D DenseNet on the image around the lesion, as Moassefi et al. trained one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn

from psp_core.classifiers.both_classes import both_classes
from psp_core.classifiers.snapshots import Watch, watching
from psp_core.classifiers.volume_training import (
    InputsOf,
    fit_network,
    predict_network,
)
from psp_core.errors import EstimatorError
from psp_core.inputs.volumes import Volumes
from psp_core.inputs.weights_file import WeightsFile
from psp_core.pretraining.densenet import build_densenet, start_from


class OneLogit(nn.Module):
    """A network of one output per patient, (B, 1), as logits (B,)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """(B, 2, S, S, S) to (B,)."""
        logits: Tensor = self.network(image)[:, 0]
        return logits


class DenseNetClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """DenseNet on cubes of T1CE and FLAIR, all of it learning from its first weights.

    What of the recipe is known: the network, its pre-training on the kind of sequence, and
    five folds. The cube, the optimizer and its budget are assumptions.

    Parameters
    ----------
    crops : Volumes
        Cubes of every scan that will be asked for.
    start : WeightsFile
        The network's shape, see `pretraining.densenet.build_densenet`, and first weights; the
        last layer is always drawn anew.
    feature_set : str, default "image_only"
        Only this one.
    steps, batch_size : int
        Optimizer steps, and patients per step; at most all.
    learning_rate, weight_decay : float
        Of AdamW, the first at the end of the rise; it then falls as a cosine.
    random_state : int, default 0
        Decides first weights that no file gives and the order of patients.

    References
    ----------
    Moassefi et al., J Neurooncol 159:447 (2022).
    """

    def __init__(
        self,
        *,
        crops: Volumes | None = None,
        start: WeightsFile | None = None,
        feature_set: str = "image_only",
        steps: int = 1000,
        batch_size: int = 4,
        learning_rate: float = 1e-4,
        weight_decay: float = 1e-2,
        random_state: int = 0,
    ) -> None:
        self.crops = crops
        self.start = start
        self.feature_set = feature_set
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.random_state = random_state

    def fit(
        self,
        X: pd.DataFrame,
        y: npt.ArrayLike,
        watch: Watch | None = None,
        shown: Watch | None = None,
    ) -> Self:
        """Fit on rows of the patients table.

        Parameters
        ----------
        X : DataFrame, n rows
        y : bool array, shape (n,)
            True for true progression.
        watch : tuple of DataFrame and bool array, optional
            Patients on whose AUC the step is chosen, which spoils them as held out: see
            `snapshots`. None: the last step.
        shown : tuple of DataFrame and bool array, optional
            Patients whose AUC and loss are noted in ``watched_``; they decide nothing.

        Raises
        ------
        EstimatorError
            If only one class is there, cubes or first weights are missing, or the feature set
            is another one.
        CheckpointError
            If the first weights are of another architecture.
        TrainingDivergedError
            See `training.train`.
        """
        truth = both_classes(y)
        if self.crops is None or self.start is None:
            raise EstimatorError(
                "the DenseNet was given no crops or no start; build it with crops=... and start=..."
            )
        if self.feature_set != "image_only":
            raise EstimatorError(
                f"the DenseNet sees the image alone, not {self.feature_set!r}; take image_only"
            )
        network = build_densenet(self.start.architecture, self.random_state)
        if self.start.file is not None:
            start_from(network, self.start.file)
        self.network_ = OneLogit(network)
        watched = watching(self, watch or shown, self.steps)
        self.history_ = fit_network(
            self.network_,
            [{"params": self.network_.parameters(), "lr": self.learning_rate}],
            self._inputs(X),
            truth,
            steps=self.steps,
            batch_size=self.batch_size,
            weight_decay=self.weight_decay,
            seed=self.random_state,
            after_step=watched,
        )
        self.watched_ = watched.history if watched else []
        if watched and watch:
            watched.restore()
        self.classes_ = np.array([False, True])
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probability of both classes, shape (n, 2); column 1 is true progression."""
        check_is_fitted(self)
        return predict_network(self.network_, self._inputs(X), len(X))

    def _inputs(self, X: pd.DataFrame) -> InputsOf:
        def inputs(chosen: Sequence[int]) -> tuple[Tensor, ...]:
            values = self.crops.of(X.iloc[list(chosen)])  # type: ignore[union-attr]
            return (torch.from_numpy(np.ascontiguousarray(values)).float(),)

        return inputs
