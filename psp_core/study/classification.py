"""The classification of a run: patients, tokens, folds, models, predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from psp_core.encoder.embeddings import encode_all
from psp_core.encoder.tokens import Tokens
from psp_core.encoder.weights import ENCODER, check_card, read_card
from psp_core.errors import StageError
from psp_core.evaluation.predictions import read_predictions, write_predictions
from psp_core.preprocessing.learnable import check_learned_from
from psp_core.preprocessing.pipeline import fit_scale, study_cases, volume_store
from psp_core.preprocessing.store import VolumeStore
from psp_core.pretraining.study_pretraining import architecture_of, landmarks_digest
from psp_core.runs import Run, digest_of_code, write_table
from psp_core.study.catalogue import CATALOGUE, Entry, find_entries
from psp_core.study.cross_validation import Plan, cross_validate, plan_digest, units_of
from psp_core.study.folds import draw_folds
from psp_core.study.patients import TRAINING, Patients, patient_keys, study_patients
from psp_core.study.votes import Outcome, collect

STAGE = "classification"
PREDICTIONS = "predictions.parquet"
TABLES = ("fold_models", "failed", "left_out")


@dataclass(frozen=True)
class Classified:
    """The classification of a run.

    Attributes
    ----------
    patients : Patients
    folds : DataFrame
        ``seed, dataset, subject_id, timepoint, fold``.
    entries : mapping of str to Entry
        The models that were asked for.
    tokens : Tokens or None
        None if there is no pre-trained encoder, or no model reads tokens.
    outcome : Outcome
        Predictions, fold models, failures.
    """

    patients: Patients
    folds: pd.DataFrame
    entries: Mapping[str, Entry]
    tokens: Tokens | None
    outcome: Outcome


def classify_run(run: Run, *, catalogue: Mapping[str, Entry] = CATALOGUE) -> Classified:
    """Cross-validate the models of ``params.classification`` and predict every further set.

    What is there with the same inputs is not computed again. Models that read tokens fail,
    with a reason, where the run has no pre-trained encoder.

    Raises
    ------
    EstimatorError
        If the catalogue does not have a model.
    OverlapError
        If a patient of a test set is among those that models are fitted on.
    StageError, MissingInputError, TableError, UndefinedMetricError
        If what earlier pages write is not there, or the cohort is too small for the folds.
    """
    params = run.params.classification
    entries = find_entries(params.models, catalogue)
    patients = study_patients(run)
    entropy = int(run.seed_sequence(STAGE).generate_state(1)[0])
    training = patients.table[patients.table["dataset"] == TRAINING]
    check_learned_from(run, STAGE, patient_keys(training))
    folds = draw_folds(training, n_folds=params.folds, seeds=params.seeds, entropy=entropy)
    needs_tokens = any(entry.needs_tokens for entry in entries.values())
    plan = Plan(
        patients=patients.table,
        training=TRAINING,
        folds=folds,
        inner_folds=params.inner_folds,
        entropy=entropy,
        tokens=encode_patients(run, patients.table) if needs_tokens else None,
        defaults=_network_defaults(run),
    )
    units = units_of(entries, folds)
    store = VolumeStore(run.folder / "fits")
    cross_validate(units, plan, store, workers=run.params.study.workers, log=run.private / "errors")
    depends_on = {
        "plan": plan_digest(plan),
        "units": [store.record(unit.key)["digest"] or unit.digest for unit in units],
        "code": digest_of_code("psp_core.study.votes"),
    }
    with run.stage(STAGE, depends_on=depends_on) as stage:
        if not stage.is_done:
            outcome = collect(units, plan, store)
            write_predictions(stage.folder / PREDICTIONS, outcome.predictions)
            for name in TABLES:
                write_table(stage.folder / f"{name}.parquet", getattr(outcome, name))
            write_table(stage.folder / "folds.parquet", folds)
            write_table(stage.folder / "patients.parquet", patients.table)
            write_table(stage.folder / "lost.parquet", patients.lost)
            stage.finish()
    outcome = read_outcome(run)
    return Classified(patients, folds, entries, plan.tokens, outcome)


def read_outcome(run: Run) -> Outcome:
    """Read what `classify_run` wrote.

    Raises
    ------
    StageError
        If it did not finish.
    """
    folder = run.finished(STAGE).folder
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    return Outcome(read_predictions(folder / PREDICTIONS), **tables)


def read_patients(run: Run) -> pd.DataFrame:
    """Read the patients table that `classify_run` worked on; raises as `read_outcome`."""
    return pd.read_parquet(run.finished(STAGE).folder / "patients.parquet")


def encode_patients(run: Run, table: pd.DataFrame) -> Tokens | None:
    """Tokens of all patients with an image; None without a pre-trained encoder.

    Raises
    ------
    OverlapError, CheckpointError
        See `encoder.weights.check_card` and `encoder.weights.read_card`.
    MissingInputError, StageError
        See `encoder.embeddings.encode_all`.
    """
    keys = patient_keys(table[table["has_image"]])
    try:
        folder = run.finished("pretraining").folder
    except StageError:
        return None
    if not keys:
        return None
    landmarks = landmarks_digest(fit_scale(run, study_cases(run)))
    architecture = architecture_of(run)
    check_card(read_card(folder), architecture=architecture, landmarks=landmarks, keys=keys)
    return encode_all(
        folder / ENCODER,
        volume_store(run),
        keys,
        cache=VolumeStore(run.folder / "tokens"),
        log=run.private / "errors",
        workers=run.params.study.workers,
    )


def _network_defaults(run: Run) -> dict[str, Any]:
    return asdict(run.params.classification.network)
