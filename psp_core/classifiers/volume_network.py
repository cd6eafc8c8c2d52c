"""A transformer that reads the volume and learns with the head: from scratch, or fine-tuned."""

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
from psp_core.classifiers.feature_sets import FeatureSet, feature_set_of
from psp_core.classifiers.fusion import Proposed
from psp_core.classifiers.snapshots import Watch, watching
from psp_core.classifiers.structured import encoded, structured_encoder
from psp_core.classifiers.unimodal import MriOnly
from psp_core.classifiers.volume_training import (
    InputsOf,
    fit_network,
    predict_network,
)
from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import load_encoder
from psp_core.errors import EstimatorError
from psp_core.inputs.volumes import Volumes
from psp_core.inputs.weights_file import WeightsFile


class EndToEnd(nn.Module):
    """Encoder and head as one network; a head alone where the image comes as tokens."""

    def __init__(self, encoder: VisionTransformer3D, head: nn.Module) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head

    def forward(self, image: Tensor, clinical: Tensor) -> Tensor:
        """Volumes (B, C, S, S, S) or their tokens (B, N, d), and columns, to logits (B,)."""
        tokens = self.encoder(image) if image.ndim == 5 else image
        logits: Tensor = self.head(clinical, tokens, None)
        return logits


class VolumeNetwork(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Transformer and head on volumes and clinical columns, trained for a fixed number of steps.

    With the clinical columns the head is that of the proposed model, without them that of the
    image alone. Arms differ in where the weights start, and in whether the encoder learns.

    Parameters
    ----------
    volumes : Volumes
        Of every scan that will be asked for.
    start : WeightsFile
        The encoder's shape and first weights.
    feature_set : str, default "full"
        A name of `feature_sets.FEATURE_SETS` with the image.
    frozen : bool, default False
        True: the encoder keeps its first weights, and only the head learns.
    steps, batch_size : int
        Optimizer steps, and patients per step; at most all.
    learning_rate, encoder_learning_rate, weight_decay : float
        Of AdamW, the first two of head and encoder at the end of the rise; both then fall as
        a cosine.
    dropout : float
        Inside the fully connected layers.
    width, clinical_tokens, heads : int
        See `network.NetworkClassifier`.
    random_state : int, default 0
        Decides first weights that no file gives, order of patients and dropout.
    """

    def __init__(
        self,
        *,
        volumes: Volumes | None = None,
        start: WeightsFile | None = None,
        feature_set: str = "full",
        frozen: bool = False,
        steps: int = 1000,
        batch_size: int = 8,
        learning_rate: float = 1e-3,
        encoder_learning_rate: float = 1e-4,
        weight_decay: float = 0.05,
        dropout: float = 0.2,
        width: int = 64,
        clinical_tokens: int = 4,
        heads: int = 1,
        random_state: int = 0,
    ) -> None:
        self.volumes = volumes
        self.start = start
        self.feature_set = feature_set
        self.frozen = frozen
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.encoder_learning_rate = encoder_learning_rate
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.width = width
        self.clinical_tokens = clinical_tokens
        self.heads = heads
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
            If only one class is there, volumes or first weights are missing, or the feature
            set has no image.
        CheckpointError
            If the first weights are of another architecture.
        TrainingDivergedError
            See `training.train`.
        """
        truth, sees = both_classes(y), self._sees()
        self.encoder_ = structured_encoder(sees).fit(X) if sees.columns else None
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.random_state)
            self.network_ = self._build(self._clinical(X).shape[1])
        groups = [{"params": self.network_.head.parameters(), "lr": self.learning_rate}]
        if not self.frozen:
            encoder = {"params": self.network_.encoder.parameters()}
            groups.append({**encoder, "lr": self.encoder_learning_rate})
        watched = watching(self, watch or shown, self.steps)
        self.history_ = fit_network(
            self.network_,
            groups,
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

    def _sees(self) -> FeatureSet:
        sees = feature_set_of(self.feature_set)
        if not sees.uses_image:
            raise EstimatorError(
                f"the feature set {self.feature_set!r} has no image, which this arm reads; "
                "take another set or another arm"
            )
        return sees

    def _given(self) -> tuple[Volumes, WeightsFile]:
        if self.volumes is None or self.start is None:
            missing = "volumes" if self.volumes is None else "start"
            raise EstimatorError(
                f"this arm reads the image itself, but was given no {missing}; build it with "
                f"{missing}=..., or take an arm on tokens"
            )
        return self.volumes, self.start

    def _build(self, n_columns: int) -> EndToEnd:
        _, start = self._given()
        shape = start.architecture
        encoder = (
            VisionTransformer3D(**shape)
            if start.file is None
            else load_encoder(start.file, expected=shape)
        )
        encoder.requires_grad_(not self.frozen)
        head: nn.Module = MriOnly(image_width=encoder.width, width=self.width, dropout=self.dropout)
        if n_columns:
            head = Proposed(
                n_columns=n_columns,
                image_width=encoder.width,
                width=self.width,
                clinical_tokens=self.clinical_tokens,
                heads=self.heads,
                dropout=self.dropout,
            )
        return EndToEnd(encoder, head)

    def _clinical(self, X: pd.DataFrame) -> Tensor:
        """Encoded clinical columns, (n, columns); none if the set has none."""
        if self.encoder_ is None:
            return torch.zeros(len(X), 0)
        return torch.from_numpy(encoded(self.encoder_, X))

    def _inputs(self, X: pd.DataFrame) -> InputsOf:
        """Image and columns of some of the rows: volumes, or tokens of a frozen encoder."""
        clinical = self._clinical(X)
        if not self.frozen:
            return lambda chosen: (self._image(X, chosen), clinical[list(chosen)])
        device = next(self.network_.parameters()).device
        with torch.no_grad():
            tokens = [
                self.network_.encoder(self._image(X, [place]).to(device)) for place in range(len(X))
            ]
        whole = torch.cat(tokens).cpu()
        return lambda chosen: (whole[list(chosen)], clinical[list(chosen)])

    def _image(self, X: pd.DataFrame, chosen: Sequence[int]) -> Tensor:
        values = self._given()[0].of(X.iloc[list(chosen)])
        return torch.from_numpy(np.ascontiguousarray(values)).float()
