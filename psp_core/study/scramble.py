"""Label scramble: the whole pipeline on permuted training labels, as often as is affordable.

Labels are permuted inside the training cohort, before the folds are drawn, so folds, inner
folds, calibration and selection all see the permuted ones. The statistic is the AUC of the soft
vote on patients of another centre, whose labels stay as they are; beside it stands the mean
within-fold AUC, which is measured against the permuted labels themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from psp_core.errors import PSPError, UndefinedMetricError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.internal import internal_auc
from psp_core.evaluation.metrics import auc
from psp_core.preprocessing.learnable import check_learned_from
from psp_core.runs import Run, digest_of, digest_of_code
from psp_core.study.catalogue import CATALOGUE, find_entries
from psp_core.study.cross_validation import CODE as FITTING
from psp_core.study.cross_validation import Plan, Unit, fit_unit
from psp_core.study.entry import Entry
from psp_core.study.experiments import CLASSIFICATION, settings_of
from psp_core.study.folds import draw_folds
from psp_core.study.patients import TRAINING, patient_keys, study_patients
from psp_core.study.sources import open_sources
from psp_core.study.units import table_of_units

LIGHT, NETWORKS = "scramble", "scramble_networks"
OBSERVED, SINGLE = 0, -1
"""Numbers that are no draw of the null: the labels as they are, and one permutation by a seed."""
COLUMNS = ("model", "title", "permutation", "external", "internal", "n_test", "note")
CODE = (*FITTING, "psp_core.study.scramble")


@dataclass(frozen=True)
class Scramble:
    """Some permutations for one model.

    Attributes
    ----------
    model : str
    entry : Entry
    numbers : tuple of int
        Of the permutations, from 1; see also `OBSERVED` and `SINGLE`.
    """

    model: str
    entry: Entry
    numbers: tuple[int, ...]


def scramble_labels(run: Run, *, catalogue: Mapping[str, Entry] = CATALOGUE) -> pd.DataFrame:
    """Fit the models of ``params.controls.scramble`` on permuted labels, and on the true ones.

    Networks run on fewer steps and inner folds than in their experiment, with the true labels,
    too; they wait where ``params.study.only_light`` asks for a first book.

    Returns
    -------
    DataFrame
        `COLUMNS`: ``external`` is the AUC of the soft vote on ``scramble.test_set``,
        ``internal`` the mean within-fold AUC, ``permutation`` as in `Scramble.numbers`.

    Raises
    ------
    EstimatorError, OverlapError, StageError, MissingInputError, TableError
        See `experiments.fit_experiment`.
    """
    params = run.params.controls.scramble
    plan = _plan(run, find_entries(params.models, catalogue), params.test_set)
    table = _stage(run, LIGHT, plan, find_entries(params.models, catalogue), params.permutations)
    networks = find_entries(params.network_models, catalogue)
    if run.params.study.only_light or not networks:
        return table
    plan = _plan(run, networks, params.test_set)
    defaults = {
        name: {**section, "steps": params.network_steps} if "steps" in section else section
        for name, section in plan.defaults.items()
    }
    inner = dict.fromkeys(plan.inner_folds, params.network_inner_folds)
    plan = replace(plan, defaults=defaults, inner_folds=inner)
    others = _stage(run, NETWORKS, plan, networks, params.network_permutations)
    return pd.concat([table, others], ignore_index=True)


def _plan(run: Run, entries: Mapping[str, Entry], test_set: str) -> Plan:
    """What the classification works on, less the sets whose predictions nobody asks for here."""
    params, whole = run.params.classification, study_patients(run).table
    table = whole[whole["dataset"].isin([TRAINING, test_set])].reset_index(drop=True)
    training = table[table["dataset"] == TRAINING]
    check_learned_from(run, LIGHT, patient_keys(training))
    entropy = int(run.seed_sequence(CLASSIFICATION).generate_state(1)[0])
    return Plan(
        patients=table,
        training=TRAINING,
        folds=draw_folds(training, n_folds=params.folds, seeds=1, entropy=entropy),
        inner_folds={"light": params.inner_folds, "heavy": params.heavy_inner_folds},
        entropy=entropy,
        sources=open_sources(run, whole, entries.values()),  # the files of all other pages
        defaults=settings_of(run.params, entries),
    )


def _stage(
    run: Run, name: str, plan: Plan, entries: Mapping[str, Entry], permutations: int
) -> pd.DataFrame:
    params = run.params.controls.scramble
    numbers = [OBSERVED, SINGLE, *range(1, permutations + 1)]
    units = {
        f"{model}_{start:05d}": Scramble(model, entry, tuple(numbers[start : start + params.batch]))
        for model, entry in entries.items()
        for start in range(0, len(numbers), params.batch)
    }
    depends_on = {
        "patients": digest_of(plan.patients.to_csv(index=False)),
        "folds": digest_of(plan.folds.to_csv(index=False)),
        "sources": {key: one.digest if one else "" for key, one in plan.sources.items()},
        "settings": [plan.inner_folds, plan.entropy, plan.defaults, params.single_seed],
        "units": {key: [unit.model, unit.entry, unit.numbers] for key, unit in units.items()},
        "code": digest_of_code(*CODE, *{entry.module for entry in entries.values()}),
    }
    work = partial(scramble_unit, plan=plan, single_seed=params.single_seed)
    return table_of_units(run, name, units, work, depends_on=depends_on)


def scramble_unit(unit: Scramble, *, plan: Plan, single_seed: int = 0) -> pd.DataFrame:
    """Fit and score one model under each of its permutations.

    Parameters
    ----------
    plan : Plan
        With the labels as they are; whom `Plan.training` does not hold is the test set.
    single_seed : int, default 0
        Of the permutation `SINGLE`.

    Returns
    -------
    DataFrame
        `COLUMNS`; what could not be fitted or measured is NaN, and says why.
    """
    rows: list[dict[str, Any]] = []
    for number in unit.numbers:
        row = {"model": unit.model, "title": unit.entry.title, "permutation": number}
        row |= {"external": float("nan"), "internal": float("nan"), "n_test": 0, "note": ""}
        try:
            row |= _fitted(unit, permuted(plan, number, single_seed=single_seed))
        except PSPError as error:
            row["note"] = f"{type(error).__name__}: {error}"
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def permuted(plan: Plan, number: int, *, single_seed: int = 0) -> Plan:
    """The plan with the training labels permuted, and folds drawn for them.

    Parameters
    ----------
    number : int
        See `Scramble.numbers`; `OBSERVED` gives the plan with the folds of its own labels.
    """
    table = plan.patients
    own = (table["dataset"] == plan.training).to_numpy()
    labels = table["label"].to_numpy(dtype=object).copy()
    if number != OBSERVED:
        seed = single_seed if number == SINGLE else [plan.entropy, 0x5C4A, number]
        labels[own] = np.random.default_rng(seed).permutation(labels[own])
    table = table.assign(label=labels)
    n_folds = int(plan.folds["fold"].max()) + 1
    folds = draw_folds(table[own], n_folds=n_folds, seeds=1, entropy=plan.entropy)
    return replace(plan, patients=table, folds=folds)


def _fitted(unit: Scramble, plan: Plan) -> dict[str, Any]:
    """Both statistics of one model on one set of labels."""
    table = plan.patients
    truth = is_true_progression(table["label"])
    own = (table["dataset"] == plan.training).to_numpy()
    held_out, fold = np.full(len(table), np.nan), np.full(len(table), -1)
    votes, voters = np.zeros(len(table)), 0
    for number in range(int(plan.folds["fold"].max()) + 1):
        found = fit_unit(Unit(unit.model, unit.entry, 0, number), plan).arrays
        rows, scores = found["rows"], found["scores"]
        is_own = own[rows]
        held_out[rows[is_own]], fold[rows[is_own]] = scores[is_own], number
        votes[rows[~is_own]] += scores[~is_own]
        voters += 1
        tested = rows[~is_own]  # the same for every fold: who has what the arm reads
    scored = fold >= 0
    internal = internal_auc(truth[scored], held_out[scored], fold[scored]).auc
    result = {"internal": internal, "n_test": len(tested)}
    try:
        return result | {"external": auc(truth[tested], votes[tested] / voters)}
    except UndefinedMetricError as error:
        return result | {"note": f"{type(error).__name__}: {error}"}
