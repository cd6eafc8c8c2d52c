"""The clinical model with and without time, cross-validated, with intervals over patients.

Two intervals stand side by side. One is that of the house for a cross-validated AUC
(`evaluation.internal.VALID`). The other resamples the patients and repeats everything on each
resample: folds, imputation, scaling, encoding and regression, the copies of a patient all in one
fold, so that nobody is scored by a model that saw a copy.

One split of the patients into folds is a draw: every figure is the mean over some splits. So
are the bounds of the first interval, which errs to the wide side, for a mean over splits varies
no more than one split. Least and greatest over splits say how much the draw does; that is no
interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from psp_core.classifiers.clinical import ClinicalLogistic
from psp_core.classifiers.controls import DaysOnly
from psp_core.errors import PSPError, UndefinedMetricError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.internal import fold_wins, internal_auc, internal_difference
from psp_core.study.folds import fold_numbers

Floats = npt.NDArray[np.float64]
WITH_TIME, WITHOUT_TIME, DAYS_ALONE = "with time", "without time", "days alone"
MODELS: Mapping[str, Any] = {
    WITH_TIME: ClinicalLogistic(feature_set="no_dose"),
    WITHOUT_TIME: ClinicalLogistic(feature_set="clinical_no_dose_no_time"),
    DAYS_ALONE: DaysOnly(),
}
"""The study's own logistic regression; the clinical table holds no dose to the lesion."""
DIFFERENCES = {
    "with minus without time": (WITH_TIME, WITHOUT_TIME),
    "with time minus days alone": (WITH_TIME, DAYS_ALONE),
}
BOUNDS = ("auc", "lower", "upper", "bootstrap_lower", "bootstrap_upper")
SPLITS = ("least", "greatest")
COUNTS = ("n_true_progression", "n_pseudoprogression")
COLUMNS = ("model", *COUNTS, *BOUNDS, "resamples", *SPLITS, "splits", "note")


