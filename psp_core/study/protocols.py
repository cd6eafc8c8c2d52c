"""Two protocols for one fold: as published, with its leaks, and closed.

*Closed*: the training fold decides everything, see `fold_model.fit_fold_model`. *Published*:
networks stop where the validation fold's AUC is highest (an assumption: the paper tells of the
selection alone), and variables are ranked and counted on it; its scores are then reported as
validation. Scores are not calibrated and 0.5 divides the classes (what the paper implies); the
CNN-LSTM of Jang 2018 takes its threshold on the test set.
"""

from __future__ import annotations

from inspect import signature
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.evaluation.thresholds import balanced_threshold, youden_threshold
from psp_core.study.calibration import Platt
from psp_core.study.entry import Entry
from psp_core.study.fold_model import FoldModel

CLOSED, PUBLISHED = "closed", "published"
AS_IT_IS = Platt(slope=1.0, intercept=0.0, is_floored=False)
HALF = 0.5
TUNED_ON_TEST = "psp_core.classifiers.cnn_lstm"
"""Module, or start of its name, of the estimators whose paper takes the threshold on the test."""


def fit_published(
    estimator: Any,
    rows: pd.DataFrame,
    y_true: npt.NDArray[np.bool_],
    validation: pd.DataFrame,
    y_validation: npt.NDArray[np.bool_],
) -> FoldModel:
    """Fit on a training fold while the validation fold decides what the estimator lets it.

    Parameters
    ----------
    estimator : scikit-learn classifier
        Not fitted; fitted in place. If its ``fit`` takes ``watch``, it is given the validation
        fold; others have nothing to stop or to select, and are fitted as ever.
    rows, validation : DataFrame
        Of the patients table.
    y_true, y_validation : bool array
        True for true progression.

    Returns
    -------
    FoldModel
        Not calibrated, with the threshold 0.5.
    """
    if "watch" in signature(estimator.fit).parameters:
        fitted = estimator.fit(rows, y_true, watch=(validation, y_validation))
    else:
        fitted = estimator.fit(rows, y_true)
    return FoldModel(fitted, AS_IT_IS, HALF)


def vote_threshold(
    protocol: str, entry: Entry, validation: pd.DataFrame, test: pd.DataFrame
) -> float:
    """Threshold of a soft vote on one test set.

    Parameters
    ----------
    protocol : {"closed", "published"}
    entry : Entry
        The arm.
    validation, test : DataFrame
        ``y_true, y_score``: of the fold models on whom they held out, and of the vote.

    Returns
    -------
    float
        Closed: Youden's on `validation`. Published: 0.5, or the balanced one on `test` itself.
    """
    if protocol == CLOSED:
        return youden_threshold(validation["y_true"], validation["y_score"])
    if entry.module.startswith(TUNED_ON_TEST) and len(test["y_true"].unique()) == 2:
        return balanced_threshold(test["y_true"], test["y_score"])
    return HALF
