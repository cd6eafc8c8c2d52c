"""Comparisons of models: planted differences are found, and what is missing is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.phantom.latents import CausalModel
from psp_core.runs import Run, open_run
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.claims import FAILS, HOLDS, NOT_TESTABLE, UNDECIDED, Evidence
from psp_core.study.claims_models import (
    TESTS,
    above_chance,
    better,
    clinical_beats_imaging_but_specificity,
    forest_is_lopsided,
    largest_set,
    paired_difference,
)

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_run(PARAMS, tmp_path / "run")


def evidence(run: Run, **signals: float) -> Evidence:
    """300 development phantoms and 20 of the external centre; a score per model and its signal."""
    rng = np.random.default_rng(0)
    sizes = {"development": 300, "external": 20}
    rows = pd.DataFrame(
        [
            {"dataset": name, "subject_id": f"{name}-{number}", "y_true": number % 2 == 0}
            for name, size in sizes.items()
            for number in range(size)
        ]
    )
    scores = {
        model: 1 / (1 + np.exp(-rng.standard_normal(len(rows)) - signal * rows["y_true"]))
        for model, signal in signals.items()
    }
    columns = {**rows.to_dict("series"), **scores, **{f"{model}@": 0.5 for model in signals}}
    return Evidence(run, pd.DataFrame(columns), pd.DataFrame(), None)


def test_the_better_model_is_found_and_the_worse_one_fails(run: Run) -> None:
    given = evidence(run, proposed=1.5, mri_only=0.0, clinical_network=0.2)
    (verdict,) = TESTS["multimodal_beats_one_modality"](given)
    assert verdict.verdict == HOLDS
    assert verdict.data == "development, phantoms: n = 300, 150 true progression; reduced models"
    assert "against MRI only (reduced): AUC" in verdict.figures
    (verdict,) = better([("mri_only", "proposed")])(given)
    assert verdict.verdict == FAILS


def test_equal_models_decide_nothing(run: Run) -> None:
    given = evidence(run, proposed=1.0, concatenation=1.0)
    (verdict,) = TESTS["guided_attention_beats_concatenation"](given)
    assert verdict.verdict == UNDECIDED


def test_one_that_fails_is_enough_among_several(run: Run) -> None:
    given = evidence(run, proposed=1.0, mri_only=0.0, clinical_network=3.0)
    (verdict,) = TESTS["multimodal_beats_one_modality"](given)
    assert verdict.verdict == FAILS


def test_a_copy_of_a_model_is_no_worse_than_the_model(run: Run) -> None:
    given = evidence(run, proposed=1.0)
    given.votes["mri_only"] = given.votes["proposed"] * (1 + 1e-16)
    for pair in (("proposed", "mri_only"), ("mri_only", "proposed")):
        assert next(iter(better([pair])(given))).verdict == UNDECIDED


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("multimodal_beats_one_modality", "images and columns both"),
        ("guided_attention_beats_concatenation", "effects add up"),
        ("whole_brain_beats_lesion", "the rest of the brain has nothing to add"),
        ("proposed_is_above_chance", "images and columns both"),
        ("clinical_beats_imaging_but_specificity", "images and columns both"),
        ("transformer_beats_cnn", ""),
    ],
)
def test_what_phantoms_were_built_with_is_told(run: Run, name: str, told: str) -> None:
    given = replace(evidence(run, **dict.fromkeys(CATALOGUE, 1.0)), built=CausalModel())
    (verdict,) = TESTS[name](given)
    assert verdict.built_in.startswith("built in: " * bool(told))
    assert told in verdict.built_in
    assert bool(verdict.built_in) == bool(told)
    (verdict,) = TESTS[name](replace(given, built=CausalModel(zero_effect=True)))
    assert verdict.built_in == "built without any effect"


def test_a_stand_in_of_the_published_svm_is_not_judged_for_it(run: Run) -> None:
    fitted = dict.fromkeys(set(CATALOGUE) - {"cnn_svm"}, 1.0)
    (verdict,) = TESTS["proposed_beats_the_state_of_the_art"](evidence(run, **fitted))
    assert verdict.verdict == NOT_TESTABLE
    assert "no scores of CNN-SVM (Akbari-like; needs cnn_svm.weights)" in verdict.figures


def test_a_model_that_was_not_fitted_is_named(run: Run) -> None:
    title = CATALOGUE["transfer"].title
    (verdict,) = TESTS["transfer_beats_scratch"](evidence(run, scratch=1.0))
    assert verdict.verdict == NOT_TESTABLE
    assert verdict.figures == f"this run has no scores of {title} on a test set"


def test_the_largest_set_that_both_scored_is_judged(run: Run) -> None:
    given = evidence(run, proposed=1.0, mri_only=0.0)
    assert largest_set(given, ["proposed"])[0] == "development"
    given.votes.loc[given.votes["dataset"] == "development", "proposed"] = np.nan
    name, rows = largest_set(given, ["proposed", "mri_only"])
    assert (name, len(rows)) == ("external", 20)
    given.votes["proposed"] = np.nan
    assert largest_set(given, ["proposed"])[1].empty
    for test in (better([("proposed", "mri_only")]), above_chance("proposed")):
        assert "no set has enough patients" in next(iter(test(given))).figures


def test_better_than_a_coin(run: Run) -> None:
    given = evidence(run, proposed=1.0, proposed_lesion=0.0)
    assert next(iter(above_chance("proposed")(given))).verdict == HOLDS
    assert next(iter(above_chance("proposed_lesion")(given))).verdict == UNDECIDED
    assert next(iter(above_chance("mri_only")(given))).verdict == NOT_TESTABLE


def test_every_metric_but_specificity(run: Run) -> None:
    given = evidence(run, clinical_network=2.0, mri_only=0.0)
    positive = given.votes["y_true"]
    given.votes["clinical_network"] += 0.3 * (given.votes["clinical_network"] < 0.6)
    (verdict,) = clinical_beats_imaging_but_specificity(given)
    assert verdict.verdict in (HOLDS, UNDECIDED)
    given.votes["clinical_network"] = np.where(positive, 0.9, 0.1)  # right of everybody
    (verdict,) = clinical_beats_imaging_but_specificity(given)
    assert verdict.verdict == FAILS  # its specificity is the larger one
    assert "specificity 150/150 against" in verdict.figures
    assert clinical_beats_imaging_but_specificity(evidence(run))[0].verdict == NOT_TESTABLE


def test_a_forest_that_calls_all_true_progression_is_lopsided(run: Run) -> None:
    given = evidence(run, radiomics_forest=1.0)
    given.votes["radiomics_forest"] = 0.9
    (verdict,) = forest_is_lopsided(given)
    assert verdict.verdict == HOLDS
    assert "sensitivity 150/150, specificity 0/150" in verdict.figures
    assert forest_is_lopsided(evidence(run))[0].verdict == NOT_TESTABLE


def test_the_paired_interval_is_that_of_agresti_and_min() -> None:
    first = np.repeat([True, True, False, False], [53, 16, 8, 9])
    second = np.repeat([True, False, True, False], [53, 16, 8, 9])
    value, lower, upper = paired_difference(first, second, confidence_level=0.95)
    # b = 16.5 and c = 8.5 of 88: centre 8 / 88, variance (25 - 64 / 88) / 88 ** 2
    half = 1.959963984540054 * np.sqrt(25 - 64 / 88) / 88
    assert value == pytest.approx(8 / 86)
    assert (lower, upper) == pytest.approx((8 / 88 - half, 8 / 88 + half))


def test_every_test_can_be_judged_where_all_models_of_the_catalogue_are_fitted(run: Run) -> None:
    given = evidence(run, **dict.fromkeys(CATALOGUE, 1.0))
    found = {name: [one.verdict for one in test(given)] for name, test in TESTS.items()}
    assert [name for name, verdicts in found.items() if NOT_TESTABLE in verdicts] == []
