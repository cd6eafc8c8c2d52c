"""No row of the catalogue learns anything of patients it is not fitted on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.encoder.tokens import Tokens
from psp_core.evaluation.classes import CLASSES, is_true_progression
from psp_core.inputs.arrays import keys_of
from psp_core.params.reading import read_params
from psp_core.params.sections import Params
from psp_core.phantom.latents import CausalModel
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.cross_validation import Plan, Unit, fit_unit
from psp_core.study.entry import Entry, build_estimator
from psp_core.study.experiments import settings_of
from psp_core.study.folds import draw_folds
from psp_core.study.latent_cohort import (
    IMAGE_FIGURES,
    LatentCohort,
    draw_latent_cohort,
    latent_tokens,
)
from psp_core.study.latent_inputs import latent_sources

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
OWN, OTHER, HELD_OUT = 24, 6, 8
FEW = {
    "steps": 2, "epochs": 1, "trees": 10, "most_features": 1, "explained": 2, "background": 1,
    "captk_least": 2, "selection_folds": 2,
}  # fmt: skip


def one_of_each_kind() -> tuple[str, ...]:
    """One row for each estimator, form of its network, and kind of sources."""
    names: dict[tuple[object, ...], str] = {}
    for name, entry in CATALOGUE.items():
        sources = frozenset(source.partition(":")[0] for source in entry.sources.values())
        names.setdefault((entry.estimator, entry.settings.get("architecture"), sources), name)
    return tuple(names.values())


ROWS = one_of_each_kind()


@dataclass(frozen=True)
class Made:
    """Patients with what every row reads of them, before and after a change of some."""

    patients: pd.DataFrame
    cohort: LatentCohort

    def changed(self, chosen: np.ndarray) -> Made:
        """Every value, label and image of the chosen patients replaced."""
        patients, latents = self.patients.copy(), self.cohort.latents.copy()
        for name in ("days_since_rt", "age_years", "visit_number", *IMAGE_FIGURES):
            patients.loc[chosen, name] = patients.loc[chosen, name] + 500.0
        patients.loc[chosen, ["sex", "idh_status", "mgmt_status"]] = ["F", "mutant", "methylated"]
        other = dict(zip(CLASSES, CLASSES[::-1], strict=True))
        patients.loc[chosen, "label"] = patients.loc[chosen, "label"].map(other)
        latents[chosen] = 3 - latents[chosen]
        return made(patients, latents)


def made(patients: pd.DataFrame, latents: np.ndarray) -> Made:
    share = np.zeros((len(patients), 8), dtype=np.float32)
    share[:, :4] = 1.0
    tokens = Tokens(tuple(keys_of(patients)), latent_tokens(latents), share)
    return Made(patients, LatentCohort((patients,), tokens, latents))


@pytest.fixture(scope="module")
def before() -> Made:
    drawn = draw_latent_cohort(CausalModel(), (OWN + OTHER,), seed=3)
    rng = np.random.default_rng(0)
    figures = {name: rng.uniform(30, 60, OWN + OTHER) for name in IMAGE_FIGURES}
    patients = drawn.parts[0].assign(
        dataset=["burdenko"] * OWN + ["external"] * OTHER,
        has_image=True,
        visit_number=rng.integers(1, 4, OWN + OTHER).astype(float),
        **figures,
    )
    return made(patients, drawn.latents)


@cache
def smallest_study() -> Params:
    return read_params(PARAMS, "")


def shortened(name: str) -> tuple[Entry, dict[str, object]]:
    """The row and its section in the smallest study, at fewer steps still."""
    entry = CATALOGUE[name]
    section = settings_of(smallest_study(), {name: entry})[entry.params]
    own = {key: FEW.get(key, value) for key, value in entry.settings.items()}
    return replace(entry, settings=own), {**section, **FEW}


def scores(name: str, patients: Made, fitted: np.ndarray, scored: np.ndarray) -> np.ndarray:
    """Scores of some patients by a row that is fitted on others."""
    (entry, defaults), rows = shortened(name), patients.patients
    sources = latent_sources(patients.cohort, entry.sources.values())
    estimator = build_estimator(entry, sources=sources, random_state=1, defaults=defaults)
    estimator.fit(rows[fitted], is_true_progression(rows["label"][fitted]))
    return np.asarray(estimator.predict_proba(rows[scored])[:, 1])


@pytest.mark.parametrize("name", ROWS)
def test_a_row_notices_whom_it_is_fitted_on_and_nobody_else(name: str, before: Made) -> None:
    place = np.arange(OWN + OTHER)
    fitted = place < OWN - HELD_OUT
    unchanged = place < OWN - HELD_OUT // 2  # the fitted ones, and half of those held out
    expected = scores(name, before, fitted, unchanged)
    found = scores(name, before.changed(~unchanged), fitted, unchanged)
    np.testing.assert_array_equal(found, expected)
    # Without this, the lines above would prove nothing.
    held_out = unchanged & ~fitted
    noticed = scores(name, before.changed(place < 6), fitted, held_out)
    assert (noticed != expected[held_out[unchanged]]).any() == (name != "majority")


@pytest.mark.parametrize("name", ROWS)
def test_held_out_patients_change_neither_calibration_nor_external_scores(
    name: str, before: Made
) -> None:
    entry, defaults = shortened(name)
    own = before.patients[before.patients["dataset"] == "burdenko"]
    folds = draw_folds(own, n_folds=3, seeds=1, entropy=0)
    held_out = before.patients["subject_id"].isin(folds.query("fold == 0")["subject_id"]).to_numpy()
    found = []
    for patients in (before, before.changed(held_out)):
        plan = Plan(
            patients.patients, "burdenko", folds, {"light": 2, "heavy": 2}, 0,
            sources=latent_sources(patients.cohort, entry.sources.values()),
            defaults={entry.params: defaults},
        )  # fmt: skip
        fitted = fit_unit(Unit(name, entry, 0, 0), plan)
        external = fitted.arrays["rows"] >= OWN
        assert external.sum() == OTHER
        told = ("n_train", "threshold", "slope", "intercept", "selected")
        found.append((fitted.arrays["scores"][external], [fitted.record[key] for key in told]))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    assert found[0][1] == found[1][1]
