"""Thresholds of a sensitivity: nobody's own fold or set takes part in theirs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.held_out_thresholds import held_out_thresholds
from psp_core.evaluation.thresholds import sensitivity_threshold
from tests.report.results import make_predictions

TABLE = make_predictions()
OWN = TABLE["split"] == "validation"


def test_a_further_set_gets_the_threshold_of_all_held_out_scores() -> None:
    thresholds = held_out_thresholds(TABLE, target=0.8)
    for model, rows in TABLE[~OWN].groupby("model"):
        own = TABLE[OWN & (TABLE["model"] == model)]
        expected = sensitivity_threshold(own["y_true"], own["y_score"], target=0.8)
        assert set(thresholds[rows.index]) == {expected}


def test_a_held_out_fold_gets_that_of_the_other_folds() -> None:
    thresholds = held_out_thresholds(TABLE, target=0.8)
    own = TABLE[OWN & (TABLE["model"] == "proposed")]
    for fold, rows in own.groupby("fold"):
        others = own[own["fold"] != fold]
        expected = sensitivity_threshold(others["y_true"], others["y_score"], target=0.8)
        assert set(thresholds[rows.index]) == {expected}


def test_labels_and_scores_of_a_further_set_move_no_threshold() -> None:
    noise = np.random.default_rng(1).random(len(TABLE))
    changed = TABLE.assign(
        y_score=TABLE["y_score"].where(OWN, noise), y_true=TABLE["y_true"] == OWN
    )
    before, after = (held_out_thresholds(one, target=0.9) for one in (TABLE, changed))
    pd.testing.assert_series_equal(before, after)


def test_the_labels_and_scores_of_a_fold_do_not_move_its_own_threshold() -> None:
    here = OWN & (TABLE["fold"] == 0)
    changed = TABLE.assign(
        y_score=TABLE["y_score"].where(~here, 1 - TABLE["y_score"]),
        y_true=TABLE["y_true"] != here,
    )
    before, after = (held_out_thresholds(one, target=0.9) for one in (TABLE, changed))
    pd.testing.assert_series_equal(before[here], after[here])
    assert (before[~here] != after[~here]).any()


def test_one_fold_or_one_class_has_no_threshold() -> None:
    one_fold = TABLE[TABLE["fold"] != 1]
    thresholds = held_out_thresholds(one_fold, target=0.9)
    assert thresholds[one_fold["split"] == "validation"].isna().all()
    assert thresholds[one_fold["split"] == "test"].notna().all()
    one_class = TABLE[TABLE["y_true"] | ~OWN]
    assert held_out_thresholds(one_class, target=0.9).isna().all()


def test_a_target_that_is_no_sensitivity_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="target is 1"):
        held_out_thresholds(TABLE, target=1.5)
