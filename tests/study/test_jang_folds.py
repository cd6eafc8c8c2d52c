"""Folds of Fig. 3 and the scrambled control: who stands with which label, and what is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from psp_core.evaluation.classes import is_true_progression
from psp_core.inputs.arrays import PatientArrays
from psp_core.inputs.slices import carrying
from psp_core.params.cnn_lstm import CnnLstmParams
from psp_core.study import jang_folds, sweeps
from psp_core.study.jang_folds import (
    CURVE_COLUMNS,
    fit_fold,
    fold_fits,
    jang_curves,
    jang_scrambled,
)
from psp_core.study.patients import Patients, patient_keys
from tests.cohorts.made import run_with_cohorts
from tests.study.conftest import make_patients

PARAMS_FILE = Path(__file__).parents[2] / "params" / "ci.yaml"
PARAMS = CnnLstmParams(filters=(4, 4), epochs=1)
OVERRIDES: dict[str, Any] = {
    "study.workers": 1,
    "cnn_lstm.filters": [2],
    "cnn_lstm.epochs": 1,
    "cnn_lstm.sweeps.scrambled_folds": 3,
}


def cohort(n: int = 20) -> tuple[pd.DataFrame, PatientArrays]:
    rows = make_patients({"burdenko": n})
    rows = rows.assign(total_dose_gy=60.0, fractions=30.0)
    figures = np.random.default_rng(0).standard_normal((n, 2))
    return rows, carrying(patient_keys(rows), figures, side=8, n_slices=2)


def test_every_label_is_held_out_once_and_both_runs_have_the_same_folds() -> None:
    rows, _ = cohort()
    own = fold_fits(PARAMS, rows, n_folds=3, seed=0)
    scrambled = fold_fits(PARAMS, rows, n_folds=3, seed=0, scrambled_by=7777)
    assert (np.sum([fit.held_out for fit in own.values()], axis=0) == 1).all()
    for name, fit in own.items():
        assert fit.order.tolist() == list(range(20))
        assert fit.settings["shuffle"]
        assert np.array_equal(scrambled[name].held_out, fit.held_out)
        assert scrambled[name].settings == fit.settings
        assert sorted(scrambled[name].order) == list(range(20))
    expected = np.random.default_rng(7777).permutation(20)
    assert scrambled["fold_0"].order.tolist() == expected.tolist()


def test_images_and_clinical_values_stay_together_and_labels_stay_in_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows, slices = cohort()
    fit = fold_fits(PARAMS, rows, n_folds=3, seed=0, scrambled_by=1)["fold_1"]
    seen: list[tuple[pd.DataFrame, np.ndarray]] = []
    keeping = lambda self, X, y: seen.append((X, y)) or fitted(self, X, y)  # type: ignore[func-returns-value]  # noqa: E731
    fitted = jang_folds.CnnLstm.fit
    monkeypatch.setattr(jang_folds.CnnLstm, "fit", keeping)
    told = fit_fold(fit, rows=rows, slices=slices)
    truth = is_true_progression(rows["label"])
    shown, labels = seen[0]
    pd.testing.assert_frame_equal(shown, rows.iloc[fit.order[~fit.held_out]])
    assert np.array_equal(labels, truth[~fit.held_out])
    assert told["y_true"].tolist() == truth[fit.held_out].tolist()
    expected = rows["subject_id"].to_numpy()[fit.order[fit.held_out]]
    assert told["subject_id"].tolist() == expected.tolist()


def test_a_fold_tells_scores_and_how_its_training_patients_are_ordered() -> None:
    rows, slices = cohort()
    fit = fold_fits(PARAMS, rows, n_folds=3, seed=0)["fold_2"]
    told = fit_fold(fit, rows=rows, slices=slices)
    assert tuple(told) == CURVE_COLUMNS
    assert (told["note"] == "").all()
    assert (told["fold"] == 2).all()
    assert told["y_score"].between(0, 1).all()
    both = told[["training_auc", "training_auc_by_batch"]]
    assert both.nunique().tolist() == [1, 1]
    assert both.iloc[0].between(0, 1).all()
    pd.testing.assert_frame_equal(told, fit_fold(fit, rows=rows, slices=slices))


def test_who_is_held_out_changes_nothing_of_the_training() -> None:
    rows, slices = cohort()
    fit = fold_fits(PARAMS, rows, n_folds=3, seed=0)["fold_0"]
    told = fit_fold(fit, rows=rows, slices=slices)
    figures = np.random.default_rng(0).standard_normal((20, 2))
    figures[fit.held_out] += 5
    others = carrying(patient_keys(rows), figures, side=8, n_slices=2)
    again = fit_fold(fit, rows=rows, slices=others)
    columns = ["training_auc", "training_auc_by_batch"]
    pd.testing.assert_frame_equal(told[columns], again[columns])
    assert not np.array_equal(told["y_score"], again["y_score"])


def test_a_fold_that_fails_says_why() -> None:
    rows, slices = cohort()
    fit = fold_fits(PARAMS, rows, n_folds=3, seed=0)["fold_0"]
    told = fit_fold(fit, rows=rows.assign(label="true_progression"), slices=slices)
    assert told["note"].str.contains("one class").all()
    assert told[["fold", "y_score"]].isna().sum().tolist() == [0, 1]


def test_a_run_keeps_both_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, slices = cohort()
    monkeypatch.setattr(sweeps, "study_patients", lambda _: Patients(rows, pd.DataFrame()))
    monkeypatch.setattr(sweeps, "t1ce_slices", lambda *_: slices)
    run = run_with_cohorts(PARAMS_FILE, tmp_path / "run", OVERRIDES)
    curves, scrambled = jang_curves(run), jang_scrambled(run)
    assert (curves["fold"].nunique(), scrambled["fold"].nunique()) == (2, 3)
    for found in (curves, scrambled):
        assert sorted(found["subject_id"]) == sorted(rows["subject_id"])
    own = rows.set_index("subject_id")["label"].eq("true_progression")
    assert curves["y_true"].tolist() == own[curves["subject_id"]].tolist()
    assert scrambled["y_true"].tolist() != own[scrambled["subject_id"]].tolist()
    monkeypatch.setattr(jang_folds, "fit_fold", lambda *_, **__: 1 / 0)
    pd.testing.assert_frame_equal(jang_scrambled(run), scrambled)


def test_before_the_first_book_nothing_is_fitted(tmp_path: Path) -> None:
    run = run_with_cohorts(PARAMS_FILE, tmp_path / "run", OVERRIDES | {"study.only_light": True})
    assert jang_curves(run).empty
    assert jang_scrambled(run).empty
