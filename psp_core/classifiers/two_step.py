"""Two steps that choose a few figures: what differs between the classes, what a forest uses.

Sun 2021 (BMC Med Imaging 21:17) says "two-step feature selection" and no more: both steps are an
assumption.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.stats import mannwhitneyu, rankdata
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.validation import check_is_fitted

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


class TwoStepSelection(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Mann-Whitney and rank correlation, then the importance in a forest.

    Step 1 keeps columns with p below `largest_p`, and of a pair whose ranks correlate beyond
    `largest_correlation` the one with the smaller p. If none is below, the `kept` smallest p
    stay. Step 2 keeps the `kept` columns that a forest on those of step 1 finds most important.

    Parameters
    ----------
    largest_p, largest_correlation : float
    kept : int, default 10
    trees : int, default 500
        Of the forest of step 2.
    random_state : int, default 0

    Attributes
    ----------
    p_ : float array, shape (columns,)
        1 where a column is constant.
    is_fallback_ : bool
        True where no column differed.
    kept_ : int array
        Numbers of the columns that stay, the most important first.
    """

    def __init__(
        self,
        *,
        largest_p: float = 0.05,
        largest_correlation: float = 0.9,
        kept: int = 10,
        trees: int = 500,
        random_state: int = 0,
    ) -> None:
        self.largest_p = largest_p
        self.largest_correlation = largest_correlation
        self.kept = kept
        self.trees = trees
        self.random_state = random_state

    def fit(self, X: Floats, y: npt.ArrayLike) -> Self:
        """Decide on the rows of X, shape (n, columns), without NaN; y is bool, shape (n,)."""
        values, truth = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=bool)
        self.p_ = rank_test(values, truth)
        order = np.argsort(self.p_, kind="stable")
        differing = order[self.p_[order] < self.largest_p]
        self.is_fallback_ = len(differing) == 0
        first = unlike(values, differing, self.largest_correlation)
        if self.is_fallback_:
            first = order[: self.kept]
        forest = RandomForestClassifier(
            self.trees, class_weight="balanced", random_state=self.random_state
        ).fit(values[:, first], truth)
        importance = np.argsort(-forest.feature_importances_, kind="stable")
        self.kept_ = first[importance[: self.kept]]
        return self

    def transform(self, X: Floats) -> Floats:
        """The columns that stay, shape (n, len(kept_))."""
        check_is_fitted(self)
        return np.asarray(np.asarray(X, dtype=np.float64)[:, self.kept_])


def rank_test(values: Floats, truth: npt.NDArray[np.bool_]) -> Floats:
    """Two-sided p of Mann-Whitney's test of each column, shape (columns,); 1 if it is constant."""
    p = np.ones(values.shape[1])
    varies = np.ptp(values, axis=0) > 0
    if varies.any():
        inside = values[:, varies]
        found = mannwhitneyu(inside[truth], inside[~truth], axis=0, method="asymptotic").pvalue
        p[varies] = found
    return p


def unlike(values: Floats, order: Places, largest_correlation: float) -> Places:
    """Of columns in an order, those not correlated by rank with an earlier one that stays."""
    ranks = np.apply_along_axis(rankdata, 0, values[:, order]) if len(order) else values[:, order]
    centred = ranks - ranks.mean(axis=0)
    directions = centred / np.linalg.norm(centred, axis=0)
    kept: list[int] = []
    for place in range(len(order)):
        correlations = directions[:, kept].T @ directions[:, place]
        if not (np.abs(correlations) > largest_correlation).any():
            kept.append(place)
    return order[kept]
