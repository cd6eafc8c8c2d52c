"""Experiments share patients, folds and fits; what takes long may wait for a first book."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from psp_core.errors import EstimatorError, OverlapError, StageError
from psp_core.runs import Run
from psp_core.study import cross_validation, experiments
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.experiments import (
    BASELINES,
    CLASSIFICATION,
    fit_experiment,
    plan_of,
    read_all_predictions,
    read_patients,
)
from psp_core.study.patients import Patients
from tests.cohorts.made import run_with_cohorts
from tests.study.conftest import put_in_a_test_set

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
LINES = {
    "majority": CATALOGUE["majority"],
    "days_only": CATALOGUE["days_only"],
    "slow": replace(CATALOGUE["days_only"], cost="heavy", title="a slow one"),
}
NAMES = {
    "study.workers": 1,
    "classification.models": ["majority", "slow"],
    "baselines.models": ["days_only", "majority"],
}


@pytest.fixture
def run(tmp_path: Path, patients: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> Run:
    lost = pd.DataFrame(columns=["dataset", "subject_id", "lost", "reason"])
    monkeypatch.setattr(experiments, "study_patients", lambda _: Patients(patients, lost))
    return run_with_cohorts(PARAMS, tmp_path / "run", NAMES)


def with_params(run: Run, **changed: Any) -> Run:
    return run_with_cohorts(
        PARAMS,
        run.folder,
        NAMES | {key.replace("__", "."): value for key, value in changed.items()},
    )


def test_what_takes_long_waits_and_joins_later_without_a_second_fit_of_the_rest(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[str] = []
    fit = cross_validation.fit_unit

    def counting(unit: Any, plan: Any) -> Any:
        fitted.append(unit.model)
        return fit(unit, plan)

    monkeypatch.setattr(cross_validation, "fit_unit", counting)
    first = fit_experiment(with_params(run, study__only_light=True), catalogue=LINES)
    assert first.waiting == ("slow",)
    assert set(first.outcome.predictions["model"]) == {"majority"}
    whole = fit_experiment(run, catalogue=LINES)
    assert whole.waiting == ()
    assert set(whole.outcome.predictions["model"]) == {"majority", "slow"}
    assert fitted == ["majority"] * 3 + ["slow"] * 3
    assert len(read_patients(run)) == 42


def test_all_predictions_hold_a_model_of_two_experiments_once(run: Run) -> None:
    fit_experiment(run, CLASSIFICATION, catalogue=LINES)
    fit_experiment(run, BASELINES, catalogue=LINES)
    table = read_all_predictions(run)
    found = table.groupby("model")["experiment"].unique().map(list).to_dict()
    assert found == {
        "majority": [CLASSIFICATION], "slow": [CLASSIFICATION], "days_only": [BASELINES],
    }  # fmt: skip


def test_one_row_alone_is_fitted_by_naming_it(run: Run) -> None:
    alone = fit_experiment(
        with_params(run, baselines__models=["days_only"]), BASELINES, catalogue=LINES
    )
    assert set(alone.outcome.predictions["model"]) == {"days_only"}
    with pytest.raises(EstimatorError, match="no model 'nobody'"):
        fit_experiment(with_params(run, baselines__models=["nobody"]), BASELINES, catalogue=LINES)


def test_without_any_experiment_the_page_to_run_is_named(run: Run) -> None:
    with pytest.raises(StageError, match=CLASSIFICATION):
        read_all_predictions(run)


def test_a_plan_has_what_the_params_say_and_a_repetition_more_leaves_the_others_alone(
    run: Run, patients: pd.DataFrame
) -> None:
    run = with_params(run, classification__heavy_inner_folds=3, classification__heavy_seeds=2)
    entries = {
        "days_only": CATALOGUE["days_only"],
        "jang_forest_code": CATALOGUE["jang_forest_code"],
    }
    plan, longer = (plan_of(run, entries, patients, stage="plan", seeds=seeds) for seeds in (1, 2))
    assert plan.inner_folds == {"light": 2, "heavy": 3}
    assert plan.repetitions == {"heavy": 2}
    assert plan.protocol == "closed"
    assert set(plan.defaults) == {"classification.network", "cnn_lstm"}
    assert plan.defaults["cnn_lstm"]["cells"] == run.params.cnn_lstm.cells
    assert set(plan.folds["dataset"]) == {plan.training}
    assert longer.entropy == plan.entropy
    first = longer.folds[longer.folds["seed"] == 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, plan.folds.reset_index(drop=True))
    assert set(longer.folds["seed"]) == {0, 1}


def test_nothing_is_fitted_on_a_patient_of_a_test_set(run: Run, patients: pd.DataFrame) -> None:
    put_in_a_test_set(run, "burdenko-003")
    with pytest.raises(OverlapError, match=r"^baselines would be fitted .* burdenko/burdenko-003"):
        fit_experiment(run, BASELINES, catalogue=LINES)
    with pytest.raises(OverlapError, match="explanation would be fitted"):
        plan_of(run, {}, patients, stage="explanation", seeds=1)


def test_without_pre_training_a_row_on_untrained_tokens_fails_with_its_reason(run: Run) -> None:
    names = ["mri_only_untrained", "majority"]
    found = fit_experiment(
        with_params(run, baselines__models=names), BASELINES, catalogue=CATALOGUE
    )
    assert found.sources == {"untrained_tokens": None}
    assert set(found.outcome.predictions["model"]) == {"majority"}
    failed = found.outcome.failed
    assert set(failed["model"]) == {"mri_only_untrained"}
    assert failed["reason"].str.contains("reads 'untrained_tokens', and this run has none").all()
