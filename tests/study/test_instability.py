"""Repeated cross-validation of cheap models, apart from the other experiments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from psp_core.runs import Run
from psp_core.study import cross_validation, experiments, instability
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.experiments import fit_experiment, read_all_predictions
from psp_core.study.instability import INSTABILITY, repeat_models
from psp_core.study.patients import Patients
from tests.cohorts.made import run_with_cohorts

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
LINES = {
    "days_only": CATALOGUE["days_only"],
    "majority": replace(CATALOGUE["majority"], cost="heavy"),
}
CHANGED = {
    "study.workers": 1,
    "classification.models": ["days_only"],
    "evaluation.instability_models": ["days_only", "majority"],
    "evaluation.instability_repetitions": 2,
}


@pytest.fixture
def run(tmp_path: Path, patients: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> Run:
    made = Patients(patients, pd.DataFrame(columns=["dataset", "subject_id", "lost", "reason"]))
    for module in (experiments, instability):
        monkeypatch.setattr(module, "study_patients", lambda _: made)
    return run_with_cohorts(PARAMS, tmp_path / "run", CHANGED)


def test_every_model_is_repeated_and_the_first_repetition_is_the_studys(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = fit_experiment(run, catalogue=LINES).outcome.predictions
    outcome = repeat_models(run, catalogue=LINES)
    assert outcome is not None
    repeated = outcome.predictions
    counts = repeated.groupby("model")["seed"].nunique().to_dict()
    assert counts == {"days_only": 2, "majority": 2}
    assert set(repeated["experiment"]) == {INSTABILITY}
    first = repeated[(repeated["model"] == "days_only") & (repeated["seed"] == 0)]
    pd.testing.assert_frame_equal(
        first.drop(columns="experiment").reset_index(drop=True),
        study.drop(columns="experiment").reset_index(drop=True),
    )
    pd.testing.assert_frame_equal(read_all_predictions(run), study)

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(cross_validation, "fit_unit", never)
    again = repeat_models(run, catalogue=LINES)
    assert again is not None
    pd.testing.assert_frame_equal(again.predictions, repeated)


def test_each_repetition_has_its_own_split(run: Run) -> None:
    repeat_models(run, catalogue=LINES)
    folds = pd.read_parquet(run.finished(INSTABILITY).folder / "folds.parquet")
    one, two = (part["fold"].tolist() for _, part in folds.groupby("seed"))
    assert one != two


def test_before_a_first_book_nothing_is_repeated(tmp_path: Path) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", {**CHANGED, "study.only_light": True})
    assert repeat_models(run, catalogue=LINES) is None
