"""Predictions to results: one row per arm and set of patients, and the rates with their counts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.bootstrap import bootstrap_interval, win_matrix
from psp_core.evaluation.composites import COMPOSITES, composites_at
from psp_core.evaluation.held_out_thresholds import NO_THRESHOLD, held_out_thresholds
from psp_core.evaluation.internal import internal_auc
from psp_core.evaluation.intervals import delong_interval, logit_delong_interval
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.predictions import (
    SET,
    SOFT_VOTE,
    VALIDATION,
    check_predictions,
    first_repetition,
    judged,
)
from psp_core.evaluation.rates import RATES, Rate, rates_at
from psp_core.evaluation.thresholds import HALF

FROZEN, AT_HALF = "frozen", "0.5"
INTERVALS = ("", "delong_", "logit_", "bootstrap_")
ESTIMATES = ("auc", *(f"{name}{end}" for name in INTERVALS for end in ("lower", "upper")))
OVER_FOLDS = ("fold_auc_mean", "fold_auc_sd", "fold_auc_n", "n_folds")
SUMMARY = (
    *(*SET, "n", "n_true_progression"),
    *(*OVER_FOLDS, *ESTIMATES, "n_seeds", "auc_sd_over_seeds", "note"),
)
RATES_SUMMARY = (
    *(*SET, "at", "rate", *(field.name for field in fields(Rate))),
    *("bootstrap_lower", "bootstrap_upper", "fold_mean", "fold_sd", "fold_n", "n_folds"),
)
COUNTED = tuple(field.name for field in fields(Rate) if field.name not in {"k", "n", "note"})


def results_summary(
    predictions: pd.DataFrame, *, bootstrap_samples: int, seed: int, confidence_level: float = 0.95
) -> pd.DataFrame:
    """AUC of every arm on every set of patients, with intervals.

    Intervals are over patients, given the fitted models of the first repetition; the spread
    over repetitions (`seed` of the table) stands in a column of its own.

    Parameters
    ----------
    predictions : DataFrame
        See `predictions.check_predictions`; only `permutation` 0 counts.
    bootstrap_samples : int
        Resamples of the patients.
    seed : int
        Of the resampling; every arm and set of patients starts from it.
    confidence_level : float, default 0.95

    Returns
    -------
    DataFrame
        The columns of `SUMMARY`. For the training cohort ``auc`` is the mean of within-fold
        AUCs with its valid interval (`internal.VALID`) alone; for other sets that of the soft
        vote with logit-DeLong's, DeLong's and the bootstrap's. NaN where there is none, and
        ``note`` says why. ``fold_auc_n`` of ``n_folds`` folds have an AUC.

    Raises
    ------
    TableError
        If the predictions have faults.
    """
    rows = []
    for key, part, first in sets_of(predictions):
        is_validation = key["split"] == VALIDATION
        members = first[first["member"] != SOFT_VOTE]
        speaking = judged(first)
        patients = speaking.drop_duplicates("subject_id")
        row = {
            **key,
            "n": len(patients),
            "n_true_progression": int(patients["y_true"].sum()),
            **_spread_over_folds(members),
            **dict.fromkeys(ESTIMATES, math.nan),
            "note": "",
        }
        rng = np.random.default_rng(seed)
        try:
            row |= (
                _internal(speaking, confidence_level)
                if is_validation
                else _soft_vote(speaking, bootstrap_samples, rng, confidence_level)
            )
        except UndefinedMetricError as error:
            row["note"] = str(error)
        rows.append(row | _spread_over_seeds(part, is_validation=is_validation))
    return pd.DataFrame(rows, columns=list(SUMMARY))


def rates_summary(
    predictions: pd.DataFrame,
    *,
    confidence_level: float = 0.95,
    sensitivity_target: float | None = None,
) -> pd.DataFrame:
    """Rates of every arm on every set of patients, at the frozen threshold and at 0.5.

    Counts are of the soft vote; in the training cohort of each patient's held-out fold, at
    that fold's own threshold. ``fold_mean`` and ``fold_sd`` are over the ``fold_n`` of
    ``n_folds`` fold models that have the rate: nobody above a threshold, no predictive value.

    Parameters
    ----------
    predictions : DataFrame
        See `predictions.check_predictions`.
    confidence_level : float, default 0.95
    sensitivity_target : float, optional
        Rates at the threshold that reaches it on held-out scores, too; see
        `held_out_thresholds.held_out_thresholds`.

    Returns
    -------
    DataFrame
        The columns of `RATES_SUMMARY`; ``at`` is ``frozen``, ``0.5`` or, as `at_sensitivity`
        writes it, ``sensitivity 0.90``. Balanced accuracy and F1 (`composites.Composite`) have
        the bootstrap's interval and no other, the rates of `rates.RATES` all but that.

    Raises
    ------
    TableError
        If the predictions have faults.
    UndefinedMetricError
        If the target is not above 0 and at most 1.
    """
    checked = check_predictions(predictions).reset_index(drop=True)
    thresholds = {FROZEN: checked["threshold"], AT_HALF: pd.Series(HALF, index=checked.index)}
    if sensitivity_target is not None:
        thresholds[at_sensitivity(sensitivity_target)] = held_out_thresholds(
            checked, target=sensitivity_target
        )
    rows = []
    for key, _, first in sets_of(checked):
        members = first[first["member"] != SOFT_VOTE]
        for at, cuts in thresholds.items():
            by_fold = [_rates(part, cuts, confidence_level) for _, part in members.groupby("fold")]
            for name, rate in _rates(judged(first), cuts, confidence_level).items():
                over_folds = _mean_sd("fold", [one[name]["value"] for one in by_fold])
                over_folds["n_folds"] = len(by_fold)
                rows.append({**key, "at": at, "rate": name, **rate, **over_folds})
    return pd.DataFrame(rows, columns=list(RATES_SUMMARY))


def at_sensitivity(target: float) -> str:
    """What `rates_summary` calls the threshold of a sensitivity."""
    return f"sensitivity {target:.2f}"


def sets_of(
    predictions: pd.DataFrame,
) -> Iterator[tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]]:
    """Each arm on each set of patients: its names, all its rows, those of its first repetition."""
    checked = check_predictions(predictions).reset_index(drop=True)
    first_rows = first_repetition(checked).index
    for values, part in checked[checked["permutation"] == 0].groupby(list(SET), sort=False):
        first = part[part.index.isin(first_rows)]
        yield dict(zip(SET, values, strict=True)), part, first


def _internal(rows: pd.DataFrame, level: float) -> dict[str, Any]:
    found = internal_auc(rows["y_true"], rows["y_score"], rows["fold"], confidence_level=level)
    lower, upper = found.valid_interval
    skipped = ", ".join(map(str, found.skipped))
    note = f"folds left out, of one class only: {skipped}" if skipped else ""
    return {"auc": found.auc, "lower": lower, "upper": upper, "note": note}


def _soft_vote(
    rows: pd.DataFrame, samples: int, rng: np.random.Generator, level: float
) -> dict[str, Any]:
    scores = (rows["y_true"], rows["y_score"])
    wald = delong_interval(*scores, confidence_level=level)
    logit = logit_delong_interval(*scores, confidence_level=level)
    drawn = bootstrap_interval(
        win_matrix(*scores), samples=samples, rng=rng, confidence_level=level
    )
    return {
        "auc": wald.auc,
        "lower": logit.lower,
        "upper": logit.upper,
        "delong_lower": wald.lower,
        "delong_upper": wald.upper,
        "logit_lower": logit.lower,
        "logit_upper": logit.upper,
        "bootstrap_lower": drawn[0],
        "bootstrap_upper": drawn[1],
    }


def _spread_over_folds(members: pd.DataFrame) -> dict[str, float]:
    areas = [_auc_or_nan(part) for _, part in members.groupby("fold")]
    return {**_mean_sd("fold_auc", areas), "n_folds": len(areas)}


def _spread_over_seeds(part: pd.DataFrame, *, is_validation: bool) -> dict[str, float]:
    """Standard deviation over the repetitions of what ``auc`` is for the first of them."""
    areas = []
    for _, one in part.groupby("seed"):
        members = one[one["member"] != SOFT_VOTE]
        if is_validation:
            areas.append(_spread_over_folds(members)["fold_auc_mean"])
        else:
            areas.append(_auc_or_nan(one[one["member"] == SOFT_VOTE]))
    spread = _mean_sd("auc", areas)["auc_sd"]
    return {"n_seeds": len(areas), "auc_sd_over_seeds": spread}


def _auc_or_nan(rows: pd.DataFrame) -> float:
    return auc(rows["y_true"], rows["y_score"]) if rows["y_true"].nunique() == 2 else math.nan


def _rates(rows: pd.DataFrame, cuts: pd.Series, level: float) -> dict[str, dict[str, Any]]:
    """Rates and composites by name, with every column that any of them has."""
    blank = dict.fromkeys((*COUNTED, "bootstrap_lower", "bootstrap_upper"), math.nan)
    threshold = cuts.loc[rows.index]
    if threshold.isna().any():
        nothing = {**blank, "k": 0, "n": 0, "note": NO_THRESHOLD}
        return dict.fromkeys((*RATES, *COMPOSITES), nothing)
    called = (rows["y_true"], rows["y_score"], threshold)
    found = {
        name: {**blank, **vars(rate)}
        for name, rate in rates_at(*called, confidence_level=level).items()
    }
    for name, one in composites_at(*called, confidence_level=level).items():
        bounds = {"bootstrap_lower": one.lower, "bootstrap_upper": one.upper}
        told = {"k": one.k, "n": one.n, "value": one.value, "note": one.note}
        found[name] = {**blank, **told, **bounds}
    return found


def _mean_sd(name: str, values: list[float]) -> dict[str, float]:
    """Mean and SD of the values that exist, and how many they are."""
    known = np.array([value for value in values if not math.isnan(value)])
    return {
        f"{name}_mean": float(known.mean()) if known.size else math.nan,
        f"{name}_sd": float(known.std(ddof=1)) if known.size > 1 else math.nan,
        f"{name}_n": known.size,
    }
