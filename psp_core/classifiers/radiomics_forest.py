"""A random forest on radiomics of the lesion, after Sun 2021 (BMC Med Imaging 21:17)."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.utils.validation import check_is_fitted

from psp_core.classifiers.both_classes import both_classes
from psp_core.classifiers.feature_sets import FeatureSet, feature_set_of
from psp_core.classifiers.structured import structured_encoder
from psp_core.classifiers.two_step import TwoStepSelection
from psp_core.errors import EstimatorError
from psp_core.inputs.arrays import PatientArrays

Floats = npt.NDArray[np.float64]


class RadiomicsForest(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Two-step selection of radiomics figures, then a balanced forest.

    A missing figure is the median of the fitted rows; one that all of them lack is constant, and
    goes. Selection, medians and forest see the fitted rows alone.

    Parameters
    ----------
    radiomics : PatientArrays, optional
        Named figures of every scan that will be asked for.
    feature_set : str, default "image_only"
        Its columns stand beside the selected figures and are not selected themselves.
    trees : int, default 500
    largest_p, largest_correlation : float
    kept : int, default 10
        See `two_step.TwoStepSelection`.
    random_state : int, default 0

    Attributes
    ----------
    selected_ : tuple of str
        Names of the figures used, the most important of the second step first.
    is_fallback_ : bool
        True where no figure differed between the classes.
    """

    def __init__(
        self,
        *,
        radiomics: PatientArrays | None = None,
        feature_set: str = "image_only",
        trees: int = 500,
        largest_p: float = 0.05,
        largest_correlation: float = 0.9,
        kept: int = 10,
        random_state: int = 0,
    ) -> None:
        self.radiomics = radiomics
        self.feature_set = feature_set
        self.trees = trees
        self.largest_p = largest_p
        self.largest_correlation = largest_correlation
        self.kept = kept
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike) -> Self:
        """Fit on rows of the patients table; y is bool, shape (n,), True for true progression.

        Raises
        ------
        EstimatorError
            If there are no radiomics, or only one class.
        MissingInputError
            See `PatientArrays.of`.
        """
        truth = both_classes(y)
        figures = self._source().of(X)
        self.imputer_ = SimpleImputer(strategy="median", keep_empty_features=True).fit(figures)
        self.selection_ = TwoStepSelection(
            largest_p=self.largest_p,
            largest_correlation=self.largest_correlation,
            kept=self.kept,
            trees=self.trees,
            random_state=self.random_state,
        ).fit(self.imputer_.transform(figures), truth)
        columns = self._source().columns
        self.selected_ = tuple(columns[place] for place in self.selection_.kept_)
        self.is_fallback_ = self.selection_.is_fallback_
        sees = feature_set_of(self.feature_set)
        beside = FeatureSet(sees.continuous, sees.categorical)
        self.encoder_ = structured_encoder(beside).fit(X) if beside.columns else None
        self.forest_ = RandomForestClassifier(
            self.trees, class_weight="balanced", random_state=self.random_state
        ).fit(self._inputs(X), truth)
        self.classes_ = np.array([False, True])
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Probability of both classes, shape (n, 2); column 1 is true progression."""
        check_is_fitted(self)
        return np.asarray(self.forest_.predict_proba(self._inputs(X)), dtype=np.float64)

    def _inputs(self, X: pd.DataFrame) -> Floats:
        """Selected figures, then the encoded clinical columns, shape (n, columns)."""
        chosen = self.selection_.transform(self.imputer_.transform(self._source().of(X)))
        if self.encoder_ is None:
            return np.asarray(chosen)
        return np.hstack([chosen, self.encoder_.transform(X)])

    def _source(self) -> PatientArrays:
        if self.radiomics is None:
            raise EstimatorError(
                "this arm sees radiomics, but was given none; build it with radiomics=... of the "
                "prepared scans"
            )
        return self.radiomics
