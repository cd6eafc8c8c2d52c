"""Plumbing of the models that take long: fewer made patients, whose images carry the true latents.

Every source of a model is made from the latents and nothing else, so nothing that the model
reads hides them. The ceiling is that of its feature set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial

import pandas as pd

from psp_core.runs import Run, digest_of_code
from psp_core.study.catalogue import CATALOGUE, find_entries
from psp_core.study.entry import Entry
from psp_core.study.experiments import settings_of
from psp_core.study.latent_cohort import causal_model
from psp_core.study.latent_controls import AS_SET, CODE, latent_seed
from psp_core.study.latent_fit import LatentFit, fit_on_latents
from psp_core.study.units import table_of_units

STAGE = "heavy_plumbing"
COLUMNS = ("model", "title", "feature_set", "n_train", "n_test", "auc", "ceiling", "note")


def heavy_plumbing(run: Run, *, catalogue: Mapping[str, Entry] = CATALOGUE) -> pd.DataFrame:
    """Fit all baselines, and what takes long in the classification, on true latents.

    Returns
    -------
    DataFrame
        See `latent_fit.fit_on_latents`; besides ``shortfall`` below the ceiling, and
        ``is_within``: no farther from it than the tolerance, above or below. Empty where the
        run has no such model, or ``params.study.only_light`` asks for a first book.

    Raises
    ------
    EstimatorError, StageError
        If the catalogue has not a model; see `units.table_of_units`.
    """
    params = run.params.truth
    entries = heavy_entries(run, catalogue)
    if run.params.study.only_light or not entries:
        return pd.DataFrame(columns=[*COLUMNS, "story", "shortfall", "is_within"])
    causes, seed = causal_model(run.params.phantom), latent_seed(run, STAGE)
    sizes, n_test = (params.heavy_plumbing_patients,), params.heavy_plumbing_test_patients
    units = {
        model: LatentFit(STAGE, (model,), AS_SET, causes, sizes, n_test, seed) for model in entries
    }
    defaults = settings_of(run.params, entries)
    depends_on = {
        "units": {unit: asdict(fit) for unit, fit in units.items()},
        "defaults": defaults,
        "code": digest_of_code(*CODE),
    }
    work = partial(fit_on_latents, defaults=defaults, catalogue=catalogue)
    table = table_of_units(run, STAGE, units, work, depends_on=depends_on)
    shortfall = table["ceiling"] - table["auc"]
    return table.assign(
        shortfall=shortfall, is_within=shortfall.abs() <= params.heavy_plumbing_tolerance
    )


def heavy_entries(run: Run, catalogue: Mapping[str, Entry]) -> dict[str, Entry]:
    """All models of the baselines, and the heavy ones of the classification."""
    own = find_entries(run.params.classification.models, catalogue)
    heavy = {name: entry for name, entry in own.items() if entry.cost == "heavy"}
    return heavy | find_entries(run.params.baselines.models, catalogue)
