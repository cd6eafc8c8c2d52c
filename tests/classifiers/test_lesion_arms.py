"""Laws of the arms on figures of the lesion: forest, CNN-SVM, CaPTk's recipe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from psp_core.classifiers.cnn_svm import CaptkSvm, CnnSvm
from psp_core.classifiers.radiomics_forest import RadiomicsForest
from psp_core.errors import EstimatorError, MissingInputError
from psp_core.evaluation.metrics import auc
from psp_core.inputs.arrays import PatientArrays, keys_of

COLUMNS = tuple(f"image:kind:figure_{number}" for number in range(24))
NAMES = ("forest", "forest_clinical", "cnn_svm", "captk_svm")


def made(cohort: Any, *, held_out: float = 0.0) -> tuple[PatientArrays, PatientArrays]:
    """Figures with a planted signal in two, holes in one; from row 35 on other ones if asked."""
    rows, truth, _ = cohort
    rng = np.random.default_rng(1)
    figures = rng.normal(size=(len(rows), len(COLUMNS)))
    figures[truth, 5] += 1.8
    figures[truth, 11] -= 1.8
    figures[::4, 3] = np.nan
    figures[:, 2] = np.nan
    figures[:, 1] = 5.0
    features = np.maximum(rng.normal(size=(len(rows), 40)), 0).astype(np.float32)
    if held_out:
        figures[35:] = held_out
        features[35:] = held_out
    keys = keys_of(rows)
    values = {"values": figures}
    return PatientArrays(keys, values, columns=COLUMNS), PatientArrays(keys, {"values": features})


def arm(name: str, figures: PatientArrays, features: PatientArrays) -> Any:
    return {
        "forest": RadiomicsForest(radiomics=figures, trees=20, random_state=2),
        "forest_clinical": RadiomicsForest(radiomics=figures, feature_set="full", trees=20),
        "cnn_svm": CnnSvm(cnn=features, radiomics=figures, kept=(3, 8, 0.5)),
        "captk_svm": CaptkSvm(radiomics=figures),
    }[name]


@pytest.mark.parametrize("name", NAMES)
def test_patients_that_are_not_fitted_change_neither_selection_nor_scores(
    name: str, cohort: Any
) -> None:
    rows, truth, _ = cohort
    one = arm(name, *made(cohort)).fit(rows[:35], truth[:35])
    other_truth = truth.copy()
    other_truth[35:] = ~other_truth[35:]
    two = arm(name, *made(cohort, held_out=1e3)).fit(rows[:35], other_truth[:35])
    assert one.selected_ == two.selected_
    np.testing.assert_array_equal(one.predict_proba(rows[:35]), two.predict_proba(rows[:35]))
    together = two.predict_proba(rows)[:35]
    np.testing.assert_allclose(together, one.predict_proba(rows[:35]), rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_planted_figures_are_found_and_the_classes_told_apart(name: str, cohort: Any) -> None:
    rows, truth, _ = cohort
    fitted = arm(name, *made(cohort)).fit(rows, truth)
    assert {COLUMNS[5], COLUMNS[11]} <= set(fitted.selected_)
    assert not {COLUMNS[1], COLUMNS[2]} & set(fitted.selected_[:2])
    scores = fitted.predict_proba(rows)
    assert scores.shape == (40, 2)
    np.testing.assert_allclose(scores.sum(axis=1), 1)
    assert auc(truth, scores[:, 1]) > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_a_clone_gives_the_same_bytes_and_shares_the_arrays(name: str, cohort: Any) -> None:
    rows, truth, _ = cohort
    first = arm(name, *made(cohort))
    second = clone(first)
    assert second.radiomics is first.radiomics
    scores = [one.fit(rows, truth).predict_proba(rows).tobytes() for one in (first, second)]
    assert scores[0] == scores[1]


def test_held_out_folds_of_noise_are_not_told_apart(cohort: Any) -> None:
    rows, truth, _ = cohort
    figures, features = made(cohort)
    noise = np.random.default_rng(8).normal(size=(40, 24))
    figures = PatientArrays(figures.keys, {"values": noise}, columns=COLUMNS)
    estimators = [
        RadiomicsForest(radiomics=figures, trees=8),
        CnnSvm(cnn=features, radiomics=figures, kept=(3, 8)),
    ]
    for estimator in estimators:
        scores = []
        for turn in range(4):  # the mean over several splits: one of 40 patients says little
            out = np.random.default_rng(turn).permutation(40) < 12
            fitted = clone(estimator).fit(rows[~out], truth[~out])
            scores.append(auc(truth[out], fitted.predict_proba(rows[out])[:, 1]))
        assert abs(np.mean(scores) - 0.5) < 0.2


def test_the_number_of_columns_is_chosen_and_probabilities_are_calibrated(cohort: Any) -> None:
    rows, truth, _ = cohort
    fitted = arm("cnn_svm", *made(cohort)).fit(rows, truth)
    assert fitted.kept_ in (3, 8, 0.5)
    wanted = fitted.kept_ if fitted.kept_ >= 1 else round(fitted.kept_ * 64)
    assert len(fitted.selected_) == wanted
    assert fitted.calibrated_ is not None
    assert abs(fitted.predict_proba(rows)[:, 1].mean() - truth.mean()) < 0.15


def test_with_one_patient_in_a_class_the_svm_takes_the_first_number(cohort: Any) -> None:
    rows, truth, _ = cohort
    few = np.r_[np.flatnonzero(truth)[:4], np.flatnonzero(~truth)[:1]]
    fitted = arm("cnn_svm", *made(cohort)).fit(rows.iloc[few], truth[few])
    assert fitted.kept_ == 3
    assert fitted.calibrated_ is None
    assert np.isfinite(fitted.predict_proba(rows)).all()


def test_captk_keeps_a_fifth_and_scores_by_distance(cohort: Any) -> None:
    rows, truth, _ = cohort
    fitted = arm("captk_svm", *made(cohort)).fit(rows, truth)
    assert len(fitted.selected_) == round(0.2 * 24)
    distance = fitted.machine_.decision_function(fitted.radiomics.of(rows))
    np.testing.assert_allclose(fitted.predict_proba(rows)[:, 1], 1 / (1 + np.exp(-distance)))


def test_clinical_columns_stand_beside_and_are_not_selected(cohort: Any) -> None:
    rows, truth, _ = cohort
    fitted = arm("forest_clinical", *made(cohort)).fit(rows, truth)
    assert fitted.forest_.n_features_in_ > len(fitted.selected_)
    assert set(fitted.selected_) <= set(COLUMNS)
    other = rows.assign(days_since_rt=rows["days_since_rt"] * 5)
    assert not np.array_equal(fitted.predict_proba(other), fitted.predict_proba(rows))


def test_what_cannot_be_fitted_is_said(cohort: Any) -> None:
    rows, truth, _ = cohort
    figures, features = made(cohort)
    with pytest.raises(EstimatorError, match="sees radiomics, but was given none"):
        RadiomicsForest().fit(rows, truth)
    with pytest.raises(EstimatorError, match="sees features of the image, but was given none"):
        CnnSvm().fit(rows, truth)
    with pytest.raises(EstimatorError, match="20 training patients; CaPTk refuses"):
        CaptkSvm(radiomics=figures).fit(rows[:20], truth[:20])
    for name in NAMES:
        with pytest.raises(EstimatorError, match="of one class"):
            arm(name, figures, features).fit(rows, np.ones(40, dtype=bool))
        with pytest.raises(MissingInputError, match="make them first"):
            arm(name, figures, features).fit(pd.DataFrame(rows.assign(dataset="elsewhere")), truth)
