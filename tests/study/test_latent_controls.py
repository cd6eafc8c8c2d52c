"""Controls on true latents: what every model must reach, and what none may."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run, open_run
from psp_core.study import latent_controls as latent_controls_module
from psp_core.study.latent_controls import (
    AS_SET,
    INTERACTION,
    PLUMBING,
    LatentControls,
    LatentFit,
    fit_on_latents,
    latent_controls,
)

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SMALL = {
    "study.workers": 1,
    "classification.models": [
        *("proposed_lesion", "concatenation_lesion", "mri_only", "mri_only_lesion"),
        *("clinical_logistic", "majority"),
    ],
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


@pytest.fixture(scope="module")
def controls(run: Run) -> LatentControls:
    return latent_controls(run)


def fit(model: str, n: int, n_test: int, causes: CausalModel, seed: int = 0) -> pd.Series:
    unit = LatentFit(PLUMBING, (model,), AS_SET, causes, (n,), n_test, seed)
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
    unit = LatentFit(PLUMBING, ("clinical_logistic",), AS_SET, CausalModel(), (40, 80), 100, 3)
    both = fit_on_latents(unit, defaults={})
    alone = fit_on_latents(replace(unit, sizes=(80,)), defaults={})
    assert both["auc"].iloc[1] == alone["auc"].iloc[0]
    pd.testing.assert_frame_equal(both, fit_on_latents(unit, defaults={}))


def test_a_model_that_cannot_be_fitted_says_why() -> None:
    found = fit("clinical_network", 1, 50, CausalModel())
    assert pd.isna(found["auc"])
    assert found["note"].startswith("EstimatorError: all 1 training patients")


def test_the_guided_arm_is_compared_with_the_fusions_of_its_tokens() -> None:
    models = ("proposed", "concatenation", "concatenation_lesion", "mri_only")
    unit = LatentFit(PLUMBING, models, AS_SET, CausalModel(), (40,), 200, 0)
    found = fit_on_latents(unit, defaults={"steps": 5}).set_index("model")
    guided, row = found.loc["proposed"], found.loc["concatenation"]
    assert row["difference"] == pytest.approx(guided["auc"] - row["auc"])
    assert row["lower"] < row["difference"] < row["upper"]
    assert 0 <= row["p_value"] <= 1
    others = found.drop(index="concatenation")
    assert others["difference"].isna().all()


def test_plumbing_has_every_arm_and_the_interaction_for_images(controls: LatentControls) -> None:
    table = controls.plumbing
    told = table.groupby("story")["model"].apply(set).to_dict()
    assert told[AS_SET] == set(SMALL["classification.models"])  # type: ignore[call-overload]
    assert told[INTERACTION] == told[AS_SET] - {"clinical_logistic", "majority"}
    compared = table[table["difference"].notna()]
    pairs = set(zip(compared["model"], compared["story"], strict=True))
    assert pairs == {("concatenation_lesion", story) for story in (AS_SET, INTERACTION)}
    majority = table[table["model"] == "majority"].iloc[0]
    assert (majority["auc"], majority["ceiling"], majority["is_within"]) == (0.5, 0.5, True)


def test_an_auc_far_above_the_best_possible_is_not_within(
    run: Run, controls: LatentControls, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.concat([controls.plumbing, controls.zero_effect, controls.learning])
    above = table.assign(auc=table["ceiling"] + 0.05)
    monkeypatch.setattr(latent_controls_module, "table_of_units", lambda *_, **__: above)
    assert not latent_controls(run).plumbing["is_within"].any()


def test_zero_effect_has_the_arms_that_differ_on_every_cohort(controls: LatentControls) -> None:
    table = controls.zero_effect
    assert table.groupby("model", sort=False)["seed"].nunique().to_dict() == {
        "proposed_lesion": 3,
        "concatenation_lesion": 3,
        "mri_only": 3,
        "clinical_logistic": 3,
        "majority": 3,
    }
    assert (table["n_train"] == 40).all()
    assert controls.left_out == ("MRI only, lesion tokens",)


def test_the_learning_curve_has_its_sizes_and_seeds(controls: LatentControls) -> None:
    table = controls.learning
    assert table.groupby("model", sort=False)["seed"].nunique().to_dict() == {
        "proposed_lesion": 1,
        "concatenation_lesion": 1,
        "mri_only": 1,
        "clinical_logistic": 2,
        "majority": 2,
    }
    assert set(table["n_train"]) == {30, 60}


def test_controls_repeat(run: Run, controls: LatentControls) -> None:
    pd.testing.assert_frame_equal(latent_controls(run).plumbing, controls.plumbing)
