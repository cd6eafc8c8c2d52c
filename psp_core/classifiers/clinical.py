"""Logistic regression on the structured columns."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from psp_core.classifiers.feature_sets import feature_set_of
from psp_core.classifiers.structured import structured_encoder


class ClinicalLogistic(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression (L2, both classes of one weight) on the columns of a feature set.

    Parameters
    ----------
    feature_set : str, default "clinical_only"
        Its columns are seen; an image in the set is not.
    inverse_penalty : float, default 0.1
        scikit-learn's C. A tenth of its own default: the training folds are small.
    """

    def __init__(self, *, feature_set: str = "clinical_only", inverse_penalty: float = 0.1) -> None:
        self.feature_set = feature_set
        self.inverse_penalty = inverse_penalty

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike) -> Self:
        """Fit on rows of the patients table; y is bool, shape (n,), True for true progression."""
        regression = LogisticRegression(
            C=self.inverse_penalty, class_weight="balanced", max_iter=1000
        )
        encoder = structured_encoder(feature_set_of(self.feature_set))
        self.pipeline_ = Pipeline([("encoder", encoder), ("regression", regression)])
        self.pipeline_.fit(X, np.asarray(y, dtype=bool))
        self.classes_ = np.array([False, True])
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probability of both classes, shape (n, 2); column 1 is true progression."""
        check_is_fitted(self)
        return np.asarray(self.pipeline_.predict_proba(X), dtype=np.float64)
