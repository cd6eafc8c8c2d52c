"""No row of the catalogue learns anything of patients it is not fitted on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError
from psp_core.evaluation.classes import CLASSES, is_true_progression
from psp_core.inputs.arrays import keys_of
from psp_core.params.reading import read_params
from psp_core.params.sections import Params
from psp_core.phantom.latents import CausalModel
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.cross_validation import Plan, Unit, fit_unit
from psp_core.study.entry import build_estimator
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
FEW = {"steps": 2, "epochs": 1, "trees": 20, "pretext_steps": 1}
LIGHT = [name for name, entry in CATALOGUE.items() if entry.cost == "light"]


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


def settings(name: str) -> dict[str, object]:
    """The row's settings in the smallest study, at fewer steps still."""
    entry = CATALOGUE[name]
    section = settings_of(smallest_study(), {name: entry})[entry.params]
    return {**section, **{key: value for key, value in FEW.items() if key in section}}


def scores(name: str, patients: Made, fitted: np.ndarray, scored: np.ndarray) -> np.ndarray:
    """Scores of some patients by a row that is fitted on others."""
    entry, rows = CATALOGUE[name], patients.patients
    estimator = build_estimator(
        entry,
        sources=latent_sources(patients.cohort, entry.sources.values()),
        random_state=1,
        defaults=settings(name),
    )
    estimator.fit(rows[fitted], is_true_progression(rows["label"][fitted]))
    return np.asarray(estimator.predict_proba(rows[scored])[:, 1])


def skipped_where_unmade(name: str, before: Made) -> None:
    try:
        latent_sources(before.cohort, CATALOGUE[name].sources.values())
    except EstimatorError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", CATALOGUE)
def test_patients_that_a_row_is_not_fitted_on_change_no_score_of_the_others(
    name: str, before: Made
) -> None:
    skipped_where_unmade(name, before)
    place = np.arange(OWN + OTHER)
    fitted, kept = place < OWN - HELD_OUT, place < OWN
    after = before.changed(~kept | (place >= OWN - HELD_OUT // 2))
    scored = place < OWN - HELD_OUT // 2  # the fitted ones, and half of those held out
    try:
        expected = scores(name, before, fitted, scored)
    except EstimatorError as error:
        pytest.skip(str(error))  # the row asks for more patients, or for weights
    np.testing.assert_array_equal(scores(name, after, fitted, scored), expected)


@pytest.mark.parametrize("name", LIGHT)
def test_held_out_patients_change_neither_calibration_nor_external_scores(
    name: str, before: Made
) -> None:
    entry = CATALOGUE[name]
    skipped_where_unmade(name, before)
    own = before.patients[before.patients["dataset"] == "burdenko"]
    folds = draw_folds(own, n_folds=3, seeds=1, entropy=0)
    held_out = before.patients["subject_id"].isin(folds.query("fold == 0")["subject_id"]).to_numpy()
    found = []
    for patients in (before, before.changed(held_out)):
        plan = Plan(
            patients.patients, "burdenko", folds, {"light": 2, "heavy": 2}, 0,
            sources=latent_sources(patients.cohort, entry.sources.values()),
            defaults={entry.params: settings(name)},
        )  # fmt: skip
        try:
            fitted = fit_unit(Unit(name, entry, 0, 0), plan)
        except EstimatorError as error:
            pytest.skip(str(error))
        external = fitted.arrays["rows"] >= OWN
        assert external.sum() == OTHER
        told = ("n_train", "threshold", "slope", "intercept")
        found.append((fitted.arrays["scores"][external], [fitted.record[key] for key in told]))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    assert found[0][1] == found[1][1]


def test_the_change_is_seen_by_a_row_that_is_fitted_on_it(before: Made) -> None:
    """Or the tests above would prove nothing."""
    place = np.arange(OWN + OTHER)
    after = before.changed(place < 4)
    for name in ("proposed", "mri_probe", "clinical_logistic", "volume_only", "majority"):
        fitted = place < OWN - HELD_OUT
        one, two = (scores(name, each, fitted, place >= OWN) for each in (before, after))
        assert (one != two).any() or name == "majority"
    assert replace(before).patients.equals(before.patients)
