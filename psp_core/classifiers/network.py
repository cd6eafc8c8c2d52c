"""The networks as one scikit-learn classifier: same training, same budget for each."""

from __future__ import annotations

from functools import partial
from inspect import signature
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from psp_core.classifiers import bidirectional, fusion, per_variable, unimodal
from psp_core.classifiers.both_classes import both_classes
from psp_core.classifiers.feature_sets import FeatureSet, feature_set_of
from psp_core.classifiers.image_input import TokenScale, TokensUsed, image_input
from psp_core.classifiers.snapshots import Watch, watching
from psp_core.classifiers.structured import encoded, structured_encoder, variables_of
from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError
from psp_core.training import batch_indices, train, warmup_cosine

ARCHITECTURES: dict[str, type[nn.Module]] = {
    "proposed": fusion.Proposed,
    "full_self_attention": fusion.FullSelfAttention,
    "concatenation": fusion.Concatenation,
    "late_mean": fusion.LateMean,
    "per_variable": per_variable.PerVariable,
    "bidirectional": bidirectional.Bidirectional,
    "mri_only": unimodal.MriOnly,
    "clinical_network": unimodal.ClinicalNetwork,
}
WARMUP_SHARE = 0.1
LARGEST_GRADIENT = 5.0
PATIENTS_AT_ONCE = 64  # in prediction: their tokens take the memory
Inputs = tuple[Tensor, Tensor, Tensor | None]  # clinical, tokens, mask


class NetworkClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A network on clinical columns and frozen tokens, trained for a fixed number of steps.

    Nothing is held out to stop earlier, so all arms have one budget and the fold's own rows
    decide everything that is fitted: encoder of the columns, scale of the tokens, weights.

    Parameters
    ----------
    tokens : Tokens, optional
        Of every scan that will be asked for; needed where the feature set has the image.
    architecture : str, default "proposed"
        A name of `ARCHITECTURES`.
    feature_set : str, default "full"
        A name of `feature_sets.FEATURE_SETS`.
    tokens_used : {"all", "lesion"}, default "all"
        See `image_input`.
    steps, batch_size : int
        Optimizer steps, and patients per step; at most all.
    learning_rate, weight_decay : float
        Of AdamW, the first at the end of the rise; it then falls as a cosine.
    dropout : float
        Inside the fully connected layers.
    width : int
        d of the clinical tokens and of everything after the fusion.
    clinical_tokens, heads : int
        M, and heads of each attention.
    random_state : int, default 0
        Decides first weights, order of patients and dropout.
    """

    def __init__(
        self,
        *,
        tokens: Tokens | None = None,
        architecture: str = "proposed",
        feature_set: str = "full",
        tokens_used: TokensUsed = "all",
        steps: int = 100,
        batch_size: int = 32,
        learning_rate: float = 3e-3,
        weight_decay: float = 0.1,
        dropout: float = 0.2,
        width: int = 64,
        clinical_tokens: int = 4,
        heads: int = 1,
        random_state: int = 0,
    ) -> None:
        self.tokens = tokens
        self.architecture = architecture
        self.feature_set = feature_set
        self.tokens_used = tokens_used
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
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
            If only one class is there, a name is unknown, tokens are missing, or the
            architecture needs what the feature set does not have.
        TrainingDivergedError
            See `training.train`.
        """
        truth = both_classes(y)
        sees = self._sees()
        self.encoder_ = structured_encoder(sees).fit(X) if sees.columns else None
        self.scale_ = None
        if sees.uses_image:
            self.scale_ = TokenScale.of(image_input(self.tokens, X, self.tokens_used))
        clinical, (tokens, mask) = self._clinical(X), self._image(X)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.random_state)
            self.network_ = self._build(clinical.shape[1], tokens.shape[2])
        targets = torch.from_numpy(truth.astype(np.float32))
        weight = torch.tensor((~truth).sum() / truth.sum(), dtype=torch.float32)
        size = min(self.batch_size, len(truth))

        def batch_of(step: int, generator: torch.Generator) -> tuple[Inputs, Tensor]:  # noqa: ARG001
            if size == len(truth):
                return (clinical, tokens, mask), targets
            chosen = torch.tensor(
                batch_indices(step, n_items=len(truth), batch_size=size, seed=self.random_state)
            )
            some = None if mask is None else mask[chosen]
            return (clinical[chosen], tokens[chosen], some), targets[chosen]

        def loss_of(model: nn.Module, batch: tuple[Inputs, Tensor]) -> Tensor:
            inputs, expected = batch
            return binary_cross_entropy_with_logits(model(*inputs), expected, pos_weight=weight)

        watched = watching(self, watch or shown, self.steps)
        warmup = round(WARMUP_SHARE * self.steps)
        self.history_ = train(
            self.network_,
            torch.optim.AdamW(
                self.network_.parameters(),
                lr=self.learning_rate,
                weight_decay=self.weight_decay,
                fused=True,
            ),
            batch_of,
            loss_of,
            steps=self.steps,
            seed=self.random_state,
            schedule=partial(warmup_cosine, steps=self.steps, warmup_steps=warmup),
            largest_gradient=LARGEST_GRADIENT,
            after_step=watched,
        )
        self.watched_ = watched.history if watched else []
        if watched and watch:
            watched.restore()
        self.network_.eval()
        self.classes_ = np.array([False, True])
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probability of both classes, shape (n, 2); column 1 is true progression."""
        check_is_fitted(self)
        probabilities, clinical = np.empty(len(X)), self._clinical(X)
        for start in range(0, len(X), PATIENTS_AT_ONCE):
            part = slice(start, start + PATIENTS_AT_ONCE)
            with torch.inference_mode():
                logits: Tensor = self.network_(clinical[part], *self._image(X.iloc[part]))
            probabilities[part] = torch.sigmoid(logits.double()).numpy()
        return np.column_stack([1 - probabilities, probabilities])

    def _sees(self) -> FeatureSet:
        """The feature set, once it is clear that the architecture can work with it."""
        if self.architecture not in ARCHITECTURES:
            raise EstimatorError(
                f"there is no architecture {self.architecture!r}; "
                f"expected one of {', '.join(ARCHITECTURES)}"
            )
        sees, needs = feature_set_of(self.feature_set), self._arguments()
        for argument, has, what in (
            ("image_width", sees.uses_image, "the image"),
            ("n_columns", bool(sees.columns), "clinical columns"),
        ):
            if argument in needs and not has:
                raise EstimatorError(
                    f"{self.architecture} needs {what}, which the feature set "
                    f"{self.feature_set!r} has not; take another set or architecture"
                )
        return FeatureSet(
            continuous=sees.continuous if "n_columns" in needs else (),
            categorical=sees.categorical if "n_columns" in needs else (),
            uses_image="image_width" in needs,
        )

    def _arguments(self) -> set[str]:
        return set(signature(ARCHITECTURES[self.architecture]).parameters)

    def _build(self, n_columns: int, image_width: int) -> nn.Module:
        given = {
            "variables": () if self.encoder_ is None else variables_of(self.encoder_),
            "n_columns": n_columns,
            "image_width": image_width,
            "width": self.width,
            "clinical_tokens": self.clinical_tokens,
            "heads": self.heads,
            "dropout": self.dropout,
        }
        needs = self._arguments()
        return ARCHITECTURES[self.architecture](
            **{name: value for name, value in given.items() if name in needs}
        )

    def _clinical(self, X: pd.DataFrame) -> Tensor:
        """Encoded clinical columns, (n, columns); none if the network does not take them."""
        if self.encoder_ is None:
            return torch.zeros(len(X), 0)
        return torch.from_numpy(encoded(self.encoder_, X))

    def _image(self, X: pd.DataFrame) -> tuple[Tensor, Tensor | None]:
        """Scaled tokens, (n, K, d), and their mask; none if the network does not take them."""
        if self.scale_ is None:
            return torch.zeros(len(X), 0, 0), None
        image = self.scale_.apply(image_input(self.tokens, X, self.tokens_used))
        mask = None if image.mask is None else torch.from_numpy(image.mask)
        return torch.from_numpy(image.values), mask
