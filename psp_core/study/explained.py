"""Shapley values of the models of the study, on the patients that each fold holds out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from psp_core.classifiers.feature_sets import DOSES, feature_set_of
from psp_core.evaluation.classes import is_true_progression
from psp_core.explain.importance import long_table
from psp_core.explain.known_effects import DOSE, known_contributions
from psp_core.explain.players import play, players_of
from psp_core.explain.selected import sample
from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run, digest_of_code
from psp_core.study.catalogue import CATALOGUE, find_entries
from psp_core.study.cross_validation import CODE as FITTING
from psp_core.study.cross_validation import Plan, Unit, plan_digest, ready, units_of
from psp_core.study.entry import Entry
from psp_core.study.experiments import plan_of
from psp_core.study.patients import TRAINING, study_patients
from psp_core.study.protocols import CLOSED, fit_published
from psp_core.study.units import table_of_units

STAGE = "explanation"
WITHOUT_IMAGE = "clinical_network"  # explained where a run has no encoder
SINGLE, GROUPED = "single", "dose_grouped"
CODE = (*FITTING, "psp_core.study.explained")


def explain_run(run: Run, *, catalogue: Mapping[str, Entry] = CATALOGUE) -> pd.DataFrame:
    """Fit the models of ``params.explanation`` again on every training fold, and explain them.

    They are the very models of the classification: same folds, same random states. Models that
    read what this run has not are left out; where none is left, the clinical network stands in.

    Returns
    -------
    DataFrame
        ``model, title, players, seed, fold, dataset, subject_id, timepoint, player, shapley,
        worth_none, worth_all``; values in logits, before any calibration. ``players`` is
        `SINGLE`, or `GROUPED` where the doses act as one.

    Raises
    ------
    EstimatorError
        If a model has no player or too many.
    OverlapError
        See `experiments.plan_of`.
    StageError, MissingInputError, TableError
        If what earlier pages write is not there.
    """
    params = run.params.explanation
    entries = find_entries(params.models, catalogue)
    patients = study_patients(run).table
    plan = plan_of(run, entries, patients, stage=STAGE, seeds=params.seeds)
    entries = {
        name: entry
        for name, entry in entries.items()
        if all(plan.sources.get(source) is not None for source in entry.sources.values())
    }
    if not entries:
        entries = find_entries((WITHOUT_IMAGE,))
        plan = plan_of(run, entries, patients, stage=STAGE, seeds=params.seeds)
    units = {unit.key.replace("/", "_"): unit for unit in units_of(entries, plan)}
    depends_on = {
        "plan": plan_digest(plan),
        "units": {name: unit.digest for name, unit in units.items()},
        "background": params.background,
        "code": digest_of_code(*CODE),
    }
    work = partial(explain_unit, plan=plan, background=params.background)
    return table_of_units(run, STAGE, units, work, depends_on=depends_on)


def read_explanation(run: Run) -> pd.DataFrame:
    """Read what `explain_run` wrote.

    Raises
    ------
    StageError
        If it did not finish.
    """
    return pd.read_parquet(run.finished(STAGE).folder / f"{STAGE}.parquet")


def explain_unit(unit: Unit, *, plan: Plan, background: int) -> pd.DataFrame:
    """Fit one model on one training fold, and explain it on the fold that it holds out.

    Parameters
    ----------
    background : int
        Patients of the training fold, at most, drawn with the unit's own random state.

    Returns
    -------
    DataFrame
        See `explain_run`.
    """
    parts = ready(unit, plan)
    truth = is_true_progression(parts.taught["label"])
    if plan.protocol == CLOSED:
        fitted = parts.estimator.fit(parts.taught, truth)
    else:
        of_validation = is_true_progression(parts.held_out["label"])
        fitted = fit_published(
            parts.estimator, parts.taught, truth, parts.held_out, of_validation
        ).estimator
    others = sample(parts.taught, background, np.random.default_rng(parts.random_state))
    players = players_of(feature_set_of(unit.entry.feature_set))
    game = play(fitted, parts.held_out, others, players)
    games = {SINGLE: game}
    if set(DOSES) <= set(game.players):
        games[GROUPED] = game.merged(DOSE, DOSES)
    about = {"model": unit.model, "title": unit.entry.title}
    return pd.concat(
        [
            long_table(one, parts.held_out, **about, players=name, seed=unit.seed, fold=unit.fold)
            for name, one in games.items()
        ],
        ignore_index=True,
    )


def known_importance(run: Run) -> pd.DataFrame:
    """Known log likelihood ratios of the run's own training phantoms, by player.

    Returns
    -------
    DataFrame
        ``dataset, subject_id`` and the columns of `known_contributions`; empty on real data.
    """
    folder = run.folder / "phantom"
    if not (folder / "truth.parquet").is_file() or run.params.burdenko.root is not None:
        return pd.DataFrame()
    truth = pd.read_parquet(folder / "truth.parquet")
    truth = truth[(truth["dataset"] == TRAINING) & truth["bayes_image_only_observable"].notna()]
    told = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["model"]
    known = known_contributions(truth, CausalModel(**told))
    return pd.concat([truth[["dataset", "subject_id"]], known], axis=1).reset_index(drop=True)
