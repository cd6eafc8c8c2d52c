"""Logistic regression on the mean token: what a linear map of a frozen encoder gives."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from psp_core.classifiers.image_input import TokensUsed, image_input
from psp_core.encoder.tokens import Tokens


class TokenProbe(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression (L2, both classes of one weight) on the mean of a scan's tokens.

    Parameters
    ----------
    tokens : Tokens
        Of every scan that will be asked for.
    tokens_used : {"all", "lesion"}, default "all"
        See `image_input.image_input`.
    inverse_penalty : float, default 0.01
        scikit-learn's C, ours: a tenth of `clinical.ClinicalLogistic`'s, for there are at least
        ten times as many columns.
    """

    feature_set = "image_only"

    def __init__(
        self,
        *,
        tokens: Tokens | None = None,
        tokens_used: TokensUsed = "all",
        inverse_penalty: float = 0.01,
    ) -> None:
        self.tokens = tokens
        self.tokens_used = tokens_used
        self.inverse_penalty = inverse_penalty

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike) -> Self:
        """Fit on rows of the patients table; y is bool, shape (n,), True for true progression.

        Raises
        ------
        EstimatorError
            See `image_input.image_input`.
        """
        regression = LogisticRegression(
            C=self.inverse_penalty, class_weight="balanced", max_iter=1000
        )
        self.pipeline_ = make_pipeline(StandardScaler(), regression)
        self.pipeline_.fit(self._pooled(X), np.asarray(y, dtype=bool))
        self.classes_ = np.array([False, True])
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probability of both classes, shape (n, 2); column 1 is true progression."""
        check_is_fitted(self)
        return np.asarray(self.pipeline_.predict_proba(self._pooled(X)), dtype=np.float64)

    def _pooled(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Mean of the tokens that count, (n, d)."""
        image = image_input(self.tokens, X, self.tokens_used)
        if image.mask is None:
            return np.asarray(image.values.mean(axis=1, dtype=np.float64))
        weights = image.mask / image.mask.sum(axis=1, keepdims=True)
        return np.asarray(np.einsum("nk,nkd->nd", weights, image.values), dtype=np.float64)
