"""Models x repetitions x folds to predictions: independent units over processes, resumable."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from psp_core.classifiers.feature_sets import feature_set_of
from psp_core.classifiers.snapshots import training_curve
from psp_core.errors import EstimatorError
from psp_core.evaluation.classes import is_true_progression
from psp_core.preprocessing.batch import Prepared, prepare_all
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import digest_of, digest_of_code
from psp_core.study.availability import usable_rows
from psp_core.study.entry import Cost, Entry, Source, build_estimator
from psp_core.study.fold_model import fit_fold_model
from psp_core.study.protocols import CLOSED, fit_published

CODE = (
    *("psp_core.classifiers", "psp_core.training", "psp_core.evaluation", "psp_core.explain"),
    *("psp_core.encoder", "psp_core.inputs", "psp_core.pretraining"),
    *("psp_core.study.availability", "psp_core.study.calibration", "psp_core.study.entry"),
    *("psp_core.study.cross_validation", "psp_core.study.fold_model", "psp_core.study.folds"),
    "psp_core.study.protocols",
)
"""What decides a number of a fit: whole rooms, for an estimator may import anything in them."""


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
    inner_folds : mapping of str to int
        Of light and of heavy arms, see `fold_model.fit_fold_model`.
    entropy : int
        Every random state starts from it.
    sources : mapping of str to source
        What arms read besides the table; None where the run has none.
    defaults : mapping of str to mapping
        By section of the params, see `entry.build_estimator`.
    protocol : {"closed", "published"}
        See `protocols`.
    repetitions : mapping of str to int
        How many of the folds' repetitions light and heavy arms are fitted on; all by default.
    """

    patients: pd.DataFrame = field(repr=False)
    training: str
    folds: pd.DataFrame = field(repr=False)
    inner_folds: Mapping[Cost, int]
    entropy: int
    sources: Mapping[str, Source | None] = field(default_factory=dict)
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    protocol: str = CLOSED
    repetitions: Mapping[Cost, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Unit:
    """One model on one fold of one repetition; `given` is the digest of what only it is given."""

    model: str
    entry: Entry
    seed: int
    fold: int
    given: str = ""

    @property
    def key(self) -> str:
        """Where its scores lie in the store."""
        return f"{self.model}/seed{self.seed}/fold{self.fold}"

    @property
    def digest(self) -> str:
        """Digest of the arm, of what it is given, and of the estimator's code."""
        code = digest_of_code(self.entry.module)
        return digest_of([self.key, self.entry, self.given, code])


def units_of(entries: Mapping[str, Entry], plan: Plan) -> list[Unit]:
    """Every unit of some models, model by model.

    Raises
    ------
    EstimatorError
        If an estimator's module cannot be found.
    """
    folds = plan.folds
    pairs = sorted(set(zip(folds["seed"].tolist(), folds["fold"].tolist(), strict=True)))
    units = [
        Unit(name, entry, seed, fold, _given_digest(entry, plan))
        for name, entry in entries.items()
        for seed, fold in pairs
        if seed < plan.repetitions.get(entry.cost, seed + 1)
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
    units, plan : sequence of Unit, and Plan
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
    """Digest of what all units share: patients, folds, seed and code."""
    tables = [plan.patients.to_csv(index=False), plan.folds.to_csv(index=False)]
    return digest_of([tables, plan.training, plan.entropy, digest_of_code(*CODE)])


def _given_digest(entry: Entry, plan: Plan) -> str:
    """Digest of the settings and sources of one arm."""
    sources = {name: plan.sources.get(name) for name in entry.sources.values()}
    digests = {name: source.digest if source else "" for name, source in sources.items()}
    settings = [plan.inner_folds[entry.cost], plan.defaults.get(entry.params), plan.protocol]
    return digest_of([*settings, digests])


@dataclass(frozen=True)
class Ready:
    """What one unit is fitted with.

    Attributes
    ----------
    estimator : scikit-learn classifier
        Not fitted.
    random_state : int
        Of the estimator and of everything else of this unit.
    taught, held_out : DataFrame
        Rows of the patients table that have its features: the training fold, and the fold
        that is held out.
    scored : int array
        Places in the patients table of whom the unit scores: held out, or of another set.
    left_out : mapping of str to list of str
        By collection, why patients drop out.
    """

    estimator: Any
    random_state: int
    taught: pd.DataFrame
    held_out: pd.DataFrame
    scored: np.ndarray
    left_out: Mapping[str, list[str]]


def ready(unit: Unit, plan: Plan) -> Ready:
    """Build a unit's estimator, and find the patients it is fitted on and scores.

    Raises
    ------
    EstimatorError
        If nobody of the training fold has its features, or see `entry.build_estimator`.
    """
    patients = plan.patients
    sees = feature_set_of(unit.entry.feature_set)
    sources = [plan.sources.get(name) for name in unit.entry.sources.values()]
    held_out, trained_on = _split(plan, unit)
    reasons: dict[str, list[str]] = {}
    usable = np.zeros(len(patients), dtype=bool)
    for name in patients["dataset"].unique():
        here = (patients["dataset"] == name).to_numpy()
        usable[here], lost = usable_rows(patients[here], sees, sources)
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
        unit.entry,
        sources=plan.sources,
        random_state=random_state,
        defaults=plan.defaults.get(unit.entry.params),
    )
    is_test = (patients["dataset"] != plan.training).to_numpy()
    return Ready(
        estimator,
        random_state,
        taught=patients[usable & trained_on],
        held_out=patients[usable & held_out],
        scored=np.flatnonzero(usable & (held_out | is_test)),
        left_out=reasons,
    )


def fit_unit(unit: Unit, plan: Plan) -> Prepared:
    """Fit one model on one training fold, and score everyone else who has its features.

    Returns
    -------
    Prepared
        Arrays ``rows`` (positions in ``plan.patients``), ``scores`` (calibrated
        probabilities) and ``curve``, see `training_curve`; the record holds ``n_train``,
        ``threshold``, the calibration, the reasons why patients drop out by collection, names
        that the estimator selected, and ``seconds`` of processor time.

    Raises
    ------
    PSPError
        Whatever the estimator raises, or `UndefinedMetricError` for too few patients.
    """
    started = time.process_time()
    parts = ready(unit, plan)
    truth = is_true_progression(parts.taught["label"])
    of_validation = is_true_progression(parts.held_out["label"])
    if plan.protocol == CLOSED:
        model = fit_fold_model(
            parts.estimator,
            parts.taught,
            truth,
            inner_folds=plan.inner_folds[unit.entry.cost],
            random_state=parts.random_state,
            shown=(parts.held_out, of_validation),
        )
    else:
        model = fit_published(parts.estimator, parts.taught, truth, parts.held_out, of_validation)
    record = {
        "n_train": len(parts.taught),
        "threshold": model.threshold,
        "slope": model.calibration.slope,
        "intercept": model.calibration.intercept,
        "slope_is_floored": model.calibration.is_floored,
        "left_out": parts.left_out,
        "selected": list(getattr(model.estimator, "selected_", ())),
        "seconds": time.process_time() - started,
    }
    scores = model.predict(plan.patients.iloc[parts.scored])
    arrays = {"rows": parts.scored, "scores": scores, "curve": training_curve(model.estimator)}
    return Prepared(arrays, record)


def _split(plan: Plan, unit: Unit) -> tuple[np.ndarray, np.ndarray]:
    """Which rows of the patients table the unit's fold holds out, and which it trains on."""
    names = ["dataset", "subject_id", "timepoint"]
    drawn = plan.folds[plan.folds["seed"] == unit.seed].set_index(names)["fold"]
    number = drawn.reindex(pd.MultiIndex.from_frame(plan.patients[names])).to_numpy(dtype=float)
    held_out = number == unit.fold
    return held_out, ~held_out & ~np.isnan(number)
