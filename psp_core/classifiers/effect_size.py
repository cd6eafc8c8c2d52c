"""Columns kept by the size of their effect: Cohen's d between the classes of the fitted rows."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from psp_core.classifiers.both_classes import both_classes

Floats = npt.NDArray[np.float64]


def cohen_d(values: Floats, truth: npt.NDArray[np.bool_]) -> Floats:
    """Difference of the class means over the pooled standard deviation, of each column.

    Parameters
    ----------
    values : float array, shape (n, columns)
    truth : bool array, shape (n,)
        Both classes.

    Returns
    -------
    float array, shape (columns,)
        0 for a column that is constant in both classes.
    """
    positive, negative = values[truth], values[~truth]
    squares = len(positive) * positive.var(axis=0) + len(negative) * negative.var(axis=0)
    pooled = np.sqrt(squares / max(len(values) - 2, 1))
    difference = positive.mean(axis=0) - negative.mean(axis=0)
    varies = pooled > 1e-12 * np.maximum(np.abs(values).max(axis=0), 1)
    return np.asarray(np.where(varies, difference / np.where(varies, pooled, 1), 0.0))


class KeepLargestEffects(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Keep the columns with the largest absolute Cohen's d; of equal ones the first.

    Parameters
    ----------
    kept : int or float, default 20
        Columns, or a share of them below 1; at least one, at most all.

    Attributes
    ----------
    kept_ : int array
        Numbers of the columns that stay, the largest effect first.
    """

    def __init__(self, *, kept: float = 20) -> None:
        self.kept = kept

    def fit(self, X: Floats, y: npt.ArrayLike) -> Self:
        """Decide on the rows of X, shape (n, columns); y is bool, shape (n,).

        Raises
        ------
        EstimatorError
            If only one class is there.
        """
        truth = both_classes(y)
        values = np.asarray(X, dtype=np.float64)
        wanted = self.kept if self.kept >= 1 else round(self.kept * values.shape[1])
        effects = np.abs(cohen_d(values, truth))
        self.kept_ = np.argsort(-effects, kind="stable")[: max(int(wanted), 1)]
        return self

    def transform(self, X: Floats) -> Floats:
        """The columns that stay, shape (n, len(kept_))."""
        check_is_fitted(self)
        return np.asarray(np.asarray(X, dtype=np.float64)[:, self.kept_])
