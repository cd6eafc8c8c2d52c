"""Plumbing of what takes long: which models, and that a light stand-in comes to its ceiling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from psp_core.runs import Run, open_run
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.heavy_plumbing import heavy_entries, heavy_plumbing

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
OVERRIDES = {
    "study.workers": 1,
    "classification.models": ["mri_probe", "proposed_lesion", "majority"],
    "baselines.models": ["clinical_logistic"],
    "classification.network.steps": 100,
    "truth.heavy_plumbing_patients": 400,
    "truth.heavy_plumbing_test_patients": 1000,
}
STAND_IN = {**CATALOGUE, "mri_probe": replace(CATALOGUE["mri_probe"], cost="heavy")}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_run(PARAMS, tmp_path / "run", OVERRIDES)


def test_heavy_models_of_the_classification_and_all_baselines_are_taken(run: Run) -> None:
    assert list(heavy_entries(run, STAND_IN)) == ["mri_probe", "clinical_logistic"]


def test_given_the_latents_they_come_to_the_ceiling(run: Run) -> None:
    table = heavy_plumbing(run, catalogue=STAND_IN).set_index("model")
    assert (table["n_train"] == 400).all()
    assert table["ceiling"].between(0.6, 0.9).all()
    assert table.loc["mri_probe", "is_within"]
    assert table["shortfall"].equals(table["ceiling"] - table["auc"])


def test_a_model_whose_source_has_no_latents_says_so(run: Run) -> None:
    odd = replace(STAND_IN["mri_probe"], sources={"tokens": "photographs"})
    table = heavy_plumbing(run, catalogue={**STAND_IN, "mri_probe": odd}).set_index("model")
    assert "'photographs' cannot be made from latents" in table.loc["mri_probe", "note"]
    assert not table.loc["mri_probe", "is_within"]


def test_before_a_first_book_none_is_fitted(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run", OVERRIDES | {"study.only_light": True})
    assert heavy_plumbing(run, catalogue=STAND_IN).empty
