"""The timing question's fitted models: on real patients, and on phantoms of known causes.

Phantoms here are values without images, drawn as the phantom patients of the study are. What
the label of each setting depends on is known, so that a pattern of AUCs can be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from psp_core.cohorts.timing_selections import EVERYBODY, FIRST_VISIT, MAIN, Selection
from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run, digest_of, digest_of_code
from psp_core.study.latent_cohort import causal_model, draw_latent_cohort
from psp_core.study.timing_fits import fit_timing
from psp_core.study.units import table_of_units

CODE = (
    *("psp_core.classifiers", "psp_core.evaluation", "psp_core.phantom"),
    *("psp_core.study.folds", "psp_core.study.latent_cohort", "psp_core.study.timing_fits"),
    "psp_core.study.timing_question",
)
AS_SET, TIME_ONLY = "as set", "label depends on time only"
STRONG, STRONG_ONLY = "strong timing", "strong timing, label depends on time only"


@dataclass(frozen=True)
class PhantomDraw:
    """Patients of one setting.

    Attributes
    ----------
    setting : str
        What a reader calls `causes`.
    causes : CausalModel
    n : int
    seed : int
        Of the draw; every setting of one size starts from the same.
    """

    setting: str
    causes: CausalModel
    n: int
    seed: int

    def patients(self) -> pd.DataFrame:
        """The patients table, one row each."""
        return draw_latent_cohort(self.causes, (self.n,), seed=self.seed).parts[0]


def fitted_selections(
    selections: Sequence[Selection], *, windows_days: Sequence[int]
) -> dict[str, Selection]:
    """The analyses that models are fitted for, by a name that can be a file's.

    All events under every label rule; under the main rule also those within some windows, at
    follow-up 1, and everyone at risk at follow-up 1.
    """
    within = tuple(f"event within {days} days" for days in windows_days)
    return {
        f"analysis_{number:03d}": one
        for number, one in enumerate(selections)
        if one.patients == EVERYBODY
        or (one.rule == MAIN and one.patients in (*FIRST_VISIT, *within))
    }


def fit_selection(selection: Selection, settings: Mapping[str, Any]) -> pd.DataFrame:
    """`fit_timing` of one analysis, with ``rule`` and ``patients`` in front."""
    fitted = fit_timing(selection.rows, **settings)
    fitted.insert(0, "patients", selection.patients)
    fitted.insert(0, "rule", selection.rule)
    return fitted


def fit_draw(draw: PhantomDraw, settings: Mapping[str, Any], largest: int) -> pd.DataFrame:
    """`fit_timing` of one draw, with ``setting`` and ``n`` in front.

    Cohorts of more than `largest` patients are not resampled: their interval is the widened one.
    """
    samples = settings["bootstrap_samples"] if draw.n <= largest else 0
    fitted = fit_timing(draw.patients(), **{**settings, "bootstrap_samples": samples})
    fitted.insert(0, "n", draw.n)
    fitted.insert(0, "setting", draw.setting)
    return fitted


def fit_settings(run: Run) -> dict[str, Any]:
    """Arguments of `fit_timing` that the params of a run name."""
    params = run.params
    return {
        "n_folds": params.classification.folds,
        "bootstrap_samples": params.timing_question.bootstrap_samples,
        "splits": params.timing_question.splits,
        "minimum_per_class": params.timing_question.fitted_minimum_per_class,
        "seed": params.study.seed,
        "confidence_level": params.timing.confidence_level,
    }


def real_fits(run: Run, selections: Sequence[Selection]) -> pd.DataFrame:
    """Fit the models on real patients, as a stage of the run.

    Parameters
    ----------
    run : Run
    selections : sequence of Selection
        All analyses; see `fitted_selections` for those that are fitted.

    Returns
    -------
    DataFrame
        See `fit_selection`; summaries alone, no row of a patient.

    Raises
    ------
    StageError
        See `units.table_of_units`.
    """
    settings = fit_settings(run)
    units = fitted_selections(
        selections, windows_days=run.params.timing_question.fitted_windows_days
    )
    contents = {
        name: [one.rule, one.patients, digest_of(one.rows.to_csv(index=False))]
        for name, one in units.items()
    }
    depends_on = {"units": contents, "settings": settings, "code": digest_of_code(*CODE)}
    work = partial(fit_selection, settings=settings)
    return table_of_units(run, "timing_real", units, work, depends_on=depends_on)


def phantom_draws(run: Run) -> dict[str, PhantomDraw]:
    """Cohorts of every setting and size, by a name that can be a file's.

    The strong timing is that of the Burdenko table, with the run's effects and without those of
    its switches that leave the label to time alone or to nothing. A story that equals an earlier
    one is left out.
    """
    causes = causal_model(run.params.phantom)
    moderate = replace(causes, timing="jang2018")
    strong = replace(causes, timing="burdenko", label_depends_on_time_only=False, zero_effect=False)
    asked = {AS_SET: causes, TIME_ONLY: _time_only(moderate)}
    asked |= {STRONG: strong, STRONG_ONLY: _time_only(strong)}
    stories: dict[str, CausalModel] = {}
    for setting, story in asked.items():
        if story not in stories.values():
            stories[setting] = story
    seed = int(run.seed_sequence("timing_question").generate_state(1)[0] % 2**30)
    return {
        f"setting_{number}_{n}": PhantomDraw(setting, story, n, seed)
        for n in run.params.timing_question.phantom_patients
        for number, (setting, story) in enumerate(stories.items())
    }


def phantom_fits(run: Run) -> pd.DataFrame:
    """Fit the models on `phantom_draws`, as a stage of the run.

    Returns
    -------
    DataFrame
        See `fit_draw`.

    Raises
    ------
    StageError
        See `units.table_of_units`.
    """
    settings, units = fit_settings(run), phantom_draws(run)
    largest = run.params.timing_question.largest_bootstrapped
    depends_on = {
        "units": {name: asdict(one) for name, one in units.items()},
        "settings": settings,
        "largest": largest,
        "code": digest_of_code(*CODE),
    }
    work = partial(fit_draw, settings=settings, largest=largest)
    return table_of_units(run, "timing_phantoms", units, work, depends_on=depends_on)


def _time_only(causes: CausalModel) -> CausalModel:
    return replace(causes, zero_effect=False, interaction=False, label_depends_on_time_only=True)
