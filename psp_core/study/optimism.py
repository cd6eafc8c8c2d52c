"""What stopping and selecting on the validation folds add to their AUC, beside the truth.

Five arms of one network on the same folds: *closed* (all variables, last step), the leaks of the
published protocol one by one and together, and variables *nested* inside the training fold. Each
arm's mean AUC within the folds stands beside its fold models' mean AUC on fresh patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from inspect import signature
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from psp_core.classifiers.feature_sets import feature_set_of
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.internal import internal_auc
from psp_core.evaluation.metrics import auc
from psp_core.explain.importance import long_table, ranking
from psp_core.explain.players import play, players_of
from psp_core.explain.selected import SelectedFeatures, hide, sample, sizes_to_try, varying
from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run, digest_of_code
from psp_core.study.availability import usable_rows
from psp_core.study.catalogue import find_entries
from psp_core.study.cross_validation import CODE as FITTING
from psp_core.study.cross_validation import plan_digest, units_of
from psp_core.study.entry import Entry, build_estimator
from psp_core.study.experiments import plan_of, settings_of
from psp_core.study.folds import fold_numbers
from psp_core.study.latent_cohort import causal_model, draw_latent_cohort
from psp_core.study.latent_controls import AS_SET, ZERO_EFFECT, latent_seed
from psp_core.study.latent_inputs import latent_sources
from psp_core.study.patients import KEY, TRAINING, study_patients
from psp_core.study.units import table_of_units

CODE = (*FITTING, "psp_core.phantom", "psp_core.study.optimism", "psp_core.study.latent_cohort",
        "psp_core.study.latent_inputs", "psp_core.study.volume_source")  # fmt: skip
CLOSED, NESTED, PUBLISHED = "closed", "selected inside the fold", "published: both"
STOPPED, SELECTED = "stopped on validation", "selected on validation"
ARMS = (CLOSED, NESTED, STOPPED, SELECTED, PUBLISHED)
VALIDATION, FRESH, IMAGES = "validation", "fresh", "images"
Part = Literal["last step", "watched", "nested"]
PARTS: tuple[Part, ...] = ("last step", "watched", "nested")
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cohort:
    """Patients to cross-validate, and others who decide nothing.

    Attributes
    ----------
    rows : DataFrame, n rows of the patients table
    fold : int array, shape (n,)
        The fold that holds out each.
    others : mapping of str to DataFrame, by what they are called
    """

    rows: pd.DataFrame
    fold: npt.NDArray[np.int64]
    others: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Drawn:
    """One draw of a cohort on true latents."""

    story: str
    causes: CausalModel
    seed: int
    part: Part


@dataclass(frozen=True)
class Imaged:
    """The run's own patients, with the tokens of their scans."""

    part: Part
    estimator: Any
    cohort: Cohort
    seed: int


