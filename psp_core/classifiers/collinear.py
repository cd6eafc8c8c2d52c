"""Columns that repeat another one are dropped, as the paper does."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

Floats = npt.NDArray[np.float64]
LARGEST_CORRELATION = 0.95  # DESIGN.md 7; the paper drops collinear features and gives no limit


class DropCollinear(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Keep the first of every group of columns that go together.

    Columns that are constant in the rows of `fit` go too: they have no correlation, and say
    nothing there. If all are constant, the first stays.

    Parameters
    ----------
    largest : float, default 0.95
        Absolute Pearson correlation up to which two columns are both kept.

    Attributes
    ----------
    kept_ : int array
        Numbers of the columns that stay, rising.
    """

    def __init__(self, *, largest: float = LARGEST_CORRELATION) -> None:
        self.largest = largest

    def fit(self, X: Floats, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Decide on the rows of X, shape (n, columns)."""
        values = np.asarray(X, dtype=np.float64)
        centred = values - values.mean(axis=0)
        norms = np.linalg.norm(centred, axis=0)
        varies = norms > 1e-9 * np.maximum(np.linalg.norm(values, axis=0), 1e-300)
        directions = centred / np.where(varies, norms, 1.0)
        kept: list[int] = []
        for column in np.flatnonzero(varies):
            correlations = directions[:, kept].T @ directions[:, column]
            if not (np.abs(correlations) > self.largest).any():
                kept.append(int(column))
        self.kept_ = np.array(kept or [0], dtype=np.intp)  # no column at all fits no model
        return self

    def transform(self, X: Floats) -> Floats:
        """The columns that stay, shape (n, len(kept_))."""
        check_is_fitted(self)
        return np.asarray(np.asarray(X, dtype=np.float64)[:, self.kept_])
