"""Controls that need no image: every model on true latents, where the best AUC is known.

*Plumbing*: with 2,000 patients each model must come close to the best possible AUC.
*Fusions*: there, the guided arm is compared with the other fusions on the same patients.
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
from psp_core.evaluation.comparison import delong_test
from psp_core.evaluation.metrics import auc
from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run, digest_of_code
from psp_core.study.catalogue import FUSIONS, Entry, build_estimator, find_entries
from psp_core.study.latent_cohort import causal_model, ceiling, draw_latent_cohort
from psp_core.study.units import table_of_units

CODE = (
    *("psp_core.study", "psp_core.classifiers", "psp_core.phantom", "psp_core.training"),
    "psp_core.evaluation",
)
AS_SET, INTERACTION, ZERO_EFFECT = "as set", "interaction", "zero effect"
PLUMBING, LEARNING = "plumbing", "learning"
GUIDED = "proposed"
COMPARED = ("difference", "lower", "upper", "p_value")
Units = dict[str, "LatentFit"]


@dataclass(frozen=True)
class LatentFit:
    """Models of the catalogue on one draw of patients.

    Attributes
    ----------
    control : str
        What it is for: `PLUMBING`, `ZERO_EFFECT` or `LEARNING`.
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

    control: str
    models: tuple[str, ...]
    story: str
    causes: CausalModel
    sizes: tuple[int, ...]
    n_test: int
    seed: int


@dataclass(frozen=True)
class LatentControls:
    """Tables of `fit_on_latents`, by control.

    Attributes
    ----------
    plumbing : DataFrame
        As set and with the interaction; besides ``shortfall`` below the ceiling, and
        ``is_within``: no farther from it than the tolerance, above or below.
    zero_effect : DataFrame
        One row per model and cohort (``seed``).
    learning : DataFrame
        Networks have fewer seeds than other models.
    left_out : tuple of str
        Titles of the arms that `zero_effect` and `learning` leave out: they differ from
        another only in the tokens used, and here all tokens carry the same.
    """

    plumbing: pd.DataFrame
    zero_effect: pd.DataFrame
    learning: pd.DataFrame
    left_out: tuple[str, ...]


def latent_controls(run: Run) -> LatentControls:
    """Fit the models of the study on true latents, all controls in one stage and one pool.

    Raises
    ------
    StageError, EstimatorError
        See `units.table_of_units` and `catalogue.find_entries`.
    """
    params, defaults = run.params.truth, asdict(run.params.classification.network)
    entries = find_entries(run.params.classification.models)
    once = _without_twins(entries)
    units = _plumbing(run, entries) | _learning(run, once) | _zero_effect(run, once)
    depends_on = {
        "units": {unit: asdict(fit) for unit, fit in units.items()},
        "defaults": defaults,
        "code": digest_of_code(*CODE),
    }
    work = partial(fit_on_latents, defaults=defaults)
    table = table_of_units(run, "latent_controls", units, work, depends_on=depends_on)
    plumbing, zero_effect, learning = (
        table[table["control"] == control].reset_index(drop=True)
        for control in (PLUMBING, ZERO_EFFECT, LEARNING)
    )
    shortfall = plumbing["ceiling"] - plumbing["auc"]
    is_within = shortfall.abs() <= params.plumbing_tolerance
    return LatentControls(
        plumbing.assign(shortfall=shortfall, is_within=is_within),
        zero_effect,
        learning,
        tuple(entry.title for name, entry in entries.items() if name not in once),
    )


def latent_seed(run: Run, purpose: str) -> int:
    """A seed per purpose; there is room for cohorts to be counted up from it."""
    return int(run.seed_sequence(f"latent_controls/{purpose}").generate_state(1)[0] % 2**30)


