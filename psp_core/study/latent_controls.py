"""Controls that need no image: every model on true latents, where the best AUC is known.

*Plumbing*: with 2,000 patients each model must come close to the best possible AUC.
*Fusions*: there, the guided arm is compared with the other fusions on the same patients.
*Time only*: where the label depends on time alone, nothing may beat the days since radiotherapy.
*Zero effect*: on cohorts without any effect all models must lie around 0.5. *Learning curve*:
what the number of patients alone costs, with images that hide nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial

import pandas as pd

from psp_core.classifiers.feature_sets import feature_set_of
from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run, digest_of_code
from psp_core.study.catalogue import find_entries
from psp_core.study.cross_validation import CODE as FITTING
from psp_core.study.entry import Entry
from psp_core.study.experiments import settings_of
from psp_core.study.latent_cohort import causal_model, draw_latent_cohort
from psp_core.study.latent_fit import LatentFit, fit_on_latents, guided_of
from psp_core.study.units import table_of_units

CODE = (*FITTING, "psp_core.study", "psp_core.phantom")
AS_SET, INTERACTION, ZERO_EFFECT = "as set", "interaction", "zero effect"
TIME_STORY = "time only"
PLUMBING, LEARNING, TIME_ONLY = "plumbing", "learning", "time_only"
DAYS = "days_only"
Units = dict[str, LatentFit]


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
    time_only : DataFrame
        Where the label depends on time alone: the models that see the days, each compared
        with the days alone (`COMPARED`: days minus model).
    left_out : tuple of str
        Titles of the arms that all but `plumbing` leave out: they differ from another only in
        the tokens used, and here all tokens carry the same.
    skipped : mapping of str to str
        By title, why a model of the study is in none of the tables.
    """

    plumbing: pd.DataFrame
    zero_effect: pd.DataFrame
    learning: pd.DataFrame
    time_only: pd.DataFrame
    left_out: tuple[str, ...]
    skipped: Mapping[str, str]


def latent_controls(run: Run) -> LatentControls:
    """Fit the models of the study on true latents, all controls in one stage and one pool.

    Raises
    ------
    StageError, EstimatorError
        See `units.table_of_units` and `catalogue.find_entries`.
    """
    params = run.params.truth
    entries, skipped = latent_entries(find_entries(run.params.classification.models))
    defaults = settings_of(run.params, entries)
    once = _without_twins(entries)
    units = _plumbing(run, entries) | _learning(run, once) | _zero_effect(run, once)
    units |= _time_only(run, once)
    depends_on = {
        "units": {unit: asdict(fit) for unit, fit in units.items()},
        "defaults": defaults,
        "code": digest_of_code(*CODE),
    }
    work = partial(fit_on_latents, defaults=defaults)
    table = table_of_units(run, "latent_controls", units, work, depends_on=depends_on)
    plumbing, zero_effect, learning, time_only = (
        table[table["control"] == control].reset_index(drop=True)
        for control in (PLUMBING, ZERO_EFFECT, LEARNING, TIME_ONLY)
    )
    shortfall = plumbing["ceiling"] - plumbing["auc"]
    is_within = shortfall.abs() <= params.plumbing_tolerance
    return LatentControls(
        plumbing.assign(shortfall=shortfall, is_within=is_within),
        zero_effect,
        learning,
        time_only,
        tuple(entry.title for name, entry in entries.items() if name not in once),
        skipped,
    )


def latent_entries(entries: Mapping[str, Entry]) -> tuple[dict[str, Entry], dict[str, str]]:
    """The entries that can be fitted on latents here, and by title why others cannot."""
    drawn = draw_latent_cohort(CausalModel(), (2,), seed=0).parts[0]
    kept, skipped = {}, {}
    for name, entry in entries.items():
        sees = feature_set_of(entry.feature_set)
        known = [column for column in sees.columns if column in drawn and drawn[column].any()]
        if entry.cost == "heavy":
            skipped[entry.title] = "takes long, and has a table of its own"
        elif sees.columns and not known and not sees.uses_image:
            skipped[entry.title] = f"{', '.join(sees.columns)}: not among the drawn values"
        else:
            kept[name] = entry
    return kept, skipped


def latent_seed(run: Run, purpose: str) -> int:
    """A seed per purpose; there is room for cohorts to be counted up from it."""
    return int(run.seed_sequence(f"latent_controls/{purpose}").generate_state(1)[0] % 2**30)


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
            if story == AS_SET or entry.sources:  # the interaction lies in the images
                group = guided_of(model) or model
                groups[group] = (*groups.get(group, ()), model)
        for group, models in groups.items():
            fit = LatentFit(PLUMBING, models, story, told, sizes, n_test, seed)
            units[f"plumbing_{group}_{story.replace(' ', '_')}"] = fit
    return units


def _time_only(run: Run, entries: Mapping[str, Entry]) -> Units:
    """The days alone, and every model that sees them among other things, on the same patients."""
    params = run.params.truth
    causes = replace(causal_model(run.params.phantom), label_depends_on_time_only=True)
    days = feature_set_of("time_only").columns
    seeing = [
        name
        for name, entry in entries.items()
        if set(days) <= set(feature_set_of(entry.feature_set).columns)
    ]
    models = tuple(dict.fromkeys((DAYS, *seeing)))
    sizes, n_test = (params.plumbing_patients,), params.plumbing_test_patients
    seed = latent_seed(run, TIME_ONLY)
    return {TIME_ONLY: LatentFit(TIME_ONLY, models, TIME_STORY, causes, sizes, n_test, seed, DAYS)}


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
