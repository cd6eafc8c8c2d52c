"""Controls that any model has to beat: what one figure gives, or what is missing alone."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from psp_core.classifiers.clinical import ClinicalLogistic
from psp_core.classifiers.feature_sets import feature_set_of
from psp_core.classifiers.structured import UNKNOWN, check_columns


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


class MissingnessOnly(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression on what is missing of a patient, and on no value.

    One indicator per column of the feature set: no number, or a category that is unknown.

    Parameters
    ----------
    inverse_penalty : float, default 0.1
        scikit-learn's C, as in `clinical.ClinicalLogistic`.
    """

    feature_set = "missingness"

    def __init__(self, *, inverse_penalty: float = 0.1) -> None:
        self.inverse_penalty = inverse_penalty

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike) -> Self:
        """Fit on rows of the patients table; y is bool, shape (n,), True for true progression.

        Raises
        ------
        TableError
            If a column is absent.
        """
        self.regression_ = LogisticRegression(C=self.inverse_penalty, class_weight="balanced")
        self.regression_.fit(self._missing(X), np.asarray(y, dtype=bool))
        self.classes_ = np.array([False, True])
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probability of both classes, shape (n, 2); column 1 is true progression."""
        check_is_fitted(self)
        return np.asarray(self.regression_.predict_proba(self._missing(X)), dtype=np.float64)

    def _missing(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        columns = list(feature_set_of(self.feature_set).columns)
        check_columns(X, columns)
        values = X[columns]
        return np.asarray(values.isna() | (values == UNKNOWN), dtype=np.float64)