def fit_on_latents(unit: LatentFit, *, defaults: Mapping[str, Any]) -> pd.DataFrame:
    """Fit and score the models of one unit.

    Parameters
    ----------
    defaults : mapping
        See `catalogue.build_estimator`.

    Returns
    -------
    DataFrame
        ``control, model, title, feature_set, story, seed, n_train, n_test, auc, ceiling,
        note``; a model that cannot be fitted has no AUC, and says why. Other fusions have
        `COMPARED` against the guided one that uses the same tokens, if the unit holds it:
        guided minus other on the scored patients (paired DeLong).
    """
    cohort = draw_latent_cohort(unit.causes, (max(unit.sizes), unit.n_test), seed=unit.seed)
    patients, test = cohort.parts
    y_test = is_true_progression(test["label"])
    rows: list[dict[str, Any]] = []
    scores: dict[tuple[str | None, int], Any] = {}
    for model, entry in find_entries(unit.models).items():
        for size in unit.sizes:
            train = patients.iloc[:size]
            area, note = float("nan"), ""
            try:
                estimator = build_estimator(
                    entry, tokens=cohort.tokens, random_state=unit.seed, defaults=defaults
                )
                estimator.fit(train, is_true_progression(train["label"]))
                scored = estimator.predict_proba(test)[:, 1]
                area = auc(y_test, scored)
                scores[model, size] = scored
            except PSPError as error:
                note = f"{type(error).__name__}: {error}"
            rows.append(
                {
                    "control": unit.control,
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
                    **dict.fromkeys(COMPARED, float("nan")),
                }
            )
    for row in rows:
        pair = [(name, row["n_train"]) for name in (_guided(row["model"]), row["model"])]
        if pair[0] != pair[1] and all(one in scores for one in pair):
            found = asdict(delong_test(y_test, *(scores[one] for one in pair)))
            row |= {name: found[name] for name in COMPARED}
    return pd.DataFrame(rows)


def _guided(model: str) -> str | None:
    """The guided arm that uses the same tokens as a fusion; None for what is no fusion."""
    fusion = model.removesuffix("_lesion")
    return GUIDED + model[len(fusion) :] if fusion in FUSIONS else None


def _plumbing(run: Run, entries: Mapping[str, Entry]) -> Units:
    """All arms, for it tests code; fusions that are compared share a unit."""
    params, causes = run.params.truth, causal_model(run.params.phantom)
    sizes, n_test = (params.plumbing_patients,), params.plumbing_test_patients
    seed = latent_seed(run, PLUMBING)
    units = {}
    for story in (AS_SET, INTERACTION):
        told = replace(causes, interaction=True) if story == INTERACTION else causes
        groups: dict[str, tuple[str, ...]] = {}
        for model, entry in entries.items():
            if story == AS_SET or entry.needs_tokens:  # the interaction lies in the images
                group = _guided(model) or model
                groups[group] = (*groups.get(group, ()), model)
        for group, models in groups.items():
            fit = LatentFit(PLUMBING, models, story, told, sizes, n_test, seed)
            units[f"plumbing_{group}_{story.replace(' ', '_')}"] = fit
    return units


def _zero_effect(run: Run, entries: Mapping[str, Entry]) -> Units:
    params = run.params.truth
    causes = replace(causal_model(run.params.phantom), zero_effect=True)
    sizes, n_test = (params.zero_effect_patients,), params.zero_effect_test_patients
    first = latent_seed(run, ZERO_EFFECT)
    return {
        f"zero_effect_{number:03d}": LatentFit(
            ZERO_EFFECT, tuple(entries), ZERO_EFFECT, causes, sizes, n_test, first + number
        )
        for number in range(params.zero_effect_cohorts)
    }


def _learning(run: Run, entries: Mapping[str, Entry]) -> Units:
    params, causes = run.params.truth, causal_model(run.params.phantom)
    sizes, n_test = params.learning_patients, params.zero_effect_test_patients
    first, units = latent_seed(run, LEARNING), {}
    for model, entry in entries.items():
        is_network = "architecture" in entry.settings
        for number in range(params.learning_network_seeds if is_network else params.learning_seeds):
            fit = LatentFit(LEARNING, (model,), AS_SET, causes, sizes, n_test, first + number)
            units[f"learning_{model}_{number}"] = fit
    return units


def _without_twins(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """The first of arms that differ only in the tokens used: here all tokens hold it all."""
    first: dict[str, str] = {}
    for name, entry in entries.items():
        settings = {key: value for key, value in entry.settings.items() if key != "tokens_used"}
        first.setdefault(str((entry.estimator, settings)), name)
    return {name: entries[name] for name in first.values()}