def optimism_of_run(run: Run) -> pd.DataFrame:
    """Compare the protocols on cohorts of true latents, and on the run's own patients.

    Returns
    -------
    DataFrame
        See `protocol_arms`, with ``story`` (images where the model has them), ``seed`` and ``n``.

    Raises
    ------
    EstimatorError, OverlapError
        If the model is not a network; see `experiments.plan_of`.
    StageError, MissingInputError, TableError
        If what earlier pages write is not there.
    """
    params, name = run.params.optimism, run.params.optimism.model
    entry = find_entries((name,))[name]
    defaults = settings_of(run.params, {name: entry})[entry.params]
    first, causes = latent_seed(run, "optimism"), causal_model(run.params.phantom)
    units: dict[str, Drawn | Imaged] = {
        f"{story.replace(' ', '_')}_{number:03d}_{part.replace(' ', '_')}": Drawn(
            story, told, first + number, part
        )
        for story, told in ((AS_SET, causes), (ZERO_EFFECT, replace(causes, zero_effect=True)))
        for number in range(params.cohorts)
        for part in PARTS
    }
    plan = plan_of(run, {name: entry}, study_patients(run).table, stage="optimism", seeds=1)
    if all(plan.sources.get(source) is not None for source in entry.sources.values()):
        own = _imaged(entry, plan.patients, plan.folds)
        model = build_estimator(entry, sources=plan.sources, random_state=first, defaults=defaults)
        for part in PARTS:
            units[f"images_{part.replace(' ', '_')}"] = Imaged(part, model, own, first)
    depends_on = {
        "drawn": {key: asdict(one) for key, one in units.items() if isinstance(one, Drawn)},
        "images": [plan_digest(plan), [unit.digest for unit in units_of({name: entry}, plan)]],
        "settings": [asdict(params), run.params.classification.folds],
        "code": digest_of_code(*CODE),
    }
    work = partial(
        compare_protocols,
        entry=entry,
        defaults=defaults,
        sizes=(params.patients, params.fresh_patients),
        n_folds=run.params.classification.folds,
        background=params.background,
        nested_folds=params.nested_folds,
        most_features=params.most_features,
    )
    return table_of_units(run, "optimism", units, work, depends_on=depends_on)


def compare_protocols(
    unit: Drawn | Imaged,
    *,
    entry: Entry,
    defaults: Mapping[str, Any],
    sizes: tuple[int, int],
    n_folds: int,
    background: int,
    nested_folds: int,
    most_features: int,
) -> pd.DataFrame:
    """The arms of one part of one cohort; see `optimism_of_run`."""
    if isinstance(unit, Imaged):
        estimator, cohort, story = unit.estimator, unit.cohort, IMAGES
    else:
        drawn = draw_latent_cohort(unit.causes, sizes, seed=unit.seed)
        estimator = build_estimator(
            entry,
            sources=latent_sources(drawn, entry.sources.values()),
            random_state=unit.seed,
            defaults=defaults,
        )
        truth = is_true_progression(drawn.parts[0]["label"])
        fold = fold_numbers(truth, n_folds=n_folds, seed=unit.seed)
        cohort, story = Cohort(drawn.parts[0], fold, {FRESH: drawn.parts[1]}), unit.story
    table = protocol_arms(
        estimator,
        cohort,
        unit.part,
        background=background,
        nested_folds=nested_folds,
        most_features=most_features,
    )
    return table.assign(story=story, seed=unit.seed, n=len(cohort.rows))


