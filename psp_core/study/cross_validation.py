"""Models x repetitions x folds to predictions: independent units over processes, resumable."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from psp_core.classifiers.feature_sets import feature_set_of
from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError
from psp_core.evaluation.classes import is_true_progression
from psp_core.preprocessing.batch import Prepared, prepare_all
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import digest_of, digest_of_code
from psp_core.study.availability import usable_rows
from psp_core.study.catalogue import Entry, build_estimator
from psp_core.study.fold_model import fit_fold_model

CODE = (
    *("psp_core.classifiers", "psp_core.training", "psp_core.evaluation.thresholds"),
    *("psp_core.study.availability", "psp_core.study.calibration", "psp_core.study.catalogue"),
    *("psp_core.study.cross_validation", "psp_core.study.fold_model", "psp_core.study.folds"),
)


@dataclass(frozen=True)
class Plan:
    """What every unit needs.

    Attributes
    ----------
    patients : DataFrame
        The patients table.
    training : str
        The collection that is cross-validated; all others are only predicted.
    folds : DataFrame
        See `folds.draw_folds`.
    inner_folds : int
        See `fold_model.fit_fold_model`.
    entropy : int
        Every random state starts from it.
    tokens : Tokens or None
    defaults : mapping
        See `catalogue.build_estimator`.
    """

    patients: pd.DataFrame = field(repr=False)
    training: str
    folds: pd.DataFrame = field(repr=False)
    inner_folds: int
    entropy: int
    tokens: Tokens | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unit:
    """One model on one fold of one repetition."""

    model: str
    entry: Entry
    seed: int
    fold: int

    @property
    def key(self) -> str:
        """Where its scores lie in the store."""
        return f"{self.model}/seed{self.seed}/fold{self.fold}"

    @property
    def digest(self) -> str:
        """Digest of the arm and of the estimator's code."""
        code = digest_of_code(self.entry.module)
        return digest_of([self.key, self.entry, code])


def units_of(entries: Mapping[str, Entry], folds: pd.DataFrame) -> list[Unit]:
    """Every unit of some models, model by model.

    Raises
    ------
    EstimatorError
        If an estimator's module cannot be found.
    """
    pairs = sorted(set(zip(folds["seed"].tolist(), folds["fold"].tolist(), strict=True)))
    units = [
        Unit(name, entry, seed, fold) for name, entry in entries.items() for seed, fold in pairs
    ]
    for unit in units:
        try:
            _ = unit.digest
        except ModuleNotFoundError as error:
            raise EstimatorError(
                f"the catalogue's {unit.model} is in {unit.entry.module!r}, which is not there; "
                "expected module:Class"
            ) from error
    return units


def cross_validate(
    units: Sequence[Unit], plan: Plan, store: VolumeStore, *, workers: int, log: Path
) -> None:
    """Bring the scores of all units up to date; what is there with the same inputs is kept.

    A unit that fails is recorded with its reason, and the others go on.

    Parameters
    ----------
    units : sequence of Unit
    plan : Plan
    store : VolumeStore
        Where the scores go: ``rows`` and ``scores`` of each unit, see `fit_unit`.
    workers : int
        Processes, one thread each; their number does not change a byte.
    log : Path
        Private folder for tracebacks.

    Raises
    ------
    StageError
        See `batch.prepare_all`.
    """
    work = partial(fit_unit, plan=plan)
    prepare_all(units, work, store, stamp=plan_digest(plan), workers=workers, log=log)


def plan_digest(plan: Plan) -> str:
    """Digest of patients, folds, tokens, settings and code."""
    tables = [plan.patients.to_csv(index=False), plan.folds.to_csv(index=False)]
    settings = [plan.training, plan.inner_folds, plan.entropy, plan.defaults]
    return digest_of([tables, settings, _tokens_digest(plan.tokens), digest_of_code(*CODE)])


def _tokens_digest(tokens: Tokens | None) -> str:
    if tokens is None:
        return ""
    digest = hashlib.sha256(json.dumps(list(tokens.keys)).encode())
    for values in (tokens.values, tokens.lesion_share):
        digest.update(f"{values.dtype} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def fit_unit(unit: Unit, plan: Plan) -> Prepared:
    """Fit one model on one training fold, and score everyone else who has its features.

    Returns
    -------
    Prepared
        Arrays ``rows`` (positions in ``plan.patients``) and ``scores`` (calibrated
        probabilities); the record holds ``n_train``, ``threshold``, the calibration, the
        reasons why patients drop out by collection, and ``seconds`` of processor time.

    Raises
    ------
    PSPError
        Whatever the estimator raises, or `UndefinedMetricError` for too few patients.
    """
    started = time.process_time()
    patients = plan.patients
    sees = feature_set_of(unit.entry.feature_set)
    held_out, trained_on = _split(plan, unit)
    reasons: dict[str, list[str]] = {}
    usable = np.zeros(len(patients), dtype=bool)
    for name in patients["dataset"].unique():
        here = (patients["dataset"] == name).to_numpy()
        usable[here], lost = usable_rows(patients[here], sees)
        if lost:
            reasons[str(name)] = lost
    if not (usable & trained_on).any():
        told = "; ".join(reasons.get(plan.training, ["nobody is left"]))
        raise EstimatorError(
            f"{unit.entry.title}: the training cohort does not have the feature set "
            f"{unit.entry.feature_set!r} ({told})"
        )
    state = np.random.SeedSequence([plan.entropy, unit.seed, unit.fold]).generate_state(1)[0]
    random_state = int(state % 2**31)
    estimator = build_estimator(
        unit.entry, tokens=plan.tokens, random_state=random_state, defaults=plan.defaults
    )
    taught = patients[usable & trained_on]
    model = fit_fold_model(
        estimator,
        taught,
        is_true_progression(taught["label"]),
        inner_folds=plan.inner_folds,
        random_state=random_state,
    )
    is_test = (patients["dataset"] != plan.training).to_numpy()
    rows = np.flatnonzero(usable & (held_out | is_test))
    record = {
        "n_train": len(taught),
        "threshold": model.threshold,
        "slope": model.calibration.slope,
        "intercept": model.calibration.intercept,
        "slope_is_floored": model.calibration.is_floored,
        "left_out": reasons,
        "seconds": time.process_time() - started,
    }
    return Prepared({"rows": rows, "scores": model.predict(patients.iloc[rows])}, record)


def _split(plan: Plan, unit: Unit) -> tuple[np.ndarray, np.ndarray]:
    """Which rows of the patients table the unit's fold holds out, and which it trains on."""
    names = ["dataset", "subject_id", "timepoint"]
    drawn = plan.folds[plan.folds["seed"] == unit.seed].set_index(names)["fold"]
    number = drawn.reindex(pd.MultiIndex.from_frame(plan.patients[names])).to_numpy(dtype=float)
    held_out = number == unit.fold
    return held_out, ~held_out & ~np.isnan(number)
