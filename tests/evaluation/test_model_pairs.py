"""Pairs of models: who is paired, what stands where they cannot be compared."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from psp_core.evaluation.comparison import delong_test
from psp_core.evaluation.model_pairs import (
    COLUMNS,
    compare_pairs,
    compared,
    corrected,
    not_compared,
    paired,
)
from tests.report.results import make_predictions

PREDICTIONS = make_predictions()
VOTES = PREDICTIONS[PREDICTIONS["member"] == "soft_vote"]
FIRST, SECOND = (VOTES[VOTES["model"] == name] for name in ("proposed", "clinical_network"))


def test_patients_whom_both_score_stand_side_by_side() -> None:
    both = paired(FIRST.iloc[1:], SECOND.iloc[:-1])
    assert len(both) == 13
    found = compared(both)
    expected = delong_test(both["y_true"], both["y_score_first"], both["y_score_second"])
    assert (found["n"], found["p_value"]) == (13, expected.p_value)
    assert compared(both, alternative="greater")["p_value"] != found["p_value"]


def test_models_without_a_patient_in_common_have_a_reason() -> None:
    found = compared(paired(FIRST.iloc[:5], SECOND.iloc[5:]))
    assert found["n"] == 0
    assert math.isnan(found["difference"])
    assert found["note"] == not_compared(0, found["note"])["note"] != ""


def test_p_values_are_corrected_within_a_set() -> None:
    rows = [
        {"split": "test", "dataset": name, "p_value": p}
        for name, p in (("b", 0.01), ("a", 0.03), ("b", 0.04))
    ]
    table = corrected(rows)
    assert table["dataset"].tolist() == ["a", "b", "b"]
    assert table["p_holm"].tolist() == pytest.approx([0.03, 0.02, 0.04])
    assert list(corrected([])) == list(COLUMNS)


def test_absent_models_are_passed_over() -> None:
    table = compare_pairs(PREDICTIONS, [("proposed", "nobody"), ("proposed", "clinical_network")])
    assert table["second_model"].tolist() == ["clinical_network"] * 2
    assert isinstance(table, pd.DataFrame)
