"""Searches of Jang 2018: which fits there are, who is held out, and what they tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import EstimatorError, OverlapError
from psp_core.inputs.arrays import PatientArrays
from psp_core.inputs.slices import carrying
from psp_core.params.cnn_lstm import CnnLstmParams, CnnLstmSweepParams
from psp_core.study import sweeps
from psp_core.study.patients import Patients, patient_keys
from psp_core.study.sweeps import (
    SEARCH_COLUMNS,
    fit_one,
    jang_searches,
    search_fits,
    traced_rows,
)
from tests.cohorts.made import run_with_cohorts
from tests.study.conftest import make_patients, put_in_a_test_set

PARAMS_FILE = Path(__file__).parents[2] / "params" / "ci.yaml"
PARAMS = CnnLstmParams(
    filters=(4, 4),
    epochs=1,
    sweeps=CnnLstmSweepParams(
        folds=2, batch_sizes=(7, 9), cells=(4,), learning_rates=(0.01, 0.1), cell_epochs=1,
        traces=2, trace_epochs=3,
    ),
)  # fmt: skip


def cohort(n: int = 20) -> tuple[pd.DataFrame, PatientArrays]:
    rows = make_patients({"burdenko": n})
    rows = rows.assign(total_dose_gy=60.0, fractions=30.0)
    figures = np.random.default_rng(0).standard_normal((n, 2))
    return rows, carrying(patient_keys(rows), figures, side=8, n_slices=2)


def test_every_value_is_tried_on_every_fold_and_nobody_is_held_out_twice() -> None:
    rows, _ = cohort()
    fits = search_fits(PARAMS, rows, seed=0)
    counts = pd.Series([fit.parameter for fit in fits.values()]).value_counts().to_dict()
    assert counts == {"cells": 2, "batch_size": 4, "learning_rate": 4, "epochs": 2}
    for parameter, value in {(fit.parameter, fit.value) for fit in fits.values() if fit.value > 0}:
        held = [f.held_out for f in fits.values() if (f.parameter, f.value) == (parameter, value)]
        assert (np.sum(held, axis=0) == 1).all()
    settings = fits["cells_0_0"].settings
    assert (settings["cells"], settings["batch_size"], settings["epochs"]) == (4, 6, 1)
    assert fits["learning_rate_1_0"].settings["learning_rate"] == 0.1
    assert fits["epochs_1"].settings["batch_size"] == 7


def test_the_code_traces_the_last_fifth_and_fixed_one_of_each_class() -> None:
    y_true = np.arange(20) < 10
    assert np.flatnonzero(traced_rows(y_true, "last", 0)).tolist() == [16, 17, 18, 19]
    drawn = traced_rows(y_true, "drawn", 0)
    assert (drawn[:10].sum(), drawn[10:].sum()) == (2, 2)
    assert not np.array_equal(drawn, traced_rows(y_true, "drawn", 1))


def test_each_kind_of_fit_tells_its_own_figures() -> None:
    rows, slices = cohort()
    fits = search_fits(PARAMS, rows, seed=0)
    searched = fit_one(fits["batch_size_0_1"], rows=rows, slices=slices)
    assert tuple(searched) == SEARCH_COLUMNS
    assert searched[["value", "fold", "note"]].to_numpy().tolist() == [[7, 1, ""]]
    assert 0 <= searched["auc"].item() <= 1
    traced = fit_one(fits["epochs_0"], rows=rows, slices=slices)
    assert traced["value"].tolist() == [1, 2, 3]
    assert np.isfinite(traced[["loss", "traced_loss"]].to_numpy()).all()


def test_a_fit_that_fails_says_why() -> None:
    rows, slices = cohort()
    fit = search_fits(PARAMS, rows, seed=0)["cells_0_0"]
    told = fit_one(fit, rows=rows.assign(label="true_progression"), slices=slices)
    assert told["note"].str.contains("one class").all()
    assert told["auc"].isna().all()


@pytest.fixture
def in_place(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Patients and slices that stand in for those of a run."""
    rows, slices = cohort()
    given: dict[str, Any] = {"rows": rows, "slices": slices}
    patients = lambda _: Patients(given["rows"], pd.DataFrame())  # noqa: E731
    monkeypatch.setattr(sweeps, "study_patients", patients)
    monkeypatch.setattr(sweeps, "t1ce_slices", lambda *_: given["slices"])
    return given


OVERRIDES = {
    "study.workers": 1,
    "cnn_lstm.filters": [2],
    "cnn_lstm.epochs": 1,
    "cnn_lstm.sweeps.cell_epochs": 1,
}


def test_a_run_keeps_its_searches(
    tmp_path: Path, in_place: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_with_cohorts(PARAMS_FILE, tmp_path / "run", OVERRIDES)
    found = jang_searches(run)
    assert set(found["parameter"]) == {"cells", "batch_size", "learning_rate", "epochs"}
    assert (found["note"] == "").all()
    monkeypatch.setattr(sweeps, "fit_one", lambda *_, **__: 1 / 0)
    pd.testing.assert_frame_equal(jang_searches(run), found)


def test_before_the_first_book_nothing_is_searched(tmp_path: Path) -> None:
    overrides = OVERRIDES | {"study.only_light": True}
    run = run_with_cohorts(PARAMS_FILE, tmp_path / "run", overrides)
    assert jang_searches(run).empty


def test_nothing_is_searched_on_a_patient_of_a_test_set(
    tmp_path: Path, in_place: dict[str, Any]
) -> None:
    run = run_with_cohorts(PARAMS_FILE, tmp_path / "run", OVERRIDES)
    put_in_a_test_set(run, in_place["rows"]["subject_id"].iloc[3])
    with pytest.raises(OverlapError, match="sweeps would be fitted on 1 of the patients"):
        jang_searches(run)


def test_without_slices_there_is_nothing_to_search(
    tmp_path: Path, in_place: dict[str, Any]
) -> None:
    in_place["slices"] = None
    run = run_with_cohorts(PARAMS_FILE, tmp_path / "run", OVERRIDES)
    with pytest.raises(EstimatorError, match="no patient of burdenko has slices"):
        jang_searches(run)
