"""The CNN-LSTM as a classifier: it learns, repeats, and fits on nothing but its rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.base import clone

from psp_core.classifiers.cnn_lstm import CnnLstm, scaled_slices
from psp_core.classifiers.cnn_lstm_presets import Preset, settings_of_preset
from psp_core.errors import EstimatorError, MissingInputError
from psp_core.evaluation.metrics import auc
from psp_core.inputs.arrays import PatientArrays, keys_of
from psp_core.inputs.slices import carrying

SMALL: dict[str, Any] = {"filters": (4, 4), "cells": 6, "epochs": 2}
Bools = npt.NDArray[np.bool_]


def made_rows(n: int, seed: int = 0) -> tuple[pd.DataFrame, Bools]:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "dataset": "made",
            "subject_id": [f"P{number:03d}" for number in range(n)],
            "timepoint": 1,
            "age_years": rng.uniform(30, 80, n),
            "total_dose_gy": 60.0,
            "fractions": rng.choice([15.0, 30.0], n),
            "days_since_rt": rng.uniform(20, 300, n),
            "sex": rng.choice(["F", "M"], n),
            "idh_status": rng.choice(["wildtype", "mutant", "unknown"], n),
            "mgmt_status": rng.choice(["methylated", "unmethylated", "unknown"], n),
        }
    )
    return rows, np.arange(n) % 5 < 3


def slices_of(rows: pd.DataFrame, figure: npt.NDArray[np.floating]) -> PatientArrays:
    return carrying(keys_of(rows), figure[:, None], side=12, n_slices=3)


@pytest.mark.parametrize("preset", ["paper", "code", "fixed"])
def test_it_learns_what_is_painted_into_the_slices(preset: Preset) -> None:
    rows, y_true = made_rows(60)
    figure = np.where(y_true, 12.0, -12.0) + np.random.default_rng(1).standard_normal(60)
    model = CnnLstm(
        slices=slices_of(rows, figure),
        feature_set="image_only",
        **SMALL | {"epochs": 25},
        **dict(settings_of_preset(preset)) | {"slice_scale": "unit_variance"},
        learning_rate=0.1,
    )
    model.fit(rows[:40], y_true[:40])
    assert auc(y_true[40:], model.predict_proba(rows[40:])[:, 1]) > 0.9
    assert model.history_["loss"].iloc[-5:].mean() < model.history_["loss"].iloc[:5].mean()


def test_slices_of_unit_norm_are_learned_but_not_scored() -> None:
    rows, y_true = made_rows(40)
    slices = slices_of(rows, np.where(y_true, 12.0, -12.0))
    settings = SMALL | {"epochs": 25, "learning_rate": 0.1, "feature_set": "image_only"}
    model = CnnLstm(slices=slices, **settings, **settings_of_preset("paper")).fit(rows, y_true)
    assert model.history_["loss"].iloc[-5:].mean() < 0.3
    # in training the classes are apart; running variances are still near their start
    scores = model.predict_proba(rows)[:, 1]
    assert np.ptp(scores) < 0.15
    by_batch = model.scores_by_batch(rows)
    assert by_batch[y_true].min() > by_batch[~y_true].max() + 0.3
    assert np.array_equal(model.predict_proba(rows)[:, 1], scores)


def test_scores_by_batch_are_of_the_own_means_and_variances_of_each_batch() -> None:
    rows, y_true = made_rows(20)
    settings = SMALL | {"feature_set": "image_only", "batch_size": 10}
    model = CnnLstm(slices=slices_of(rows, np.arange(20.0)), **settings).fit(rows, y_true)
    whole = model.scores_by_batch(rows)
    assert np.array_equal(whole[:10], model.scores_by_batch(rows[:10]))
    assert not np.allclose(whole[:5], model.scores_by_batch(rows[:5]))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    rows, y_true = made_rows(20)
    model = CnnLstm(slices=slices_of(rows, np.arange(20.0)), shuffle=True, **SMALL)
    first = model.fit(rows, y_true).predict_proba(rows)
    again = clone(model).fit(rows, y_true).predict_proba(rows)
    other = clone(model).set_params(random_state=1).fit(rows, y_true).predict_proba(rows)
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_held_out_patients_change_nothing_that_is_fitted() -> None:
    rows, y_true = made_rows(30)
    figure = np.arange(30.0)
    first = CnnLstm(slices=slices_of(rows, figure), **SMALL).fit(rows[:20], y_true[:20])
    figure[20:] = 999.0
    changed = rows.copy()
    changed.loc[20:, "days_since_rt"] = 9999.0
    second = CnnLstm(slices=slices_of(rows, figure), **SMALL).fit(changed[:20], y_true[:20])
    expected = first.predict_proba(rows[:20])
    assert second.predict_proba(rows[:20]).tobytes() == expected.tobytes()


def test_the_scaler_of_the_code_looks_at_whom_it_is_asked_for_and_that_of_fixed_does_not() -> None:
    rows, y_true = made_rows(30)
    slices = slices_of(rows, np.arange(30.0))
    for preset, is_same in (("code", False), ("fixed", True)):
        settings = settings_of_preset(preset)  # type: ignore[arg-type]
        model = CnnLstm(slices=slices, **SMALL, **settings).fit(rows, y_true)
        model.network_.clinical.requires_grad_(False)
        for layer in model.network_.clinical[::2]:
            layer.weight.fill_(1.0)
        alone = model.predict_proba(rows[:3])
        among = model.predict_proba(rows)[:3]
        assert np.allclose(alone, among, atol=1e-9) == is_same


def test_the_image_model_does_not_look_at_the_table() -> None:
    rows, y_true = made_rows(20)
    model = CnnLstm(slices=slices_of(rows, np.arange(20.0)), feature_set="image_only", **SMALL)
    model.fit(rows, y_true)
    changed = rows.assign(days_since_rt=0.0, sex="F")
    np.testing.assert_array_equal(model.predict_proba(changed), model.predict_proba(rows))


def test_batches_are_those_of_keras() -> None:
    rows, y_true = made_rows(20)
    model = CnnLstm(slices=slices_of(rows, np.arange(20.0)), **SMALL | {"batch_size": 8})
    assert len(model.fit(rows, y_true).history_) == 2 * 3  # 8, 8 and 4 in each epoch
    assert model.traces_["epoch"].tolist() == [1, 2]


def test_traced_patients_are_only_looked_at() -> None:
    rows, y_true = made_rows(30)
    slices = slices_of(rows, np.arange(30.0))
    plain = CnnLstm(slices=slices, **SMALL).fit(rows[:20], y_true[:20])
    traced = CnnLstm(slices=slices, **SMALL)
    traced.fit(rows[:20], y_true[:20], traced=(rows[20:], y_true[20:]))
    np.testing.assert_array_equal(traced.predict_proba(rows), plain.predict_proba(rows))
    assert np.isfinite(traced.traces_["traced_loss"]).all()


def test_watched_patients_decide_which_weights_are_kept() -> None:
    rows, y_true = made_rows(30)
    slices = slices_of(rows, np.where(y_true, 9.0, -9.0))
    model = CnnLstm(slices=slices, **SMALL | {"epochs": 6})
    model.fit(rows[:20], y_true[:20], (rows[20:], ~y_true[20:]))
    last = clone(model).fit(rows[:20], y_true[:20])
    wrong = auc(~y_true[20:], model.predict_proba(rows[20:])[:, 1])
    assert wrong >= auc(~y_true[20:], last.predict_proba(rows[20:])[:, 1])


def test_what_it_cannot_do_is_named() -> None:
    rows, y_true = made_rows(10)
    slices = slices_of(rows, np.arange(10.0))
    with pytest.raises(EstimatorError, match="are of one class"):
        CnnLstm(slices=slices).fit(rows, np.ones(10, dtype=bool))
    with pytest.raises(EstimatorError, match="given no slices"):
        CnnLstm().fit(rows, y_true)
    with pytest.raises(MissingInputError, match="1 of 10 scans are not in"):
        CnnLstm(slices=slices_of(rows[1:], np.arange(9.0))).fit(rows, y_true)


def test_slices_are_scaled_one_by_one_with_a_floor() -> None:
    slices = np.zeros((2, 2, 4, 4))
    slices[0, 0] = 100 + 7 * np.arange(16).reshape(4, 4)
    slices[1, 1] = np.arange(16).reshape(4, 4)
    for scale, length in (("unit_variance", 4.0), ("unit_norm", 1.0)):
        found = scaled_slices(slices, scale)  # type: ignore[arg-type]
        norms = np.linalg.norm(found, axis=(2, 3))
        np.testing.assert_allclose(norms, [[length, 0], [0, length]], rtol=1e-5)
        np.testing.assert_allclose(found[0, 0], found[1, 1], atol=1e-5)
    faint = scaled_slices(slices * 1e-4, "unit_variance")
    assert np.linalg.norm(faint[1, 1]) < 0.01  # an almost empty slice is not blown up
    with pytest.raises(EstimatorError, match="slice_scale is 'z'"):
        scaled_slices(slices, "z")  # type: ignore[arg-type]