def protocol_arms(
    estimator: Any,
    cohort: Cohort,
    part: Part,
    *,
    background: int,
    nested_folds: int,
    most_features: int,
) -> pd.DataFrame:
    """Fit one network under some of the arms.

    Parameters
    ----------
    estimator : NetworkClassifier, not fitted
    part : {"last step", "watched", "nested"}
        The last step gives `CLOSED` and `SELECTED`, watched networks `STOPPED` and `PUBLISHED`.
    background, nested_folds, most_features : int
        See `SelectedFeatures`.

    Returns
    -------
    DataFrame
        ``arm, n_features, dataset, auc``: ``dataset`` is `VALIDATION` (mean within-fold AUC of
        held-out scores) or one of ``cohort.others`` (mean AUC of the fold models, no vote).
        Rows with an empty ``arm`` are the other numbers of variables, in ``curve`` (the part).
    """
    sees = feature_set_of(estimator.feature_set)
    columns = varying(cohort.rows, sees)
    y_true = is_true_progression(cohort.rows["label"])
    folds = np.unique(cohort.fold)
    if part == "nested":
        chosen = []
        for fold in folds:
            arguments = {name: value for name, value in estimator.get_params(deep=False).items()
                         if name in signature(SelectedFeatures).parameters}  # fmt: skip
            arguments |= {"random_state": estimator.random_state + int(fold)}
            model = SelectedFeatures(
                **arguments,
                selection_folds=nested_folds,
                background=background,
                most_features=most_features,
            )
            out = cohort.fold == fold
            chosen.append(model.fit(cohort.rows[~out], y_true[~out]))
        mean_size = float(np.mean([len(model.kept_) for model in chosen]))
        return _rows(chosen, cohort, y_true).assign(arm=NESTED, n_features=mean_size, curve=part)

    def fitted(kept: tuple[str, ...]) -> list[_Hiding]:
        models = []
        for fold in folds:
            out = cohort.fold == fold
            rows = hide(cohort.rows, sees, kept)
            network = clone(estimator).set_params(random_state=estimator.random_state + int(fold))
            watch = (rows[out], y_true[out]) if part == "watched" else None
            models.append(_Hiding(network.fit(rows[~out], y_true[~out], watch), kept))
        return models

    whole = fitted(columns)
    importance = []
    for fold, one in zip(folds, whole, strict=True):
        out = cohort.fold == fold
        rng = np.random.default_rng([estimator.random_state, int(fold)])
        others = sample(cohort.rows[~out], background, rng)
        game = play(one.network, cohort.rows[out], others, players_of(sees))
        importance.append(long_table(game, cohort.rows[out], fold=int(fold)))
    order = ranking(pd.concat(importance), columns)
    tables = []
    for size in sizes_to_try(len(columns), most_features):
        models = whole if size == len(columns) else fitted(order[:size])
        tables.append(_rows(models, cohort, y_true).assign(n_features=float(size)))
    curve = pd.concat(tables, ignore_index=True).assign(arm="", curve=part)
    inside = curve[curve["dataset"] == VALIDATION]
    best = inside.loc[inside["auc"].idxmax(), "n_features"]
    all_of_them, selected = (CLOSED, SELECTED) if part == "last step" else (STOPPED, PUBLISHED)
    return pd.concat(
        [
            curve,
            curve[curve["n_features"] == len(columns)].assign(arm=all_of_them),
            curve[curve["n_features"] == best].assign(arm=selected),
        ],
        ignore_index=True,
    )


@dataclass(frozen=True)
class _Hiding:
    """A fitted network that is shown the kept variables alone."""

    network: Any
    kept: tuple[str, ...]

    def predict_proba(self, rows: pd.DataFrame) -> npt.NDArray[np.float64]:
        sees = feature_set_of(self.network.feature_set)
        scores: npt.NDArray[np.float64] = self.network.predict_proba(hide(rows, sees, self.kept))
        return scores


def _rows(models: list[Any], cohort: Cohort, y_true: Bools) -> pd.DataFrame:
    """Mean AUC of single fold models, for a vote gains by averaging: it is another estimand."""
    held_out = np.empty(len(cohort.rows))
    for model, fold in zip(models, np.unique(cohort.fold), strict=True):
        out = cohort.fold == fold
        held_out[out] = model.predict_proba(cohort.rows[out])[:, 1]
    found = {VALIDATION: internal_auc(y_true, held_out, cohort.fold).auc}
    for name, rows in cohort.others.items():
        truth = is_true_progression(rows["label"])
        alone = [auc(truth, model.predict_proba(rows)[:, 1]) for model in models]
        found[name] = float(np.mean(alone))
    return pd.DataFrame({"dataset": list(found), "auc": list(found.values())})


def _imaged(entry: Entry, patients: pd.DataFrame, folds: pd.DataFrame) -> Cohort:
    """The run's patients who have the model's features, with the folds of the classification."""
    sees = feature_set_of(entry.feature_set)
    there = {
        str(name): part[usable_rows(part, sees)[0]]
        for name, part in patients.groupby("dataset", sort=False)
    }
    rows = there.pop(TRAINING).reset_index(drop=True)
    number = folds.set_index(list(KEY))["fold"].reindex(pd.MultiIndex.from_frame(rows[list(KEY)]))
    both = {name: part for name, part in there.items() if part["label"].nunique() == 2}
    return Cohort(rows, number.to_numpy(dtype=np.int64), both)
