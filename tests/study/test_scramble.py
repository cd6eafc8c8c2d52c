"""Permuted labels: who is permuted, that the pipeline is the study's, and what the null is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.permutations import permutation_null
from psp_core.phantom.latents import CausalModel
from psp_core.preprocessing.store import VolumeStore
from psp_core.study import scramble
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.cross_validation import Plan, cross_validate, units_of
from psp_core.study.folds import draw_folds
from psp_core.study.latent_cohort import IMAGE_FIGURES, draw_latent_cohort
from psp_core.study.patients import Patients
from psp_core.study.scramble import (
    OBSERVED,
    SINGLE,
    Scramble,
    permuted,
    scramble_labels,
    scramble_unit,
)
from psp_core.study.votes import collect
from tests.cohorts.made import run_with_cohorts
from tests.study.conftest import make_patients

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
INNER = {"light": 2, "heavy": 2}


@pytest.fixture(scope="module")
def plan() -> Plan:
    patients = make_patients({"burdenko": 30, "external": 12})
    folds = draw_folds(patients[patients["dataset"] == "burdenko"], n_folds=3, seeds=1, entropy=4)
    return Plan(patients, "burdenko", folds, INNER, 4)


@pytest.fixture(scope="module")
def phantoms() -> Plan:
    """A training cohort of the study's size, and patients of another centre."""
    own, other = draw_latent_cohort(CausalModel().strong(), (60, 300), seed=2).parts
    patients = pd.concat([own.assign(dataset="burdenko"), other.assign(dataset="external")])
    noise = np.random.default_rng(0).standard_normal((len(IMAGE_FIGURES), len(patients)))
    figures = dict(zip(IMAGE_FIGURES, noise, strict=True))  # models ask for doses
    patients = patients.assign(has_image=False, **figures).reset_index(drop=True)
    training = patients[patients["dataset"] == "burdenko"]
    return Plan(patients, "burdenko", draw_folds(training, n_folds=3, seeds=1, entropy=1), INNER, 1)


def unit(model: str, *numbers: int) -> Scramble:
    return Scramble(model, CATALOGUE[model], numbers)


def test_only_training_labels_are_permuted_and_their_number_stays(plan: Plan) -> None:
    found = permuted(plan, 3)
    own = plan.patients["dataset"] == "burdenko"
    before, after = plan.patients["label"], found.patients["label"]
    assert (before[~own] == after[~own]).all()
    assert (before[own] != after[own]).any()
    assert sorted(before[own]) == sorted(after[own])
    columns = list(plan.patients.columns.drop("label"))
    pd.testing.assert_frame_equal(found.patients[columns], plan.patients[columns])
    assert set(plan.patients["label"][own]) == set(before[own])  # the plan itself is left alone


def test_folds_are_drawn_for_the_permuted_labels(plan: Plan) -> None:
    found = permuted(plan, 3)
    pd.testing.assert_frame_equal(permuted(plan, OBSERVED).folds, plan.folds)
    truth = found.patients.set_index("subject_id")["label"]
    counts = found.folds.assign(label=found.folds["subject_id"].map(truth))
    per_fold = pd.crosstab(counts["fold"], counts["label"])
    assert (per_fold.max() - per_fold.min() <= 1).all()


def test_permutations_differ_and_repeat(plan: Plan) -> None:
    labels = [tuple(permuted(plan, number).patients["label"]) for number in (1, 2, 1)]
    assert labels[0] == labels[2] != labels[1]
    single = [
        tuple(permuted(plan, SINGLE, single_seed=seed).patients["label"]) for seed in (7, 7, 8)
    ]
    assert single[0] == single[1] != single[2]


def test_labels_as_they_are_give_what_the_study_gives(plan: Plan, tmp_path: object) -> None:
    model = {"clinical_logistic": CATALOGUE["clinical_logistic"]}
    units = units_of(model, plan)
    store = VolumeStore(tmp_path / "fits")  # type: ignore[operator]
    cross_validate(units, plan, store, workers=1, log=tmp_path / "log")  # type: ignore[operator]
    votes = collect(units, plan, store).predictions.query("member == 'soft_vote'")
    found = scramble_unit(unit("clinical_logistic", OBSERVED), plan=plan).iloc[0]
    assert found["external"] == auc(votes["y_true"], votes["y_score"])
    assert found["n_test"] == 12
    assert found["note"] == ""


def test_a_batch_is_its_permutations_one_by_one(plan: Plan) -> None:
    together = scramble_unit(unit("days_only", OBSERVED, 1, 2), plan=plan)
    alone = [scramble_unit(unit("days_only", number), plan=plan) for number in (OBSERVED, 1, 2)]
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True))


def test_on_phantoms_the_null_is_centred_and_the_effect_lies_outside(phantoms: Plan) -> None:
    found = scramble_unit(unit("clinical_logistic", *range(13)), plan=phantoms)
    drawn = found[found["permutation"] > 0]
    null = permutation_null(found["external"].iloc[0], drawn["external"])
    assert null.is_centred()
    assert null.p_value <= 2 / 13
    assert null.high - null.low < 0.5


def test_a_leak_of_the_true_labels_would_move_the_null(phantoms: Plan) -> None:
    """Or the test above would prove nothing."""
    patients = permuted(phantoms, 1).patients
    told = patients.assign(days_since_rt=is_true_progression(patients["label"]).astype(float))
    found = scramble_unit(unit("days_only", OBSERVED), plan=replace(phantoms, patients=told))
    assert found["internal"].iloc[0] == 1


def test_sources_are_opened_as_on_every_other_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the files of pages that run beside this one would be others."""
    patients = make_patients({"burdenko": 30, "external": 12, "upenn_gbm": 6})
    tables: list[pd.DataFrame] = []
    monkeypatch.setattr(scramble, "study_patients", lambda _: Patients(patients, pd.DataFrame()))
    monkeypatch.setattr(scramble, "open_sources", lambda _, table, __: tables.append(table) or {})
    changes = {"study.workers": 1, "study.only_light": True, "controls.scramble.permutations": 1}
    changes |= {"controls.scramble.models": ["days_only"]}  # type: ignore[dict-item]
    run = run_with_cohorts(PARAMS, tmp_path / "run", changes)
    found = scramble_labels(run)
    pd.testing.assert_frame_equal(tables[0], patients)
    assert set(found["n_test"]) == {12}


def test_what_cannot_be_fitted_says_why(plan: Plan) -> None:
    found = scramble_unit(unit("proposed", OBSERVED, 1), plan=plan)
    assert found["external"].isna().all()
    assert found["note"].str.contains("reads 'tokens'").all()


def test_without_another_centre_the_own_one_remains(plan: Plan) -> None:
    own = plan.patients[plan.patients["dataset"] == "burdenko"].reset_index(drop=True)
    found = scramble_unit(unit("days_only", OBSERVED), plan=replace(plan, patients=own)).iloc[0]
    assert np.isnan(found["external"])
    assert 0 <= found["internal"] <= 1
    assert found["note"].startswith("UndefinedMetricError")
