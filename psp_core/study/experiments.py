"""The experiments of a run: patients, sources, folds, models, predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from psp_core.errors import StageError
from psp_core.evaluation.predictions import read_predictions, write_predictions
from psp_core.params.sections import Params
from psp_core.preprocessing.learnable import check_learned_from
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, digest_of_code, write_table
from psp_core.study.catalogue import CATALOGUE, find_entries
from psp_core.study.cross_validation import Plan, Unit, cross_validate, plan_digest, units_of
from psp_core.study.entry import Entry, Source
from psp_core.study.folds import draw_folds
from psp_core.study.patients import TRAINING, Patients, patient_keys, study_patients
from psp_core.study.reduced import section_of
from psp_core.study.sources import open_sources
from psp_core.study.votes import Outcome, collect

CLASSIFICATION, BASELINES, CONTROLS = "classification", "baselines", "controls"
EXPERIMENTS = (CLASSIFICATION, BASELINES, CONTROLS)
PREDICTIONS = "predictions.parquet"
TABLES = ("fold_models", "curves", "failed", "left_out")


@dataclass(frozen=True)
class Classified:
    """One experiment of a run.

    Attributes
    ----------
    patients : Patients
    folds : DataFrame
        ``seed, dataset, subject_id, timepoint, fold``.
    entries : mapping of str to Entry
        The models that were asked for.
    waiting : tuple of str
        Those of them that are not run yet: heavy ones, before the first book.
    sources : mapping of str to source
        What the models read besides the patients table; None where the run has none.
    outcome : Outcome
        Predictions, fold models, failures.
    """

    patients: Patients
    folds: pd.DataFrame
    entries: Mapping[str, Entry]
    waiting: tuple[str, ...]
    sources: Mapping[str, Source | None] = field(repr=False)
    outcome: Outcome = field(repr=False)


def fit_experiment(
    run: Run, experiment: str = CLASSIFICATION, *, catalogue: Mapping[str, Entry] = CATALOGUE
) -> Classified:
    """Cross-validate the models of one experiment and predict every further set.

    Folds are the same in all experiments. What is there with the same inputs is not computed
    again. Models fail, with a reason, where the run has not what they read.

    Parameters
    ----------
    experiment : {"classification", "baselines", "controls"}
        Section of the params that names the models.

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
    entries = find_entries(getattr(run.params, experiment).models, catalogue)
    fitted, waiting = waiting_entries(run, entries)
    patients = study_patients(run)
    plan = plan_of(run, fitted, patients.table, stage=experiment, seeds=params.seeds)
    units = units_of(fitted, plan)
    store = VolumeStore(run.folder / "fits")
    cross_validate(units, plan, store, workers=run.params.study.workers, log=run.private / "errors")
    tables = {"folds": plan.folds, "patients": patients.table, "lost": patients.lost}
    outcome = keep_outcome(run, experiment, units, plan, store, tables)
    return Classified(patients, plan.folds, entries, waiting, plan.sources, outcome)


def keep_outcome(
    run: Run,
    experiment: str,
    units: Sequence[Unit],
    plan: Plan,
    store: VolumeStore,
    tables: Mapping[str, pd.DataFrame],
) -> Outcome:
    """Collect computed units into the stage of an experiment, with further tables by name.

    Raises
    ------
    MissingInputError, TableError
        See `votes.collect`.
    """
    depends_on = {
        "plan": plan_digest(plan),
        "units": [store.record(unit.key)["digest"] or unit.digest for unit in units],
        "code": digest_of_code("psp_core.study.votes"),
    }
    with run.stage(experiment, depends_on=depends_on) as stage:
        if not stage.is_done:
            outcome = collect(units, plan, store, experiment=experiment)
            write_predictions(stage.folder / PREDICTIONS, outcome.predictions)
            for name in TABLES:
                write_table(stage.folder / f"{name}.parquet", getattr(outcome, name))
            for name, table in tables.items():
                write_table(stage.folder / f"{name}.parquet", table)
            stage.finish()
    return read_outcome(run, experiment)


def plan_of(
    run: Run, entries: Mapping[str, Entry], patients: pd.DataFrame, *, stage: str, seeds: int
) -> Plan:
    """What some models are cross-validated with; each further repetition leaves the others alone.

    Parameters
    ----------
    patients : DataFrame
        The patients table.
    stage : str
        What is going to be fitted, for the error.
    seeds : int
        Repetitions.

    Raises
    ------
    OverlapError
        If a patient of a test set is among those that models are fitted on.
    StageError
        If the cohort page was not run.
    EstimatorError, UndefinedMetricError
        See `sources.open_sources` and `folds.draw_folds`.
    """
    params = run.params.classification
    entropy = int(run.seed_sequence(CLASSIFICATION).generate_state(1)[0])
    training = patients[patients["dataset"] == TRAINING]
    check_learned_from(run, stage, patient_keys(training))
    return Plan(
        patients=patients,
        training=TRAINING,
        folds=draw_folds(training, n_folds=params.folds, seeds=seeds, entropy=entropy),
        inner_folds={"light": params.inner_folds, "heavy": params.heavy_inner_folds},
        repetitions={"heavy": params.heavy_seeds},
        entropy=entropy,
        sources=open_sources(run, patients, entries.values()),
        defaults=settings_of(run.params, entries),
        protocol=params.protocol,
    )


def waiting_entries(
    run: Run, entries: Mapping[str, Entry]
) -> tuple[dict[str, Entry], tuple[str, ...]]:
    """The entries to fit now, and the names of those that wait: heavy ones, before a first book."""
    if not run.params.study.only_light:
        return dict(entries), ()
    light = {name: entry for name, entry in entries.items() if entry.cost == "light"}
    return light, tuple(name for name in entries if name not in light)


def settings_of(params: Params, entries: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
    """Values of every section of the params that some entries are offered, by its dotted name."""
    names = dict.fromkeys(entry.params for entry in entries.values())
    return {name: asdict(section_of(params, name)) for name in names}


def read_outcome(run: Run, experiment: str = CLASSIFICATION) -> Outcome:
    """Read what `fit_experiment` wrote.

    Raises
    ------
    StageError
        If it did not finish.
    """
    folder = run.finished(experiment).folder
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    return Outcome(read_predictions(folder / PREDICTIONS), **tables)


def read_all_predictions(run: Run) -> pd.DataFrame:
    """Predictions of every experiment that is there; a model of two experiments stands once.

    Raises
    ------
    StageError
        If none finished.
    """
    found: dict[str, pd.DataFrame] = {}
    for experiment in EXPERIMENTS:
        try:
            predictions = read_outcome(run, experiment).predictions
        except StageError:
            continue
        known = {name for table in found.values() for name in table["model"].unique()}
        found[experiment] = predictions[~predictions["model"].isin(known)]
    if not found:
        run.finished(CLASSIFICATION)  # raises, and says which page to run
    return pd.concat(found.values(), ignore_index=True)


def read_patients(run: Run) -> pd.DataFrame:
    """Read the patients table that the classification worked on; raises as `read_outcome`."""
    return pd.read_parquet(run.finished(CLASSIFICATION).folder / "patients.parquet")
