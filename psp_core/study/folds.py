"""Stratified folds over patients, drawn once and frozen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.classes import is_true_progression


def fold_numbers(
    y_true: npt.NDArray[np.bool_], *, n_folds: int, seed: int
) -> npt.NDArray[np.int64]:
    """The fold that holds out each row.

    Parameters
    ----------
    y_true : bool array, shape (n,)
        One row per patient.
    n_folds : int
    seed : int
        Decides the split.

    Returns
    -------
    int array, shape (n,)
        0 to `n_folds` - 1; every fold holds both classes.

    Raises
    ------
    UndefinedMetricError
        If a class has fewer patients than there are folds.
    """
    smaller = int(min(y_true.sum(), (~y_true).sum()))
    if smaller < n_folds:
        raise UndefinedMetricError(
            f"{n_folds} folds need as many patients of each class; found {int(y_true.sum())} with "
            f"true progression and {int((~y_true).sum())} with pseudoprogression: take fewer folds"
        )
    splitter = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    numbers = np.empty(len(y_true), dtype=np.int64)
    for number, (_, held_out) in enumerate(splitter.split(np.zeros(len(y_true)), y_true)):
        numbers[held_out] = number
    return numbers


def draw_folds(patients: pd.DataFrame, *, n_folds: int, seeds: int, entropy: int) -> pd.DataFrame:
    """Draw the folds of every repetition.

    Parameters
    ----------
    patients : DataFrame
        ``dataset, subject_id, timepoint, label``; their order does not matter.
    n_folds : int
    seeds : int
        Repetitions, each with a split of its own.
    entropy : int
        Decides all splits.

    Returns
    -------
    DataFrame
        ``seed, dataset, subject_id, timepoint, fold``.

    Raises
    ------
    UndefinedMetricError
        See `fold_numbers`.
    """
    ordered = patients.sort_values(["dataset", "subject_id", "timepoint"], ignore_index=True)
    y_true = is_true_progression(ordered["label"])
    parts = []
    for seed in range(seeds):
        state = int(np.random.SeedSequence([entropy, seed]).generate_state(1)[0])
        fold = fold_numbers(y_true, n_folds=n_folds, seed=state)
        named = ordered[["dataset", "subject_id", "timepoint"]].assign(fold=fold)
        named.insert(0, "seed", seed)
        parts.append(named)
    return pd.concat(parts, ignore_index=True)