def fit_timing(
    patients: pd.DataFrame,
    *,
    n_folds: int,
    bootstrap_samples: int,
    splits: int,
    minimum_per_class: int,
    seed: int,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Cross-validate `MODELS` on the same folds, and tell their AUCs and `DIFFERENCES`.

    Parameters
    ----------
    patients : DataFrame
        One row per patient: ``label`` (one of both classes), ``days_since_rt`` and the other
        columns of the models.
    n_folds : int
        Stratified by class; drawn anew on every resample.
    bootstrap_samples : int
        Resamples of the patients, stratified by class; 0: none.
    splits : int
        Splits of the patients into folds, at least 1, over which AUC and interval are averaged.
    minimum_per_class : int
        With fewer patients of a class nothing is fitted.
    seed : int
        Of folds and resamples; all models share both.
    confidence_level : float, default 0.95

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per model and difference. ``auc`` is the mean of within-fold AUCs
        (or the difference of two), ``lower`` and ``upper`` its widened DeLong interval, all
        three averaged over ``splits``, of which ``least`` and ``greatest`` are. The two bounds
        of the bootstrap are percentiles over ``resamples``, those of all that could be fitted,
        each with one split; NaN where they are fewer than `least_resamples`. A NaN has its
        reason in ``note``.
    """
    truth = is_true_progression(patients["label"])
    counts = dict(zip(COUNTS, (int(truth.sum()), int((~truth).sum())), strict=True))
    nothing = dict.fromkeys((*BOUNDS, *SPLITS), math.nan)
    empty = {**counts, **nothing, "resamples": 0, "splits": 0}
    names = (*MODELS, *DIFFERENCES)
    least = max(minimum_per_class, n_folds)
    if min(counts.values()) < least:
        note = f"not fitted: fewer than {least} of a class"
        return _table([{"model": name, **empty, "note": note} for name in names])
    by_split: dict[str, list[tuple[float, float, float]]] = {name: [] for name in names}
    for number in range(splits):
        fold = fold_numbers(truth, n_folds=n_folds, seed=seed + number)
        scores = held_out_scores(patients, truth, fold)
        for name in names:
            by_split[name].append(_interval(name, truth, scores, fold, confidence_level))
    drawn = _with_differences(_bootstrap(patients, truth, n_folds, bootstrap_samples, seed))
    rows = []
    for name in names:
        found = np.array(by_split[name])
        told = found.mean(axis=0)
        bounds = (*told.tolist(), *_percentiles(drawn[name], confidence_level))
        rows.append(
            {
                "model": name,
                **empty,
                **dict(zip(BOUNDS, bounds, strict=True)),
                "resamples": int(np.isfinite(drawn[name]).sum()),
                "least": float(found[:, 0].min()),
                "greatest": float(found[:, 0].max()),
                "splits": splits,
                "note": "; ".join(_missing(told, drawn[name], confidence_level)),
            }
        )
    return _table(rows)


def least_resamples(confidence_level: float) -> int:
    """Fewest resamples that percentile bounds are taken from: 40 at a level of 0.95.

    With fewer not even one resample would lie beyond each bound.

    Raises
    ------
    UndefinedMetricError
        If the level is not in (0, 1).
    """
    if not 0 < confidence_level < 1:
        raise UndefinedMetricError(
            f"confidence_level is {confidence_level}; expected a number between 0 and 1, like 0.95"
        )
    return math.ceil(round(2 / (1 - confidence_level), 9))


def held_out_scores(
    patients: pd.DataFrame, truth: npt.NDArray[np.bool_], fold: npt.NDArray[np.int64]
) -> dict[str, Floats]:
    """Score of each patient by each model, fitted on the other folds alone; shape (n,) each.

    The study calibrates scores in inner folds besides; that is an increasing map of all scores
    of a fold, and changes no AUC within it.
    """
    scores = {name: np.empty(len(patients)) for name in MODELS}
    for number in np.unique(fold):
        out = fold == number
        for name, model in MODELS.items():
            fitted = clone(model).fit(patients[~out], truth[~out])
            scores[name][out] = fitted.predict_proba(patients[out])[:, 1]
    return scores


def resample(
    truth: npt.NDArray[np.bool_], *, n_folds: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Patients drawn with replacement within their class, and folds that part no copies.

    Returns
    -------
    rows : int array, shape (n,)
        Places of the drawn patients.
    fold : int array, shape (n,)
        The fold of each; all copies of a patient share one.

    Raises
    ------
    UndefinedMetricError
        If fewer distinct patients of a class were drawn than there are folds.
    """
    parts = [np.flatnonzero(truth == one) for one in (True, False)]
    rows = np.concatenate([rng.choice(part, len(part)) for part in parts])
    distinct, place = np.unique(rows, return_inverse=True)
    state = int(rng.integers(2**31))
    return rows, fold_numbers(truth[distinct], n_folds=n_folds, seed=state)[place]


def _bootstrap(
    patients: pd.DataFrame, truth: npt.NDArray[np.bool_], n_folds: int, samples: int, seed: int
) -> dict[str, Floats]:
    """Mean within-fold AUC of each model on each resample; NaN where it could not be fitted."""
    drawn = {name: np.full(samples, math.nan) for name in MODELS}
    for number in range(samples):
        rng = np.random.default_rng([seed, number])
        try:
            rows, fold = resample(truth, n_folds=n_folds, rng=rng)
            scores = held_out_scores(patients.iloc[rows], truth[rows], fold)
        except PSPError:
            continue
        for name, area in _mean_aucs(truth[rows], scores, fold).items():
            drawn[name][number] = area
    return drawn


def _interval(
    name: str,
    truth: npt.NDArray[np.bool_],
    scores: Mapping[str, Floats],
    fold: npt.NDArray[np.int64],
    confidence_level: float,
) -> tuple[float, float, float]:
    """AUC of a model, or a difference of two, with the house's interval over patients."""
    if name in MODELS:
        one = internal_auc(truth, scores[name], fold, confidence_level=confidence_level)
        return one.auc, *one.valid_interval
    first, second = (scores[model] for model in DIFFERENCES[name])
    apart = internal_difference(truth, first, second, fold, confidence_level=confidence_level)
    return apart.difference, apart.lower, apart.upper


def _mean_aucs(
    truth: npt.NDArray[np.bool_], scores: Mapping[str, Floats], fold: npt.NDArray[np.int64]
) -> dict[str, float]:
    """Mean within-fold AUC of each model."""
    return {
        name: float(np.mean([wins.mean() for wins in fold_wins(truth, score, fold)[0].values()]))
        for name, score in scores.items()
    }


def _with_differences(areas: Mapping[str, Floats]) -> dict[str, Floats]:
    apart = {name: areas[first] - areas[second] for name, (first, second) in DIFFERENCES.items()}
    return {**areas, **apart}


def _missing(told: Floats, drawn: Floats, confidence_level: float) -> list[str]:
    """Why a row has no interval, or no percentiles of resamples that were asked for."""
    notes = ["no interval: the variance is 0"] if np.isnan(told).any() else []
    known, least = int(np.isfinite(drawn).sum()), least_resamples(confidence_level)
    if len(drawn) and known < least:
        notes.append(f"no percentiles: {known} resamples, at least {least} are needed")
    return notes


def _percentiles(drawn: Floats, confidence_level: float) -> tuple[float, float]:
    known = drawn[np.isfinite(drawn)]
    if len(known) < least_resamples(confidence_level):
        return math.nan, math.nan
    outside = (1 - confidence_level) / 2
    lower, upper = np.quantile(known, [outside, 1 - outside])
    return float(lower), float(upper)


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))
