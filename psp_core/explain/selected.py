"""The first M variables by importance: ranked and counted inside the training fold, or not.

The paper ranks the variables by Shapley values on its validation folds and takes the M that gives
these folds the highest AUC. `SelectedFeatures` does the same on folds inside the rows of `fit`,
so that nobody who is scored later decides. With `watch` it does what the paper does.
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.validation import check_is_fitted

from psp_core.classifiers.feature_sets import FeatureSet, feature_set_of
from psp_core.classifiers.image_input import TokensUsed
from psp_core.classifiers.network import NetworkClassifier
from psp_core.classifiers.snapshots import Watch
from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError
from psp_core.evaluation.metrics import auc
from psp_core.explain.importance import long_table, ranking
from psp_core.explain.players import play, players_of

UNKNOWN = "unknown"
Bools = npt.NDArray[np.bool_]
Split = tuple[pd.DataFrame, Bools, pd.DataFrame, Bools]  # fitted, their truth; judged, theirs


class SelectedFeatures(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A network on the M most important variables, and on the image.

    Parameters
    ----------
    tokens, architecture, feature_set, tokens_used, steps, batch_size, learning_rate, weight_decay
        See `NetworkClassifier`.
    dropout, width, clinical_tokens, heads
        See `NetworkClassifier`.
    n_features : int or "nested", default "nested"
        M; ``nested``: the one with the highest mean AUC over the judging folds.
    selection_folds : int, default 2
        Folds inside the training rows that rank and judge. Ours; few, for every M is fitted on
        each of them.
    background : int, default 4
        Patients who stand in for absent values in the ranking, see `players.play`.
    explained : int, default 20
        Judged patients of each fold, at most, whose predictions rank the variables.
    most_features : int, default 9
        Largest M that is tried, beside all variables.
    random_state : int, default 0
        Decides folds, background, and what `NetworkClassifier` draws.

    Attributes
    ----------
    ranking_ : tuple of str
        Variables, the most important first.
    kept_ : tuple of str
        The first M.
    curve_ : dict of int to float
        Mean AUC on the judging folds by M; empty where M is given.
    """

    def __init__(
        self,
        *,
        tokens: Tokens | None = None,
        architecture: str = "proposed",
        feature_set: str = "full",
        tokens_used: TokensUsed = "all",
        steps: int = 100,
        batch_size: int = 32,
        learning_rate: float = 3e-3,
        weight_decay: float = 0.1,
        dropout: float = 0.2,
        width: int = 64,
        clinical_tokens: int = 4,
        heads: int = 1,
        n_features: int | Literal["nested"] = "nested",
        selection_folds: int = 2,
        background: int = 4,
        explained: int = 20,
        most_features: int = 9,
        random_state: int = 0,
    ) -> None:
        self.tokens = tokens
        self.architecture = architecture
        self.feature_set = feature_set
        self.tokens_used = tokens_used
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.width = width
        self.clinical_tokens = clinical_tokens
        self.heads = heads
        self.n_features = n_features
        self.selection_folds = selection_folds
        self.background = background
        self.explained = explained
        self.most_features = most_features
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: npt.ArrayLike, watch: Watch | None = None) -> Self:
        """Rank, choose M, and fit on all rows.

        Parameters
        ----------
        X : DataFrame, n rows
            Of the patients table.
        y : bool array, shape (n,)
            True for true progression.
        watch : tuple of DataFrame and bool array, optional
            Patients who rank, judge and stop in place of folds of `X`, as in the paper; their
            scores are optimistic then.

        Raises
        ------
        EstimatorError
            If there is no such number of variables, a class is too small for the folds, or see
            `NetworkClassifier.fit`.
        """
        truth, sees = np.asarray(y, dtype=bool), feature_set_of(self.feature_set)
        if self.n_features not in ("nested", *range(1, len(sees.columns) + 1)):
            raise EstimatorError(
                f"n_features is {self.n_features!r}; expected 'nested' or 1 to "
                f"{len(sees.columns)}, the variables of {self.feature_set!r}"
            )
        columns = varying(X, sees)
        splits = self._splits(X, truth) if watch is None else [(X, truth, *watch)]
        whole = [self._network(one[0], one[1], columns, watch) for one in splits]
        parts = [
            self._importance(fold, model, one[0], one[2])
            for fold, (model, one) in enumerate(zip(whole, splits, strict=True))
        ]
        self.ranking_ = ranking(pd.concat(parts), columns)
        self.curve_: dict[int, float] = {}
        if self.n_features == "nested":
            for size in sizes_to_try(len(columns), self.most_features):
                kept = self.ranking_[:size]
                areas = []
                for model, (rows, y_rows, judged, y_judged) in zip(whole, splits, strict=True):
                    fitted = model
                    if size < len(columns):
                        fitted = self._network(rows, y_rows, kept, watch)
                    scores = fitted.predict_proba(hide(judged, sees, kept))[:, 1]
                    areas.append(auc(y_judged, scores))
                self.curve_[size] = float(np.mean(areas))
            chosen = max(self.curve_, key=lambda size: (self.curve_[size], -size))
        else:
            chosen = self.n_features
        self.kept_ = self.ranking_[:chosen]
        self.model_ = self._network(X, truth, self.kept_, watch)
        self.classes_ = np.array([False, True])
        return self

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probability of both classes, shape (n, 2); column 1 is true progression."""
        check_is_fitted(self)
        rows = hide(X, feature_set_of(self.feature_set), self.kept_)
        return self.model_.predict_proba(rows)

    def _splits(self, X: pd.DataFrame, truth: Bools) -> list[Split]:
        smaller = int(min(truth.sum(), (~truth).sum()))
        if smaller < self.selection_folds:
            raise EstimatorError(
                f"{smaller} training patients of one class for {self.selection_folds} folds that "
                "select variables; expected one for each fold: use fewer selection_folds"
            )
        folds = StratifiedKFold(self.selection_folds, shuffle=True, random_state=self.random_state)
        return [
            (X.iloc[taught], truth[taught], X.iloc[out], truth[out])
            for taught, out in folds.split(np.zeros(len(X)), truth)
        ]

    def _network(
        self, rows: pd.DataFrame, truth: Bools, kept: Sequence[str], watch: Watch | None
    ) -> NetworkClassifier:
        sees = feature_set_of(self.feature_set)
        arguments = {name: getattr(self, name) for name in signature(NetworkClassifier).parameters}
        watched = None if watch is None else (hide(watch[0], sees, kept), watch[1])
        return NetworkClassifier(**arguments).fit(hide(rows, sees, kept), truth, watched)

    def _importance(
        self, fold: int, model: NetworkClassifier, taught: pd.DataFrame, judged: pd.DataFrame
    ) -> pd.DataFrame:
        rng = np.random.default_rng([self.random_state, fold])
        others = sample(taught, self.background, rng)
        rows = sample(judged, self.explained, rng)
        players = players_of(feature_set_of(self.feature_set))
        return long_table(play(model, rows, others, players), rows, fold=fold)


def hide(rows: pd.DataFrame, features: FeatureSet, kept: Sequence[str]) -> pd.DataFrame:
    """The rows without the variables that are not kept.

    They become unknown for everyone, and the structured encoder drops what is constant in the
    rows it is fitted on: to an estimator that uses it they are not there.
    """
    gone: dict[str, object] = {name: np.nan for name in features.continuous if name not in kept}
    gone |= {name: UNKNOWN for name in features.categorical if name not in kept}
    return rows.assign(**gone)  # type: ignore[arg-type]


def sizes_to_try(n: int, most: int) -> tuple[int, ...]:
    """Numbers of variables to try of n: 1 to `most`, and all."""
    return (*range(1, min(most, n - 1) + 1), n)


def varying(rows: pd.DataFrame, features: FeatureSet) -> tuple[str, ...]:
    """The variables that differ between the rows; all, where none does."""
    found = [name for name in features.columns if len(rows[name].unique()) > 1]
    return tuple(found) or features.columns


def sample(rows: pd.DataFrame, most: int, rng: np.random.Generator) -> pd.DataFrame:
    """At most so many of the rows, in their own order."""
    if len(rows) <= most:
        return rows
    return rows.iloc[np.sort(rng.choice(len(rows), most, replace=False))]
