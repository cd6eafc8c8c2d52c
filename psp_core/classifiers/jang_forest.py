"""Model 3 of Jang 2018: a random forest on the seven clinical variables."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.validation import check_is_fitted

from psp_core.classifiers.both_classes import both_classes
from psp_core.classifiers.jang_clinical import JangClinical, Scaler, UnknownAs


class JangForest(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Random forest on `JangClinical`.

    Parameters
    ----------
    trees : int, default 1000
        The paper's; its code has 100.
    tried_per_split : int, default 2
        Variables tried at each split; the paper's, and the root of seven in its code.
    hard_labels : bool, default False
        Whether the score is the predicted class, as in the code, and not its probability.
    scaler, unknown_as
        See `JangClinical`.
    feature_set : str, default "jang_clinical"
    random_state : int, default 0
    """

    def __init__(
        self,
        *,
        trees: int = 1000,
        tried_per_split: int = 2,
        hard_labels: bool = False,
        scaler: Scaler = "train",
        unknown_as: UnknownAs = "third_value",
        feature_set: str = "jang_clinical",
        random_state: int = 0,
    ) -> None:
        self.trees = trees
        self.tried_per_split = tried_per_split
        self.hard_labels = hard_labels
        self.scaler = scaler
        self.unknown_as = unknown_as
        self.feature_set = feature_set
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike) -> Self:
        """Fit on rows of the patients table; y is bool, shape (n,), True for true progression.

        Raises
        ------
        EstimatorError
            If only one class is there.
        """
        truth = both_classes(y)
        self.clinical_ = JangClinical(self.scaler, self.unknown_as).fit(X)
        self.forest_ = RandomForestClassifier(
            self.trees, max_features=self.tried_per_split, random_state=self.random_state
        )
        self.forest_.fit(self.clinical_.transform(X), truth)
        self.classes_ = np.array([False, True])
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probability of both classes, shape (n, 2); 0 and 1 alone with `hard_labels`."""
        check_is_fitted(self)
        found = np.asarray(self.forest_.predict_proba(self.clinical_.transform(X)))
        if self.hard_labels:
            is_positive = found[:, 1] > 0.5
            return np.column_stack([~is_positive, is_positive]).astype(np.float64)
        return found
