"""Controls that any model has to beat: the share of the classes, and the interval alone."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from psp_core.classifiers.clinical import ClinicalLogistic


class Majority(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The share of true progression among the fitted rows, for everyone."""

    feature_set = "none"

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike) -> Self:  # noqa: ARG002 - it sees nothing
        """Take the share of true progression; y is bool, shape (n,)."""
        self.classes_ = np.array([False, True])
        self.share_ = float(np.mean(np.asarray(y, dtype=bool)))
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """The same row for every patient, shape (n, 2); column 1 is true progression."""
        check_is_fitted(self)
        return np.tile([1 - self.share_, self.share_], (len(X), 1))


class DaysOnly(ClinicalLogistic):
    """Logistic regression on the days since radiotherapy alone."""

    def __init__(self) -> None:
        super().__init__(feature_set="time_only")
