"""Scores of fold models to the predictions table, soft vote included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.predictions import (
    COLUMNS,
    KEY,
    NO_FOLD,
    PATIENT,
    SOFT_VOTE,
    TEST,
    VALIDATION,
    check_predictions,
)
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.store import VolumeStore
from psp_core.study.cross_validation import Plan, Unit
from psp_core.study.entry import Entry
from psp_core.study.protocols import vote_threshold

RECORDED = ("n_train", "threshold", "slope", "intercept", "slope_is_floored", "seconds")
CURVE = ("step", "training_loss", "held_out_loss", "held_out_auc")


@dataclass(frozen=True)
class Outcome:
    """What became of the units.

    Attributes
    ----------
    predictions : DataFrame
        See `evaluation.predictions`; only models of which every fold was fitted.
    fold_models : DataFrame
        ``model, seed, fold`` and what was recorded of each: ``n_train, threshold, slope,
        intercept, slope_is_floored, seconds``.
    curves : DataFrame
        ``model, seed, fold`` and `CURVE`: how each network learned, see
        `snapshots.training_curve`.
    failed : DataFrame
        ``model, title, seed, fold, reason``.
    left_out : DataFrame
        ``model, title, dataset, reason``: collections or patients without its features.
    """

    predictions: pd.DataFrame
    fold_models: pd.DataFrame
    curves: pd.DataFrame
    failed: pd.DataFrame
    left_out: pd.DataFrame


def collect(
    units: Sequence[Unit], plan: Plan, store: VolumeStore, *, experiment: str = "classification"
) -> Outcome:
    """Read the scores of all units and let each model's folds vote.

    The vote is the mean of the fold models' calibrated scores. Its threshold is Youden's of
    the calibrated scores that the fold models gave the patients they had held out, or that of
    the published protocol, see `protocols.vote_threshold`.

    Raises
    ------
    MissingInputError
        If a unit was not computed.
    TableError
        See `check_predictions`.
    """
    predictions, models, curves, failed, left_out = [], [], [], [], []
    by_seed = groupby(units, key=lambda unit: (unit.model, unit.seed))
    for (name, seed), group in by_seed:
        members = list(group)
        records = {unit.fold: store.record(unit.key) for unit in members}
        broken = [unit for unit in members if records[unit.fold]["status"] != DONE]
        failed += [_failure(unit, records[unit.fold]) for unit in broken]
        if broken:
            continue
        models += [
            {"model": name, "seed": seed, "fold": unit.fold}
            | {column: records[unit.fold][column] for column in RECORDED}
            for unit in members
        ]
        curves += [
            dict(zip(CURVE, row, strict=True)) | {"model": name, "seed": seed, "fold": unit.fold}
            for unit in members
            for row in store.read(unit.key, "curve").tolist()
        ]
        told = records[members[0].fold]["left_out"]
        left_out += [
            {"model": name, "title": members[0].entry.title, "dataset": one, "reason": reason}
            for one, reasons in told.items()
            for reason in reasons
        ]
        parts = [_of_member(unit, records[unit.fold], plan, store) for unit in members]
        predictions += [*parts, _vote(parts, plan.protocol, members[0].entry)]
    table = pd.concat(predictions, ignore_index=True) if predictions else _empty()
    table["experiment"] = experiment
    table = table[list(COLUMNS)].sort_values(list(KEY), ignore_index=True)
    columns = ("model", "title", "seed", "fold", "reason")
    return Outcome(
        check_predictions(table),
        pd.DataFrame(models, columns=["model", "seed", "fold", *RECORDED]),
        pd.DataFrame(curves, columns=["model", "seed", "fold", *CURVE]),
        pd.DataFrame(failed, columns=list(columns)),
        pd.DataFrame(left_out, columns=["model", "title", "dataset", "reason"]).drop_duplicates(),
    )


def _failure(unit: Unit, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": unit.model,
        "title": unit.entry.title,
        "seed": unit.seed,
        "fold": unit.fold,
        "reason": record["reason"],
    }


def _of_member(unit: Unit, record: dict[str, Any], plan: Plan, store: VolumeStore) -> pd.DataFrame:
    """Rows of one fold model."""
    patients = plan.patients.iloc[store.read(unit.key, "rows")]
    is_own = (patients["dataset"] == plan.training).to_numpy()
    return patients[list(PATIENT)].assign(
        model=unit.model,
        preset="",
        feature_set=unit.entry.feature_set,
        seed=unit.seed,
        permutation=0,
        fold=unit.fold,
        member=str(unit.fold),
        split=[VALIDATION if own else TEST for own in is_own],
        n_train=record["n_train"],
        y_true=is_true_progression(patients["label"]),
        y_score=store.read(unit.key, "scores"),
        threshold=record["threshold"],
    )


def _vote(parts: Iterable[pd.DataFrame], protocol: str, entry: Entry) -> pd.DataFrame:
    """Rows of the soft vote on the sets that no fold model was trained on."""
    members = pd.concat(parts, ignore_index=True)
    own = members[members["split"] == VALIDATION]
    tests = members[members["split"] == TEST]
    voted = tests.groupby(list(PATIENT), sort=False, as_index=False).first()
    scores = tests.groupby(list(PATIENT), sort=False)["y_score"].mean().to_numpy()
    voted = voted.assign(fold=NO_FOLD, member=SOFT_VOTE, y_score=scores, n_train=len(own))
    thresholds = {
        name: vote_threshold(protocol, entry, own, part)
        for name, part in voted.groupby("dataset", sort=False)
    }
    return voted.assign(threshold=voted["dataset"].map(thresholds).astype(np.float64))


def _empty() -> pd.DataFrame:
    """A predictions table without rows."""
    return pd.DataFrame({name: pd.Series(dtype=_DTYPES[kind]) for name, kind in COLUMNS.items()})


_DTYPES = {"str": "object", "int": "int64", "float": "float64", "bool": "bool"}
