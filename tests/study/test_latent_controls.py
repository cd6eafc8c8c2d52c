"""Controls on true latents: what every model must reach, and what none may."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from psp_core.runs import Run, open_run
from psp_core.study import latent_controls as latent_controls_module
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.latent_controls import (
    AS_SET,
    INTERACTION,
    LatentControls,
    latent_controls,
    latent_entries,
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
    parts = (controls.plumbing, controls.zero_effect, controls.learning, controls.time_only)
    table = pd.concat(parts)
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


def test_models_whose_values_are_not_drawn_are_skipped_with_a_reason() -> None:
    names = ("volume_only", "dose_only", "age_mgmt", "clinical_no_time", "majority", "mri_probe")
    kept, skipped = latent_entries({name: CATALOGUE[name] for name in names})
    assert set(kept) == {"age_mgmt", "clinical_no_time", "majority", "mri_probe"}
    assert skipped["lesion volume only"] == "lesion_volume_cm3: not among the drawn values"
    assert skipped["dose only"].startswith("mean_dose_gy, min_dose_gy")
    heavy = replace(CATALOGUE["proposed"], cost="heavy")
    kept, skipped = latent_entries({"proposed": heavy})
    assert not kept
    assert list(skipped.values()) == ["takes long, and has a table of its own"]


def test_where_time_alone_tells_nothing_beats_it(controls: LatentControls) -> None:
    table = controls.time_only.set_index("model")
    assert list(table.index) == [
        *("days_only", "proposed_lesion", "concatenation_lesion", "clinical_logistic")
    ]
    assert len(set(table["ceiling"])) == 1  # whatever else they see, time is all there is
    others = table.drop(index="days_only")
    assert others["difference"].notna().all()
    assert pd.isna(table.loc["days_only", "difference"])
