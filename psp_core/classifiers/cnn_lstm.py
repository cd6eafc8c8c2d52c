"""The CNN-LSTM of Jang 2018 as a scikit-learn classifier."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from psp_core.classifiers.both_classes import both_classes
from psp_core.classifiers.cnn_lstm_network import CnnLstmNetwork, NormPlace
from psp_core.classifiers.feature_sets import feature_set_of
from psp_core.classifiers.jang_clinical import JangClinical, Scaler, UnknownAs
from psp_core.classifiers.keras_lstm import Activation
from psp_core.classifiers.snapshots import Watch, watching
from psp_core.errors import EstimatorError
from psp_core.inputs.arrays import PatientArrays
from psp_core.training import train

SliceScale = Literal["unit_variance", "unit_norm"]
Floats = npt.NDArray[np.float32]
PATIENTS_AT_ONCE = 16  # in prediction


class CnnLstm(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A few slices of each patient, with or without seven clinical variables.

    All is fitted on the rows of `fit`; the defaults are the published code's, see
    `cnn_lstm_presets`. Batches are those of Keras: the last of an epoch may be smaller.

    Parameters
    ----------
    slices : PatientArrays
        ``values`` of shape (n, T, P, P), grey values as they were read.
    feature_set : {"jang", "image_only"}, default "jang"
        With clinical variables (Model 1) or without (Model 2).
    filters, cells, norm, activation, dense_after_lstm
        See `CnnLstmNetwork`.
    epochs, batch_size : int, default 25 and 8
    learning_rate : float, default 0.01
        Of gradient descent without momentum.
    shuffle : bool, default False
        Whether each epoch has an order of its own; else it is that of the rows.
    slice_scale : {"unit_variance", "unit_norm"}, default "unit_variance"
        Each slice has mean 0, and variance 1 or length 1.
    scaler, unknown_as
        See `JangClinical`.
    random_state : int, default 0
        Decides first weights and orders.
    """

    def __init__(
        self,
        *,
        slices: PatientArrays | None = None,
        feature_set: str = "jang",
        filters: Sequence[int] = (64, 128, 256),
        cells: int = 24,
        norm: NormPlace = "before",
        activation: Activation = "sigmoid",
        dense_after_lstm: bool = True,
        epochs: int = 25,
        batch_size: int = 8,
        learning_rate: float = 0.01,
        shuffle: bool = False,
        slice_scale: SliceScale = "unit_variance",
        scaler: Scaler = "each_table",
        unknown_as: UnknownAs = "third_value",
        random_state: int = 0,
    ) -> None:
        self.slices = slices
        self.feature_set = feature_set
        self.filters = filters
        self.cells = cells
        self.norm = norm
        self.activation = activation
        self.dense_after_lstm = dense_after_lstm
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.shuffle = shuffle
        self.slice_scale = slice_scale
        self.scaler = scaler
        self.unknown_as = unknown_as
        self.random_state = random_state

    def fit(
        self,
        X: pd.DataFrame,
        y: npt.ArrayLike,
        watch: Watch | None = None,
        shown: Watch | None = None,
        *,
        traced: Watch | None = None,
    ) -> Self:
        """Fit on rows of the patients table.

        Parameters
        ----------
        X : DataFrame, n rows
        y : bool array, shape (n,)
            True for true progression.
        watch : tuple of DataFrame and bool array, optional
            Rows that decide which weights are kept, see `snapshots`; default: none, and the
            last weights are kept.
        shown : tuple of DataFrame and bool array, optional
            Patients whose AUC and loss are noted in ``watched_``; they decide nothing.
        traced : tuple of DataFrame and bool array, optional
            Rows whose loss after each epoch is noted in ``traces_``; they decide nothing.

        Raises
        ------
        EstimatorError
            If only one class is there, slices are missing, or a setting has no such value.
        MissingInputError
            If a patient has no slices.
        TrainingDivergedError
            See `training.train`.
        """
        truth = both_classes(y)
        self.clinical_ = None
        if feature_set_of(self.feature_set).columns:
            self.clinical_ = JangClinical(self.scaler, self.unknown_as).fit(X)
        images, numbers = self._inputs(X)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.random_state)
            self.network_ = CnnLstmNetwork(
                side=images.shape[-1],
                filters=tuple(self.filters),
                cells=self.cells,
                n_clinical=numbers.shape[1],
                norm=self.norm,
                activation=self.activation,
                dense_after_lstm=self.dense_after_lstm,
            )
        targets = torch.from_numpy(truth.astype(np.float32))
        per_epoch = math.ceil(len(truth) / self.batch_size)
        size = self.batch_size
        steps, traced_loss = self.epochs * per_epoch, list[float]()
        watched = watching(self, watch or shown, steps)

        def batch_of(step: int, _: torch.Generator) -> tuple[tuple[Tensor, Tensor], Tensor]:
            epoch, place = divmod(step, per_epoch)
            order = np.arange(len(truth))
            if self.shuffle:
                order = np.random.default_rng((self.random_state, epoch)).permutation(order)
            chosen = torch.from_numpy(order[place * size : (place + 1) * size])
            return (images[chosen], numbers[chosen]), targets[chosen]

        def after_step(step: int) -> None:
            if watched is not None:
                watched(step)
            if traced is not None and step % per_epoch == 0:
                traced_loss.append(self._loss(*traced))

        self.history_ = train(
            self.network_,
            torch.optim.SGD(self.network_.parameters(), lr=self.learning_rate),
            batch_of,
            _loss_of,
            steps=steps,
            seed=self.random_state,
            after_step=after_step,
        )
        epochs = self.history_["step"] // per_epoch + 1
        means = self.history_["loss"].groupby(epochs).mean()
        self.traces_ = pd.DataFrame({"epoch": means.index, "loss": means.to_numpy()})
        if traced is not None:
            self.traces_["traced_loss"] = traced_loss
        self.watched_ = watched.history if watched else []
        if watched and watch:
            watched.restore()
        self.network_.eval()
        self.classes_ = np.array([False, True])
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probability of both classes, shape (n, 2); column 1 is true progression."""
        check_is_fitted(self)
        probabilities = torch.sigmoid(self._logits(X).double()).numpy()
        return np.column_stack([1 - probabilities, probabilities])

    def scores_by_batch(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probability of true progression, shape (n,), where batch norm works as in training.

        Each batch, in the order of the rows, has its own means and variances. Against
        `predict_proba` this tells how far the running ones have come.
        """
        check_is_fitted(self)
        network = deepcopy(self.network_).train()  # a pass in training moves the running ones
        images, numbers = self._inputs(X)
        size = self.batch_size
        with torch.inference_mode():
            parts = [
                network(images[start : start + size], numbers[start : start + size])
                for start in range(0, len(X), size)
            ]
        return np.asarray(torch.sigmoid(torch.cat(parts).double()).numpy())

    def _logits(self, X: pd.DataFrame) -> Tensor:
        images, numbers = self._inputs(X)
        logits = torch.empty(len(X))
        with torch.inference_mode():
            for start in range(0, len(X), PATIENTS_AT_ONCE):
                part = slice(start, start + PATIENTS_AT_ONCE)
                logits[part] = self.network_(images[part], numbers[part])
        return logits

    def _loss(self, rows: pd.DataFrame, y_true: npt.NDArray[np.bool_]) -> float:
        """Loss on other patients in the midst of a training."""
        self.network_.eval()
        truth = torch.from_numpy(np.asarray(y_true, dtype=np.float32))
        loss = binary_cross_entropy_with_logits(self._logits(rows), truth)
        self.network_.train()
        return float(loss)

    def _inputs(self, X: pd.DataFrame) -> tuple[Tensor, Tensor]:
        """Scaled slices (n, T, P, P) and clinical numbers (n, columns)."""
        if self.slices is None:
            raise EstimatorError(
                "this arm sees the image, but was given no slices; "
                "build it with slices=... of the patients' scans"
            )
        images = scaled_slices(self.slices.of(X), self.slice_scale)
        numbers = np.zeros((len(X), 0), dtype=np.float32)
        if self.clinical_ is not None:
            numbers = self.clinical_.transform(X)
        return torch.from_numpy(images), torch.from_numpy(numbers)


