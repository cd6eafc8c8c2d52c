"""Models on true latents: they reach what is there, and find nothing where nothing is."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from psp_core.phantom.latents import CausalModel
from psp_core.study.latent_fit import LatentFit, fit_on_latents


def fit(model: str, n: int, n_test: int, causes: CausalModel, seed: int = 0) -> pd.Series:
    unit = LatentFit("plumbing", (model,), "as set", causes, (n,), n_test, seed)
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
    unit = LatentFit("plumbing", ("clinical_logistic",), "as set", CausalModel(), (40, 80), 100, 3)
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
    unit = LatentFit("plumbing", models, "as set", CausalModel(), (40,), 200, 0)
    found = fit_on_latents(unit, defaults={"classification.network": {"steps": 5}}).set_index(
        "model"
    )
    guided, row = found.loc["proposed"], found.loc["concatenation"]
    assert row["difference"] == pytest.approx(guided["auc"] - row["auc"])
    assert row["lower"] < row["difference"] < row["upper"]
    assert 0 <= row["p_value"] <= 1
    others = found.drop(index="concatenation")
    assert others["difference"].isna().all()


@pytest.mark.parametrize(
    "model",
    [
        *("proposed_eight_heads", "proposed_per_variable", "proposed_bidirectional"),
        *("proposed_m8", "mri_probe", "proposed_no_dose_no_time", "clinical_no_dose_no_time"),
        *("age_mgmt", "proposed_untrained_lesion"),
    ],
)
def test_the_presets_and_controls_learn_what_is_in_the_latents(model: str) -> None:
    found = fit(model, 1000, 3000, CausalModel())
    assert found["ceiling"] > 0.5
    assert found["auc"] == pytest.approx(found["ceiling"], abs=0.05)


def test_time_alone_reaches_the_ceiling_of_its_story() -> None:
    causes = replace(CausalModel(), label_depends_on_time_only=True)
    models = ("days_only", "proposed", "clinical_logistic")
    unit = LatentFit("time_only", models, "time only", causes, (1500,), 6000, 2, "days_only")
    found = fit_on_latents(unit, defaults={}).set_index("model")
    assert found["ceiling"].iloc[0] > 0.6
    days = found.loc["days_only"]
    assert days["auc"] == pytest.approx(days["ceiling"], abs=0.03)
    assert (found["upper"].drop(index="days_only") > 0).all()  # days minus model
