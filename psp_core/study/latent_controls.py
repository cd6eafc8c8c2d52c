"""Controls that need no image: every model on true latents, where the best AUC is known.

*Plumbing*: with 2,000 patients each model must come close to the best possible AUC.
*Zero effect*: on cohorts without any effect all models must lie around 0.5. *Learning curve*:
what the number of patients alone costs, with images that hide nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from psp_core.errors import PSPError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.metrics import auc
from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run, digest_of_code
from psp_core.study.catalogue import Entry, build_estimator, find_entries
from psp_core.study.latent_cohort import causal_model, ceiling, draw_latent_cohort
from psp_core.study.units import table_of_units

CODE = ("psp_core.study", "psp_core.classifiers", "psp_core.phantom", "psp_core.training")
AS_SET, INTERACTION = "as set", "interaction"


@dataclass(frozen=True)
class LatentFit:
    """Models of the catalogue on one draw of patients.

    Attributes
    ----------
    models : tuple of str
    story : str
        What a reader calls `causes`.
    causes : CausalModel
    sizes : tuple of int
        Patients to fit on, rising; the smaller are part of the larger.
    n_test : int
        Patients to score.
    seed : int
        Of the draw and of each fit.
    """

    models: tuple[str, ...]
    story: str
    causes: CausalModel
    sizes: tuple[int, ...]
    n_test: int
    seed: int


def plumbing(run: Run) -> pd.DataFrame:
    """Fit every model of the study on true latents, as set and with the interaction.

    Returns
    -------
    DataFrame
        As `fit_on_latents`, with ``shortfall`` below the ceiling and ``is_within`` the
        tolerance.

    Raises
    ------
    StageError, EstimatorError
        See `units.table_of_units` and `catalogue.find_entries`.
    """
    params, causes = run.params.truth, causal_model(run.params.phantom)
    stories = {AS_SET: causes, INTERACTION: replace(causes, interaction=True)}
    sizes, n_test, seed = (params.plumbing_patients,), params.plumbing_test_patients, _seed(run, 0)
    units = {
        f"{model}_{story.replace(' ', '_')}": LatentFit((model,), story, told, sizes, n_test, seed)
        for story, told in stories.items()
        for model, entry in _entries(run).items()
        if story == AS_SET or entry.needs_tokens  # the interaction lies in the images
    }
    table = _compute(run, "plumbing", units)
    shortfall = table["ceiling"] - table["auc"]
    return table.assign(shortfall=shortfall, is_within=shortfall <= params.plumbing_tolerance)


def zero_effect(run: Run) -> pd.DataFrame:
    """Fit every model of the study on cohorts in which no latent differs between the classes.

    Returns
    -------
    DataFrame
        As `fit_on_latents`, one row per model and cohort (``seed``).

    Raises
    ------
    StageError, EstimatorError
        See `units.table_of_units` and `catalogue.find_entries`.
    """
    params = run.params.truth
    causes = replace(causal_model(run.params.phantom), zero_effect=True)
    sizes, n_test = (params.zero_effect_patients,), params.zero_effect_test_patients
    seeds = [_seed(run, 1) + number for number in range(params.zero_effect_cohorts)]
    models = tuple(_entries(run))
    units = {
        f"cohort_{number:03d}": LatentFit(models, "zero effect", causes, sizes, n_test, seed)
        for number, seed in enumerate(seeds)
    }
    return _compute(run, "zero_effect", units)


def learning_on_latents(run: Run) -> pd.DataFrame:
    """Fit every model of the study on rising numbers of patients with true latents.

    Returns
    -------
    DataFrame
        As `fit_on_latents`; networks have fewer seeds than other models.

    Raises
    ------
    StageError, EstimatorError
        See `units.table_of_units` and `catalogue.find_entries`.
    """
    params, causes = run.params.truth, causal_model(run.params.phantom)
    n_test = params.zero_effect_test_patients
    units = {}
    for model, entry in _entries(run).items():
        is_network = "architecture" in entry.settings
        n_seeds = params.learning_network_seeds if is_network else params.learning_seeds
        for number in range(n_seeds):
            units[f"{model}_{number}"] = LatentFit(
                (model,), AS_SET, causes, params.learning_patients, n_test, _seed(run, 2) + number
            )
    return _compute(run, "learning_on_latents", units)


def fit_on_latents(unit: LatentFit, *, defaults: Mapping[str, Any]) -> pd.DataFrame:
    """Fit and score the models of one unit.

    Parameters
    ----------
    defaults : mapping
        See `catalogue.build_estimator`.

    Returns
    -------
    DataFrame
        ``model, title, feature_set, story, seed, n_train, n_test, auc, ceiling, note``; a model
        that cannot be fitted has no AUC, and says why.
    """
    cohort = draw_latent_cohort(unit.causes, (max(unit.sizes), unit.n_test), seed=unit.seed)
    patients, test = cohort.parts
    y_test = is_true_progression(test["label"])
    rows = []
    for model, entry in find_entries(unit.models).items():
        for size in unit.sizes:
            train = patients.iloc[:size]
            area, note = float("nan"), ""
            try:
                estimator = build_estimator(
                    entry, tokens=cohort.tokens, random_state=unit.seed, defaults=defaults
                )
                estimator.fit(train, is_true_progression(train["label"]))
                area = auc(y_test, estimator.predict_proba(test)[:, 1])
            except PSPError as error:
                note = f"{type(error).__name__}: {error}"
            rows.append(
                {
                    "model": model,
                    "title": entry.title,
                    "feature_set": entry.feature_set,
                    "story": unit.story,
                    "seed": unit.seed,
                    "n_train": size,
                    "n_test": unit.n_test,
                    "auc": area,
                    "ceiling": ceiling(unit.causes, entry.feature_set),
                    "note": note,
                }
            )
    return pd.DataFrame(rows)


def _entries(run: Run) -> dict[str, Entry]:
    """The models of the study, each once: all tokens or lesion tokens, here both hold it all."""
    seen: set[str] = set()
    kept = {}
    for name, entry in find_entries(run.params.classification.models).items():
        settings = {key: value for key, value in entry.settings.items() if key != "tokens_used"}
        is_new = str((entry.estimator, settings)) not in seen
        seen.add(str((entry.estimator, settings)))
        if is_new:
            kept[name] = entry
    return kept


def _compute(run: Run, name: str, units: Mapping[str, LatentFit]) -> pd.DataFrame:
    defaults = asdict(run.params.classification.network)
    depends_on = {
        "units": {unit: asdict(fit) for unit, fit in units.items()},
        "defaults": defaults,
        "code": digest_of_code(*CODE),
    }
    work = partial(fit_on_latents, defaults=defaults)
    return table_of_units(run, name, units, work, depends_on=depends_on)


def _seed(run: Run, purpose: int) -> int:
    """A seed per purpose; there is room for cohorts to be counted up from it."""
    return int(run.seed_sequence(f"latent_controls/{purpose}").generate_state(1)[0] % 2**30)
