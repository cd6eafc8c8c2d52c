"""Zero effect through the study's own folds: a leak of labels into held-out scores would show.

The cohorts of `latent_controls` judge estimators alone. Here models that need no image go
through the folds, inner folds, calibration and scoring of held-out patients that every result
of the study goes through.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from psp_core.errors import PSPError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.internal import internal_auc
from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run, digest_of_code
from psp_core.study.catalogue import find_entries
from psp_core.study.cross_validation import Plan, fit_unit, units_of
from psp_core.study.folds import draw_folds
from psp_core.study.latent_cohort import DATASET, IMAGE_FIGURES, causal_model, draw_latent_cohort
from psp_core.study.latent_controls import CODE, latent_seed
from psp_core.study.units import table_of_units

MODELS = ("clinical_logistic", "days_only")


@dataclass(frozen=True)
class NullCohorts:
    """Cohorts to cross-validate on.

    Attributes
    ----------
    causes : CausalModel
    n_patients : int
        Of each cohort.
    n_folds, inner_folds : int
    seeds : tuple of int
        One per cohort.
    """

    causes: CausalModel
    n_patients: int
    n_folds: int
    inner_folds: int
    seeds: tuple[int, ...]


def null_cross_validation(run: Run) -> pd.DataFrame:
    """Cross-validate `MODELS` as the study does, on cohorts without any effect.

    Returns
    -------
    DataFrame
        See `cross_validate_cohorts`.

    Raises
    ------
    StageError
        See `units.table_of_units`.
    """
    params, folds = run.params.truth, run.params.classification
    first = latent_seed(run, "null_folds")
    cohorts = NullCohorts(
        replace(causal_model(run.params.phantom), zero_effect=True),
        params.zero_effect_patients,
        folds.folds,
        folds.inner_folds,
        tuple(range(first, first + params.zero_effect_cohorts)),
    )
    depends_on = {"cohorts": asdict(cohorts), "code": digest_of_code(*CODE)}
    work = partial(cross_validate_cohorts, models=MODELS)
    return table_of_units(run, "null_folds", {"all": cohorts}, work, depends_on=depends_on)


def cross_validate_cohorts(cohorts: NullCohorts, *, models: tuple[str, ...]) -> pd.DataFrame:
    """Mean within-fold AUC of calibrated held-out scores, per model and cohort.

    Doses and volumes, which `draw_latent_cohort` leaves out, are noise.

    Returns
    -------
    DataFrame
        ``model, title, seed, n_train, auc, note``; a model that cannot be fitted has no AUC,
        and says why.
    """
    rows = []
    for seed in cohorts.seeds:
        drawn = draw_latent_cohort(cohorts.causes, (cohorts.n_patients,), seed=seed).parts[0]
        noise = np.random.default_rng([seed, 0xD05E]).standard_normal(
            (len(drawn), len(IMAGE_FIGURES))
        )
        figures = dict(zip(IMAGE_FIGURES, noise.T, strict=True))  # models ask for doses
        patients = drawn.assign(has_image=False, **figures)
        for model, entry in find_entries(models).items():
            area, note = float("nan"), ""
            try:
                folds = draw_folds(patients, n_folds=cohorts.n_folds, seeds=1, entropy=seed)
                plan = Plan(patients, DATASET, folds, {"light": cohorts.inner_folds}, seed)
                area = _held_out_auc(model, plan)
            except PSPError as error:
                note = f"{type(error).__name__}: {error}"
            rows.append((model, entry.title, seed, cohorts.n_patients, area, note))
    return pd.DataFrame(rows, columns=["model", "title", "seed", "n_train", "auc", "note"])


def _held_out_auc(model: str, plan: Plan) -> float:
    fold = np.empty(len(plan.patients), dtype=np.int64)
    scores = np.empty(len(plan.patients))
    for unit in units_of(find_entries((model,)), plan):
        arrays = fit_unit(unit, plan).arrays
        fold[arrays["rows"]], scores[arrays["rows"]] = unit.fold, arrays["scores"]
    return internal_auc(is_true_progression(plan.patients["label"]), scores, fold).auc