def scaled_slices(values: npt.NDArray[Any], scale: SliceScale) -> Floats:
    """Every slice with mean 0 and unit variance, or unit norm.

    Parameters
    ----------
    values : array, shape (..., P, P)
    scale : {"unit_variance", "unit_norm"}
        A standard deviation is at least 1 / sqrt(P * P), a norm at least 1, so that an empty
        slice stays empty.

    Raises
    ------
    EstimatorError
        If there is no such scale.

    References
    ----------
    TensorFlow 1.4, ``tf.image.per_image_standardization``.
    """
    centred = np.asarray(values, dtype=np.float32)
    centred = centred - centred.mean(axis=(-2, -1), keepdims=True)
    n_pixels = centred.shape[-2] * centred.shape[-1]
    norm = np.sqrt(np.square(centred).sum(axis=(-2, -1), keepdims=True))
    if scale == "unit_variance":
        divisor = np.maximum(norm, 1.0) / math.sqrt(n_pixels)
    elif scale == "unit_norm":
        divisor = np.maximum(norm, 1.0)
    else:
        raise EstimatorError(f"slice_scale is {scale!r}; expected 'unit_variance' or 'unit_norm'")
    return np.asarray(centred / divisor, dtype=np.float32)


def _loss_of(model: nn.Module, batch: tuple[tuple[Tensor, Tensor], Tensor]) -> Tensor:
    inputs, expected = batch
    return binary_cross_entropy_with_logits(model(*inputs), expected)
