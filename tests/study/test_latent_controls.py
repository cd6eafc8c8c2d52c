"""Controls on true latents: what every model must reach, and what none may."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run, open_run
from psp_core.study.latent_controls import (
    AS_SET,
    INTERACTION,
    LatentFit,
    fit_on_latents,
    learning_on_latents,
    plumbing,
    zero_effect,
)

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SMALL = {
    "study.workers": 1,
    "classification.models": ["mri_only", "mri_only_lesion", "clinical_logistic", "majority"],
    "classification.network.steps": 2,
    "truth.plumbing_patients": 60,
    "truth.plumbing_test_patients": 100,
    "truth.zero_effect_patients": 40,
    "truth.zero_effect_test_patients": 60,
    "truth.zero_effect_cohorts": 3,
    "truth.learning_patients": [30, 60],
    "truth.learning_seeds": 2,
    "truth.learning_network_seeds": 1,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return open_run(PARAMS, tmp_path_factory.mktemp("controls"), SMALL)


def fit(model: str, n: int, n_test: int, causes: CausalModel, seed: int = 0) -> pd.Series:
    unit = LatentFit((model,), AS_SET, causes, (n,), n_test, seed)
    return fit_on_latents(unit, defaults={}).iloc[0]


@pytest.mark.parametrize("model", ["mri_only", "proposed", "clinical_logistic"])
def test_what_is_in_the_latents_is_learned(model: str) -> None:
    found = fit(model, 1000, 3000, CausalModel())
    assert found["auc"] == pytest.approx(found["ceiling"], abs=0.05)


def test_without_an_effect_nothing_is_learned() -> None:
    nothing = replace(CausalModel(), zero_effect=True)
    found = fit("clinical_logistic", 400, 4000, nothing)
    assert found["auc"] == pytest.approx(0.5, abs=0.03)
    assert found["ceiling"] == pytest.approx(0.5, abs=1e-6)


def test_smaller_cohorts_are_part_of_the_larger_and_fits_repeat() -> None:
    unit = LatentFit(("clinical_logistic",), AS_SET, CausalModel(), (40, 80), 100, 3)
    both = fit_on_latents(unit, defaults={})
    alone = fit_on_latents(replace(unit, sizes=(80,)), defaults={})
    assert both["auc"].iloc[1] == alone["auc"].iloc[0]
    pd.testing.assert_frame_equal(both, fit_on_latents(unit, defaults={}))


def test_a_model_that_cannot_be_fitted_says_why() -> None:
    found = fit("clinical_network", 1, 50, CausalModel())
    assert pd.isna(found["auc"])
    assert found["note"].startswith("EstimatorError: all 1 training patients")


def test_plumbing_has_every_model_once_and_the_interaction_for_images(run: Run) -> None:
    table = plumbing(run)
    counts = table.groupby("story")["model"].apply(list).to_dict()
    assert counts[AS_SET] == ["mri_only", "clinical_logistic", "majority"]
    assert counts[INTERACTION] == ["mri_only"]
    majority = table[table["model"] == "majority"].iloc[0]
    assert (majority["auc"], majority["ceiling"], majority["is_within"]) == (0.5, 0.5, True)
    pd.testing.assert_frame_equal(plumbing(run), table)


def test_zero_effect_has_every_model_on_every_cohort(run: Run) -> None:
    table = zero_effect(run)
    assert table.groupby("model")["seed"].nunique().tolist() == [3, 3, 3]
    assert (table["n_train"] == 40).all()


def test_the_learning_curve_has_its_sizes_and_seeds(run: Run) -> None:
    table = learning_on_latents(run)
    assert table.groupby("model")["seed"].nunique().to_dict() == {
        "mri_only": 1,
        "clinical_logistic": 2,
        "majority": 2,
    }
    assert set(table["n_train"]) == {30, 60}
