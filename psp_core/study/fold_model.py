"""One fold's model: fitted, calibrated and with its threshold, all on the training fold."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from psp_core.evaluation.thresholds import youden_threshold
from psp_core.study.calibration import Platt, fit_platt
from psp_core.study.folds import fold_numbers

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FoldModel:
    """A fitted model with its scale and its threshold.

    Attributes
    ----------
    estimator : scikit-learn classifier
        Fitted on the whole training fold.
    calibration : Platt
        Fitted on inner out-of-fold scores.
    threshold : float
        Youden's, of the calibrated inner out-of-fold scores.
    """

    estimator: Any
    calibration: Platt
    threshold: float

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Calibrated probability of true progression of each row, shape (n,)."""
        return self.calibration(self.estimator.predict_proba(rows)[:, 1])


def fit_fold_model(
    estimator: Any,
    rows: pd.DataFrame,
    y_true: npt.NDArray[np.bool_],
    *,
    inner_folds: int,
    random_state: int,
    shown: tuple[pd.DataFrame, npt.NDArray[np.bool_]] | None = None,
) -> FoldModel:
    """Fit, calibrate and choose the threshold on the rows of one training fold.

    Parameters
    ----------
    estimator : scikit-learn classifier
        Not fitted; stays so.
    rows : DataFrame, n rows
        Of the patients table.
    y_true : bool array, shape (n,)
        True for true progression.
    inner_folds : int
        Folds inside the training fold whose held-out scores are calibrated.
    random_state : int
        Decides the inner folds.
    shown : tuple of DataFrame and bool array, optional
        Held-out patients whose loss and AUC are noted while a network is trained; they decide
        nothing.

    Returns
    -------
    FoldModel

    Raises
    ------
    UndefinedMetricError
        If a class has fewer patients than there are inner folds.
    """
    inner = fold_numbers(y_true, n_folds=inner_folds, seed=random_state)
    held_out = np.empty(len(rows))
    for number in range(inner_folds):
        out = inner == number
        fitted = clone(estimator).fit(rows[~out], y_true[~out])
        held_out[out] = fitted.predict_proba(rows[out])[:, 1]
    calibration = fit_platt(y_true, held_out)
    threshold = youden_threshold(y_true, calibration(held_out))
    final = clone(estimator)
    noted = {"shown": shown} if shown and "shown" in signature(final.fit).parameters else {}
    return FoldModel(final.fit(rows, y_true, **noted), calibration, threshold)
