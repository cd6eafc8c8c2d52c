"""One fold's model sees its training fold and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import StratifiedKFold

from psp_core.classifiers.clinical import ClinicalLogistic
from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.thresholds import youden_threshold
from psp_core.study.calibration import fit_platt
from psp_core.study.fold_model import fit_fold_model


def test_it_equals_the_steps_done_by_hand(patients: pd.DataFrame) -> None:
    rows = patients[patients["dataset"] == "burdenko"]
    y_true = is_true_progression(rows["label"])
    model = fit_fold_model(ClinicalLogistic(), rows, y_true, inner_folds=3, random_state=5)
    held_out = np.empty(len(rows))
    split = StratifiedKFold(3, shuffle=True, random_state=5).split(rows, y_true)
    for taught, out in split:
        fitted = ClinicalLogistic().fit(rows.iloc[taught], y_true[taught])
        held_out[out] = fitted.predict_proba(rows.iloc[out])[:, 1]
    platt = fit_platt(y_true, held_out)
    whole = ClinicalLogistic().fit(rows, y_true)
    assert model.calibration == platt
    assert model.threshold == youden_threshold(y_true, platt(held_out))
    external = patients[patients["dataset"] == "external"]
    expected = platt(whole.predict_proba(external)[:, 1])
    np.testing.assert_array_equal(model.predict(external), expected)


def test_too_few_patients_for_the_inner_folds_raise(patients: pd.DataFrame) -> None:
    rows = patients.iloc[:6]
    with pytest.raises(UndefinedMetricError, match="4 folds need as many"):
        fit_fold_model(
            ClinicalLogistic(), rows, is_true_progression(rows["label"]),
            inner_folds=4, random_state=0,
        )  # fmt: skip
