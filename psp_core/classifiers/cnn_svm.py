"""A linear SVM on features of a CNN and on radiomics, and the recipe of CaPTk.

References
----------
Akbari 2020, Cancer 126:2625, as far as it is known; CaPTk ``PseudoProgressionEstimator``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils.validation import check_is_fitted

from psp_core.classifiers.both_classes import both_classes
from psp_core.classifiers.effect_size import KeepLargestEffects
from psp_core.errors import EstimatorError
from psp_core.inputs.arrays import PatientArrays

Floats = npt.NDArray[np.float64]


class CnnSvm(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """z-scores, the largest effects, and a linear SVM; their number is chosen in inner folds.

    Everything is fitted on the fitted rows alone: medians for missing figures, scale, effect
    sizes, the number of them, the SVM, and Platt's curve on the inner folds' held-out distances.

    Parameters
    ----------
    cnn : PatientArrays, optional
        Features of a network, of every scan that will be asked for; may be absent.
    radiomics : PatientArrays, optional
        Named figures of the same scans.
    kept : sequence of float, default (10, 20, 50, 0.2)
        Numbers of columns to choose from, or shares of all below 1.
    inverse_penalty : float, default 1
        C of the SVM.
    selection_folds : int, default 3
        Inner folds; fewer where a class has fewer patients. With one patient in a class nothing
        can be chosen: the first of `kept` is taken, and the score is the logistic of the distance.
    random_state : int, default 0
        Decides the inner folds.

    Attributes
    ----------
    selected_ : tuple of str
        Names of the columns used, the largest effect first.
    kept_ : float
        The number chosen, as in `kept`.
    """

    feature_set = "image_only"

    def __init__(
        self,
        *,
        cnn: PatientArrays | None = None,
        radiomics: PatientArrays | None = None,
        kept: Sequence[float] = (10, 20, 50, 0.2),
        inverse_penalty: float = 1.0,
        selection_folds: int = 3,
        random_state: int = 0,
    ) -> None:
        self.cnn = cnn
        self.radiomics = radiomics
        self.kept = kept
        self.inverse_penalty = inverse_penalty
        self.selection_folds = selection_folds
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike) -> Self:
        """Fit on rows of the patients table; y is bool, shape (n,), True for true progression.

        Raises
        ------
        EstimatorError
            If there are neither features nor figures, or only one class.
        MissingInputError
            See `PatientArrays.of`.
        """
        truth = both_classes(y)
        values = self._inputs(X)
        fewest = int(min(truth.sum(), (~truth).sum()))
        machine = _machine(self.kept[0], self.inverse_penalty)
        self.calibrated_ = None
        if fewest > 1:
            folds = StratifiedKFold(
                min(self.selection_folds, fewest), shuffle=True, random_state=self.random_state
            )
            search = GridSearchCV(
                machine, {"keep__kept": list(self.kept)}, scoring="roc_auc", cv=folds, refit=False
            ).fit(values, truth)
            machine.set_params(**search.best_params_)
            self.calibrated_ = CalibratedClassifierCV(machine, cv=folds, ensemble=False)
            self.calibrated_.fit(values, truth)
        self.machine_ = machine.fit(values, truth)
        self._describe()
        return self

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Probability of both classes, shape (n, 2); column 1 is true progression."""
        check_is_fitted(self)
        values = self._inputs(X)
        if self.calibrated_ is not None:
            return np.asarray(self.calibrated_.predict_proba(values), dtype=np.float64)
        positive = expit(self.machine_.decision_function(values))
        return np.column_stack([1 - positive, positive])

    def _describe(self) -> None:
        names = [f"cnn:{n}" for n in range(self._width(self.cnn))]
        names += [] if self.radiomics is None else list(self.radiomics.columns)
        self.selected_ = tuple(names[place] for place in self.machine_["keep"].kept_)
        self.kept_ = self.machine_["keep"].kept
        self.classes_ = np.array([False, True])

    def _inputs(self, X: pd.DataFrame) -> Floats:
        """Features and figures side by side, float64 (n, columns)."""
        parts = [one.of(X) for one in (self.cnn, self.radiomics) if one is not None]
        if not parts:
            raise EstimatorError(
                "this arm sees features of the image, but was given none; build it with cnn=... or "
                "radiomics=... of the prepared scans"
            )
        return np.hstack(parts).astype(np.float64)

    @staticmethod
    def _width(source: PatientArrays | None) -> int:
        return 0 if source is None else int(source.arrays["values"].shape[1])


class CaptkSvm(CnnSvm):
    """CaPTk's recipe: figures only, the top 20 % by effect size, once, and a linear SVM.

    CaPTk fits two machines, pathology scores 1-2 and 5-6 each against the rest, and gives both
    distances. With two classes these are one machine and its mirror image; the score is the
    logistic of its distance, which keeps the order.

    Parameters
    ----------
    radiomics : PatientArrays, optional
    inverse_penalty : float, default 1
    captk_share : float, default 0.2
        Of the figures, by |effect size|.
    captk_least : int, default 21
        Patients; with fewer it refuses, as CaPTk does.
    """

    def __init__(
        self,
        *,
        radiomics: PatientArrays | None = None,
        inverse_penalty: float = 1.0,
        captk_share: float = 0.2,
        captk_least: int = 21,
    ) -> None:
        super().__init__(radiomics=radiomics, inverse_penalty=inverse_penalty)
        self.captk_share = captk_share
        self.captk_least = captk_least

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike) -> Self:
        """Fit on rows of the patients table; y is bool, shape (n,), True for true progression.

        Raises
        ------
        EstimatorError
            If there are no figures, only one class, or too few patients.
        MissingInputError
            See `PatientArrays.of`.
        """
        truth = both_classes(y)
        if len(truth) < self.captk_least:
            raise EstimatorError(
                f"{len(truth)} training patients; CaPTk refuses to train on fewer than "
                f"{self.captk_least}: give more, or lower cnn_svm.captk_least"
            )
        self.calibrated_ = None
        self.machine_ = _machine(self.captk_share, self.inverse_penalty)
        self.machine_.fit(self._inputs(X), truth)
        self._describe()
        return self


def _machine(kept: float, inverse_penalty: float) -> Any:
    return Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
            ("keep", KeepLargestEffects(kept=kept)),
            ("svm", SVC(kernel="linear", C=inverse_penalty)),
        ]
    )
