"""A card per model that a run exports: every weights file, and every model that it scored."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from inspect import signature

import pandas as pd

from psp_core.cohorts.stored import stored_people
from psp_core.errors import StageError
from psp_core.evaluation.classes import CLASSES
from psp_core.evaluation.decision_tables import calibration_table
from psp_core.evaluation.estimable import estimable
from psp_core.params.sections import Params
from psp_core.report.card_figures import calibration_rows, performance_rows, subgroup_rows
from psp_core.report.card_overlap import overlap_of_model
from psp_core.report.card_sets import roots_of, set_with_owner
from psp_core.report.cards import Lines
from psp_core.report.exported import exported_weights
from psp_core.report.formatting import described, in_words, words
from psp_core.report.model_card import INTENDED, NOT_FOR, OWN_LICENCE, ModelCard, settings_text
from psp_core.report.network_size import count_parameters
from psp_core.report.rows import tell_protocol, titles_of_study
from psp_core.report.weights_cards import weights_card
from psp_core.runs import Run
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.entry import Entry
from psp_core.study.experiments import (
    EXPERIMENTS,
    read_all_predictions,
    read_outcome,
    read_patients,
    settings_of,
)
from psp_core.study.patients import TRAINING
from psp_core.study.protocols import PUBLISHED
from psp_core.study.reduced import reduced_settings
from psp_core.study.scored_sets import reported


@dataclass(frozen=True)
class FoldRecords:
    """What a run keeps of one model's folds.

    Attributes
    ----------
    stage : str
        Digest of the stage that fitted them.
    kept, left_out : DataFrame
        Its rows of `votes.Outcome.fold_models`, and of ``left_out``.
    """

    stage: str
    kept: pd.DataFrame
    left_out: pd.DataFrame


def model_cards(run: Run) -> list[ModelCard]:
    """Cards of a run's weights files, then of its scored models; not checked, see `check_cards`.

    Raises
    ------
    StageError
        If the cohort page, every page of models, or page 08, was not run.
    TableError, MissingInputError
        See `exported.exported_weights`.
    """
    patients, crosswalk = read_patients(run), stored_people(run).crosswalk
    weights = exported_weights(run)
    cards = [weights_card(run, one, patients, crosswalk) for one in weights]
    results = run.finished("evaluation").folder
    summary = pd.read_parquet(results / "summary.parquet")
    files = [results / f"{name}.parquet" for name in ("subsets", "subgroups")]
    subsets = pd.concat([pd.read_parquet(file) for file in files if file.is_file()])
    scored = reported(run, read_all_predictions(run))
    kept, _ = estimable(scored, run.params.timing.minimum_per_class)
    calibration = calibration_table(
        kept,
        widest_slope_interval=run.params.decisions.widest_slope_interval,
        confidence_level=run.params.evaluation.confidence_level,
    )
    there, roots = set(scored["model"]), roots_of(run.params)
    records = _fold_records(run)
    for name, title in titles_of_study(run.params, there).items():
        entry = CATALOGUE[name]
        cards.append(
            ModelCard(
                name=name,
                title=title,
                kind="classifier: score of true progression against pseudoprogression",
                model=_told_model(run.params, name, entry, patients),
                weights={
                    "file": "none: its fold models are not kept, they are fitted again from the "
                    f"seed; scores and calibration lie in fits/{name}",
                    "sha256": "of inputs, settings, seed and code of its stage: "
                    + records[name].stage,
                },
                training=_told_training(run, patients, records[name].kept),
                intended_use=INTENDED,
                not_for=NOT_FOR,
                performance=performance_rows(summary[summary["model"] == name], roots),
                calibration=calibration_rows(calibration[calibration["model"] == name], roots),
                subgroups=subgroup_rows(subsets[subsets["model"] == name], roots),
                overlap=overlap_of_model(run, entry, weights, patients, crosswalk),
                limits=_limits(run, entry, records[name]),
                licence=f"{OWN_LICENCE}; nothing of the patients' data is in it",
                disclosure="everybody",
            )
        )
    return cards


def _told_model(params: Params, name: str, entry: Entry, patients: pd.DataFrame) -> Lines:
    kind = getattr(import_module(entry.module), entry.estimator.partition(":")[2])
    taken = signature(kind).parameters
    offered = settings_of(params, {name: entry})[entry.params]
    used = {key: value for key, value in offered.items() if key in taken} | dict(entry.settings)
    return {
        "class": entry.estimator,
        "preset": name,
        "feature set": words(entry.feature_set),
        "settings": settings_text(used) or "none to set: it is fitted as it is",
        "parameters": count_parameters(entry, used, params, patients),
    }


def _told_training(run: Run, patients: pd.DataFrame, folds: pd.DataFrame) -> Lines:
    own = patients[patients["dataset"] == TRAINING]
    n_train = folds["n_train"]
    counts = ", ".join(f"{int((own['label'] == name).sum())} {words(name)}" for name in CLASSES)
    return {
        "collections": set_with_owner(TRAINING, roots_of(run.params)),
        "n": f"{len(own)} patients ({counts}); {n_train.min()} to {n_train.max()} of them in a "
        "training fold",
        "folds": f"{folds['fold'].nunique()}, repetitions {folds['seed'].nunique()}",
        "seed": str(run.params.study.seed),
        "params digest": str(run.provenance["params_digest"]),
    }


def _fold_records(run: Run) -> dict[str, FoldRecords]:
    """What each model's page stored of it; a model of two pages is that of the first."""
    found: dict[str, FoldRecords] = {}
    for experiment in EXPERIMENTS:
        try:
            outcome = read_outcome(run, experiment)
        except StageError:
            continue
        for name, kept in outcome.fold_models.groupby("model"):
            left_out = outcome.left_out[outcome.left_out["model"] == name]
            digest = run.finished(experiment).digest
            found.setdefault(str(name), FoldRecords(digest, kept, left_out))
    return found


def _limits(run: Run, entry: Entry, records: FoldRecords) -> tuple[str, ...]:
    params, kept, left_out = run.params, records.kept, records.left_out
    floored = int(kept["slope_is_floored"].sum())
    told = [f"training cohort: {described(params.burdenko.root)}"]
    if params.classification.protocol == PUBLISHED:
        told.append(tell_protocol(params).replace("**", ""))
    if reduced := reduced_settings(params, entry):
        told.append(f"less than paper size: {', '.join(reduced)}")
    if floored:
        told.append(
            f"in {floored} of {len(kept)} fold models the inner held-out scores did not rise with "
            "the label: their calibration is nearly flat"
        )
    for dataset, rows in left_out.groupby("dataset", sort=False):
        reasons = "; ".join(dict.fromkeys(in_words(rows["reason"])))
        told.append(f"{words(str(dataset))}: not scored, or not wholly ({reasons})")
    return tuple(told)
