"""Tables as a paper would print them, drawn from models whose true AUC is known.

Every arm has one model per fold. Each fold model is judged on its own validation fold, all of them
and their soft vote on one test set. Nothing is fitted: scores are normal in each class.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from psp_core.audit.binormal import separation
from psp_core.audit.power import Simulated, simulated_share
from psp_core.errors import UndefinedMetricError

Floats = npt.NDArray[np.float64]
FIGURES = (
    *("validation_mean", "validation_sd", "test_mean", "test_sd", "vote_auc"),
    *("accuracy", "sensitivity", "specificity"),
)
HALF = 0.5


def draw_tables(
    area: float,
    *,
    arms: int,
    arm_correlation: float,
    fold_correlation: float,
    training: tuple[int, int],
    test: tuple[int, int],
    folds: int,
    repetitions: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw the figures of several arms that are equally good.

    Parameters
    ----------
    area : float
        True AUC of every fold model, between 0 and 1.
    arms : int
        Models that a table compares.
    arm_correlation : float
        Of the scores of two arms for a patient, within the class.
    fold_correlation : float
        Of the scores of two fold models of an arm, at least `arm_correlation`, at most 1.
    training, test : (int, int)
        Patients with true progression and with pseudoprogression.
    folds : int
        Validation folds, stratified; at most the smaller training class.
    repetitions : int
        Tables.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row per table and arm: ``table, arm`` and `FIGURES`. Mean and SD of AUCs are over the
        folds; accuracy, sensitivity and specificity are the vote's at a probability of 0.5,
        which is the mean of the fold models' calibrated probabilities.

    Raises
    ------
    UndefinedMetricError
        If a figure is out of range.
    """
    if not 0 <= arm_correlation <= fold_correlation <= 1:
        raise UndefinedMetricError(
            f"correlations {arm_correlation} of arms and {fold_correlation} of folds; expected 0 "
            "to 1, and folds of an arm at least as like each other as two arms"
        )
    if min(arms, repetitions, *test) < 1 or not 2 <= folds <= min(training):
        raise UndefinedMetricError(
            f"{arms} arms, {repetitions} tables, {test} test patients, {folds} folds of {training} "
            "patients; expected at least one of each, and two or more folds that hold both classes"
        )
    apart = separation(area)
    parts = [
        np.sqrt(share)
        for share in (arm_correlation, fold_correlation - arm_correlation, 1 - fold_correlation)
    ]
    n_test = sum(test)
    scores = parts[0] * rng.standard_normal((repetitions, 1, 1, n_test))
    scores = scores + parts[1] * rng.standard_normal((repetitions, arms, 1, n_test))
    scores = scores + parts[2] * rng.standard_normal((repetitions, arms, folds, n_test))
    scores[..., : test[0]] += apart
    probability = expit(apart * (scores - apart / 2) + logit(training[0] / sum(training)))
    vote = probability.mean(axis=2)
    called = vote >= HALF
    fold_areas = _areas(scores, test[0])
    inside = _validation_areas(apart, arms, arm_correlation, training, folds, repetitions, rng)
    found = {
        "validation_mean": inside.mean(axis=2),
        "validation_sd": inside.std(axis=2, ddof=1),
        "test_mean": fold_areas.mean(axis=2),
        "test_sd": fold_areas.std(axis=2, ddof=1),
        "vote_auc": _areas(vote, test[0]),
        "sensitivity": called[..., : test[0]].mean(axis=2),
        "specificity": 1 - called[..., test[0] :].mean(axis=2),
    }
    right = found["sensitivity"] * test[0] + found["specificity"] * test[1]
    found["accuracy"] = right / n_test
    table = {"table": np.repeat(np.arange(repetitions), arms)}
    table["arm"] = np.tile(np.arange(arms), repetitions)
    return pd.DataFrame(table | {name: found[name].ravel() for name in FIGURES})


def true_vote_auc(area: float, *, fold_correlation: float, folds: int) -> float:
    """AUC of the mean score of fold models: averaging takes noise away.

    Raises
    ------
    UndefinedMetricError
        If a figure is out of range.
    """
    if not 0 <= fold_correlation <= 1 or folds < 1:
        raise UndefinedMetricError(
            f"correlation {fold_correlation} of {folds} folds; expected 0 to 1 and at least 1 fold"
        )
    noise = fold_correlation + (1 - fold_correlation) / folds
    cdf = math.erf(separation(area) / math.sqrt(2 * noise) / math.sqrt(2))
    return 0.5 + cdf / 2


def figures_spread(
    tables: pd.DataFrame, levels: Sequence[float] = (0.05, 0.5, 0.95)
) -> pd.DataFrame:
    """Quantiles over the tables of every figure of the first arm, one row per figure."""
    own = tables[tables["arm"] == 0]
    spread = own[list(FIGURES)].quantile(list(levels)).T
    return spread.rename_axis(index="figure", columns=None).reset_index()


def stands_above(tables: pd.DataFrame, margin: float) -> dict[str, Simulated]:
    """How often one of equally good arms is above all others by `margin` in the vote's AUC.

    Returns
    -------
    dict of str to Simulated
        ``named``: the arm that was named beforehand; ``any``: whichever it is.
    """
    wide = tables.pivot_table(index="table", columns="arm", values="vote_auc").to_numpy()
    if wide.shape[1] < 2:
        raise UndefinedMetricError("tables of one arm; expected two or more to compare")
    ordered = np.sort(wide, axis=1)
    reach = margin - 1e-9  # a margin that is met exactly counts
    named = wide[:, 0] - wide[:, 1:].max(axis=1) >= reach
    any_arm = ordered[:, -1] - ordered[:, -2] >= reach
    n = len(wide)
    return {
        "named": simulated_share(int(named.sum()), n),
        "any": simulated_share(int(any_arm.sum()), n),
    }


def _areas(scores: Floats, n_positive: int) -> Floats:
    """AUC over the last axis, whose first patients are positive."""
    positive, negative = scores[..., :n_positive], scores[..., n_positive:]
    areas = np.zeros(scores.shape[:-1])
    for one in range(n_positive):  # one patient at a time: all pairs at once would fill memory
        areas += (positive[..., one : one + 1] > negative).mean(axis=-1)
    return areas / n_positive


def _validation_areas(
    apart: float,
    arms: int,
    arm_correlation: float,
    training: tuple[int, int],
    folds: int,
    repetitions: int,
    rng: np.random.Generator,
) -> Floats:
    found = []
    for n_positive, n_negative in fold_classes(training, folds):
        n = n_positive + n_negative
        scores = math.sqrt(arm_correlation) * rng.standard_normal((repetitions, 1, n))
        own = rng.standard_normal((repetitions, arms, n))
        scores = scores + math.sqrt(1 - arm_correlation) * own
        scores[..., :n_positive] += apart
        found.append(_areas(scores, n_positive))
    return np.stack(found, axis=2)


def fold_classes(training: tuple[int, int], folds: int) -> list[tuple[int, int]]:
    """Patients of both classes in each of `folds` stratified folds."""
    sizes: Iterable[list[int]] = (
        [n // folds + (place < n % folds) for place in range(folds)] for n in training
    )
    positive, negative = sizes
    return list(zip(positive, negative, strict=True))
