"""The models of the study are explained on whom they held out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from psp_core.classifiers.feature_sets import DOSES
from psp_core.encoder.tokens import Tokens
from psp_core.errors import OverlapError, StageError
from psp_core.explain.known_effects import DOSE, known_contributions
from psp_core.explain.players import IMAGE
from psp_core.phantom.latents import CausalModel, draw_labels, draw_latents
from psp_core.phantom.oracle import log_likelihood_ratio
from psp_core.runs import Run, open_run
from psp_core.study import explained as module
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.cross_validation import Plan, Unit
from psp_core.study.explained import (
    GROUPED,
    SINGLE,
    explain_run,
    explain_unit,
    known_importance,
    read_explanation,
)
from psp_core.study.folds import draw_folds
from psp_core.study.patients import Patients
from tests.cohorts.made import run_with_cohorts
from tests.study.conftest import put_in_a_test_set

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


def explained(
    patients: pd.DataFrame, tokens: Tokens, model: str, protocol: str = "closed"
) -> pd.DataFrame:
    folds = draw_folds(patients[patients["dataset"] == "burdenko"], n_folds=5, seeds=1, entropy=1)
    inner: Any = {"light": 2}
    short = {"classification.network": {"steps": 10, "width": 8, "learning_rate": 0.03}}
    plan = Plan(patients, "burdenko", folds, inner, 1, {"tokens": tokens}, short, protocol)
    return explain_unit(Unit(model, CATALOGUE[model], 0, 0), plan=plan, background=2)


def test_values_are_of_the_held_out_patients_and_add_up(
    patients: pd.DataFrame, tokens: Tokens
) -> None:
    table = explained(patients, tokens, "clinical_logistic")
    folds = draw_folds(patients[patients["dataset"] == "burdenko"], n_folds=5, seeds=1, entropy=1)
    assert set(table["subject_id"]) == set(folds[folds["fold"] == 0]["subject_id"])
    for kind in (SINGLE, GROUPED):
        part = table[table["players"] == kind].groupby("subject_id")
        whole = part["worth_all"].first() - part["worth_none"].first()
        np.testing.assert_allclose(part["shapley"].sum(), whole, atol=1e-6)


def test_the_doses_together_are_their_sum_in_a_linear_model(
    patients: pd.DataFrame, tokens: Tokens
) -> None:
    table = explained(patients, tokens, "clinical_logistic")
    doses = table[(table["players"] == SINGLE) & table["player"].str.endswith("_gy")]
    one = table[(table["players"] == GROUPED) & (table["player"] == "dose")]
    together = one.set_index("subject_id")["shapley"].sort_index()
    np.testing.assert_allclose(doses.groupby("subject_id")["shapley"].sum(), together, atol=1e-6)


def test_the_same_unit_gives_the_same_values(patients: pd.DataFrame, tokens: Tokens) -> None:
    one, other = (explained(patients, tokens, "clinical_logistic") for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_as_published_the_step_chosen_on_the_held_out_is_the_one_explained(
    patients: pd.DataFrame, tokens: Tokens
) -> None:
    network = "clinical_network"
    closed, published = (
        explained(patients, tokens, network, protocol) for protocol in ("closed", "published")
    )
    assert list(closed.columns) == list(published.columns)
    assert (closed["shapley"] != published["shapley"]).any()
    same = [explained(patients, tokens, "days_only", one) for one in ("closed", "published")]
    pd.testing.assert_frame_equal(*same)  # it has nothing to stop


@pytest.fixture
def run(tmp_path: Path, patients: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> Run:
    lost = pd.DataFrame(columns=["dataset", "subject_id", "lost", "reason"])
    monkeypatch.setattr(module, "study_patients", lambda _: Patients(patients, lost))
    changes = {"study.workers": 1, "explanation.models": ["clinical_logistic"]}
    return run_with_cohorts(PARAMS, tmp_path / "run", changes)


def test_an_explanation_is_read_as_it_was_written(run: Run, patients: pd.DataFrame) -> None:
    with pytest.raises(StageError, match="'explanation' of this run is not finished"):
        read_explanation(run)
    written = explain_run(run)
    pd.testing.assert_frame_equal(read_explanation(run), written)
    own = patients[patients["dataset"] == "burdenko"]
    assert set(written["subject_id"]) == set(own["subject_id"])  # each is held out once
    assert written.groupby(["subject_id", "players", "player"]).size().eq(1).all()


def test_without_an_encoder_the_clinical_network_is_explained(run: Run) -> None:
    lacking = {"explanation.models": ["proposed"], "explanation.seeds": 1}
    without = run_with_cohorts(PARAMS, run.folder, lacking | {"study.workers": 1})
    assert set(explain_run(without)["model"]) == {"clinical_network"}


def test_nothing_is_explained_that_is_fitted_on_a_patient_of_a_test_set(run: Run) -> None:
    put_in_a_test_set(run, "burdenko-003")
    with pytest.raises(OverlapError, match="explanation would be fitted on 1 of the patients"):
        explain_run(run)


def truth_table(model: CausalModel) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = draw_latents(rng, draw_labels(rng, 6, model), model)
    for arm in ("time_only", "image_only", "dose_only"):
        table[f"bayes_{arm}_observable"] = log_likelihood_ratio(table, arm, model)
    table.loc[1, "bayes_image_only_observable"] = np.nan  # dropped on the way
    datasets = ["burdenko"] * 4 + ["external"] * 2
    return table.assign(dataset=datasets, subject_id=[f"P{n}" for n in range(6)])


def test_known_importance_is_of_the_training_phantoms_that_have_a_score(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run", {})
    assert known_importance(run).empty
    model = CausalModel(rim=0.9)
    table = truth_table(model)
    (run.folder / "phantom").mkdir()
    table.to_parquet(run.folder / "phantom" / "truth.parquet")
    told = {"model": {"rim": 0.9}}
    (run.folder / "phantom" / "truth.json").write_text(json.dumps(told), encoding="utf-8")
    found = known_importance(run)
    assert found["subject_id"].tolist() == ["P0", "P2", "P3"]
    assert {IMAGE, DOSE, *DOSES} <= set(found.columns)
    expected = known_contributions(table.iloc[[0, 2, 3]], model).reset_index(drop=True)
    pd.testing.assert_frame_equal(found[list(expected.columns)], expected)


def test_on_real_data_no_importance_is_known(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run", {"burdenko.root": str(tmp_path)})
    (run.folder / "phantom").mkdir()
    truth_table(CausalModel()).to_parquet(run.folder / "phantom" / "truth.parquet")
    assert known_importance(run).empty
