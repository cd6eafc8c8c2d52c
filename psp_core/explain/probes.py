"""Linear probes: how much of a figure, or of the label, a fixed representation tells.

A ridge regression is fitted on part of the patients and scored on the others, in repeated
folds. Its strength is chosen inside the training part by generalised leave-one-out. For a
label the same ridge is fitted to -1 and +1: the direction of a regularised discriminant, in a
hundredth of the time that a nested logistic regression takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold, StratifiedKFold

from psp_core.errors import UndefinedMetricError

Floats = npt.NDArray[np.float64]
Metric = Literal["r2", "auc"]

STRENGTHS = np.logspace(-1, 5, 13)  # of the ridge on standardised columns; ours
BOOTSTRAP_SAMPLES = 1000
SMALLEST = 1e-9  # share of the variance that is only rounding


@dataclass(frozen=True)
class ProbeScore:
    """How well a probe does on patients it has not seen.

    Attributes
    ----------
    metric : {"r2", "auc"}
        Explained share of the variance, or the AUC of pairs within a fold.
    value, lower, upper : float
        With the bounds of a bootstrap of patients, given the fitted probes.
    n : int
        Patients with a target.
    """

    metric: Metric
    value: float
    lower: float
    upper: float
    n: int


def probe(
    features: npt.NDArray[np.floating],
    target: npt.ArrayLike,
    *,
    metric: Metric,
    seed: int,
    folds: int = 5,
    repeats: int = 3,
    confidence_level: float = 0.95,
) -> ProbeScore:
    """Score what a linear map of `features` tells of `target`.

    Parameters
    ----------
    features : float array, shape (n, d)
        One row per patient; finite.
    target : array-like, shape (n,)
        Float, NaN where not known (``r2``), or bool (``auc``).
    metric : {"r2", "auc"}
        With ``auc`` the folds are stratified and scores of different folds are never ranked
        together.
    seed : int
        Of the folds and the bootstrap.
    folds, repeats : int
        Of the cross-validation.
    confidence_level : float, default 0.95

    Returns
    -------
    ProbeScore

    Raises
    ------
    UndefinedMetricError
        If fewer than two patients per fold (of each class, for a label) have a target, or all
        have the same.

    Notes
    -----
    R² can be negative: the probe then does worse than the mean of the patients.
    """
    wanted = np.asarray(target, dtype=np.float64)
    known = np.isfinite(wanted)
    rows, wanted = np.asarray(features, dtype=np.float64)[known], wanted[known]
    _check_counts(wanted, metric, folds)
    fold, predicted = _out_of_fold(rows, wanted, metric, seed, folds, repeats)
    rng = np.random.default_rng([seed, 1])
    n = len(wanted)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=BOOTSTRAP_SAMPLES).astype(np.float64)
    weights = np.vstack([np.ones(n), counts])  # first row: the patients as they are
    score = _r2 if metric == "r2" else _auc
    values = score(wanted, predicted, fold, weights)
    tail = (1 - confidence_level) / 2
    lower, upper = np.nanquantile(values[1:], [tail, 1 - tail])
    return ProbeScore(metric, float(values[0]), float(lower), float(upper), n)


def _check_counts(wanted: Floats, metric: Metric, folds: int) -> None:
    smallest = len(wanted) if metric == "r2" else min(int((wanted == k).sum()) for k in (0, 1))
    if smallest < 2 * folds:
        what = "patients with a target" if metric == "r2" else "patients of the smaller class"
        raise UndefinedMetricError(
            f"{smallest} {what}; a probe in {folds} folds needs {2 * folds}: take fewer folds or "
            "more scans"
        )
    if metric == "r2" and np.ptp(wanted) == 0:
        raise UndefinedMetricError(
            f"all {len(wanted)} patients have the same target, so there is no variance to explain; "
            "take scans that differ in it"
        )


def _out_of_fold(
    rows: Floats, wanted: Floats, metric: Metric, seed: int, folds: int, repeats: int
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Fold of each patient and prediction for it, both (repeats, n)."""
    fold = np.empty((repeats, len(rows)), dtype=np.int64)
    predicted = np.empty((repeats, len(rows)))
    aim = wanted if metric == "r2" else 2 * wanted - 1
    splitter = KFold if metric == "r2" else StratifiedKFold
    for repeat in range(repeats):
        split = splitter(folds, shuffle=True, random_state=seed + repeat)
        for number, (train, test) in enumerate(split.split(rows, wanted)):
            predicted[repeat, test] = ridge_predictions(rows[train], aim[train], rows[test])
            fold[repeat, test] = number
    return fold, predicted


def ridge_predictions(rows: Floats, aim: Floats, new_rows: Floats) -> Floats:
    """Predictions for new rows by a ridge whose strength and scale are those of `rows`.

    Parameters
    ----------
    rows : float array, shape (n, d)
    aim : float array, shape (n,)
    new_rows : float array, shape (m, d)

    Returns
    -------
    float array, shape (m,)
    """
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread == 0] = 1.0  # a column that says nothing stays one
    ridge = RidgeCV(STRENGTHS).fit((rows - centre) / spread, aim)
    return np.asarray(ridge.predict((new_rows - centre) / spread))


def _r2(wanted: Floats, predicted: Floats, fold: npt.NDArray[np.int64], weights: Floats) -> Floats:
    """R² under each row of weights, mean over repeats; `fold` plays no part."""
    del fold
    total = weights.sum(axis=1)
    error = weights @ ((predicted - wanted) ** 2).mean(axis=0)
    centred = wanted - wanted.mean()
    variance = weights @ centred**2 - (weights @ centred) ** 2 / total
    variance[variance < SMALLEST * total * wanted.var()] = np.nan  # all drawn are the same
    return np.asarray(1 - error / variance)


def _auc(wanted: Floats, predicted: Floats, fold: npt.NDArray[np.int64], weights: Floats) -> Floats:
    """AUC of pairs within a fold under each row of weights, all repeats together."""
    positive, negative = np.flatnonzero(wanted == 1), np.flatnonzero(wanted == 0)
    wins = np.zeros((len(positive), len(negative)))
    pairs = np.zeros_like(wins)
    for one_fold, scores in zip(fold, predicted, strict=True):
        together = one_fold[positive][:, None] == one_fold[negative]
        apart = np.sign(scores[positive][:, None] - scores[negative])
        wins += together * (apart + 1) / 2
        pairs += together
    of_positive, of_negative = weights[:, positive], weights[:, negative]
    won = ((of_positive @ wins) * of_negative).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(won / ((of_positive @ pairs) * of_negative).sum(axis=1))
