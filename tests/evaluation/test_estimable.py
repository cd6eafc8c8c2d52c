"""Sets with too few patients of a class leave before anything is computed."""

from __future__ import annotations

import pandas as pd
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.estimable import COLUMNS, estimable
from psp_core.evaluation.predictions import check_predictions
from tests.report.results import make_predictions

PREDICTIONS = make_predictions()  # burdenko 10 and 10, external 8 true and 7 pseudoprogression


def test_a_set_with_too_few_of_a_class_leaves_whole_with_its_counts() -> None:
    kept, left_out = estimable(PREDICTIONS, 8)
    assert set(kept["dataset"]) == {"burdenko"}
    assert list(left_out) == list(COLUMNS)
    assert left_out.to_dict("records") == [
        {
            "dataset": "external",
            "split": "test",
            "model": "",
            "n_true_progression": 8,
            "n_pseudoprogression": 7,
        }
    ]
    check_predictions(kept)


def test_with_enough_of_each_class_nothing_changes() -> None:
    kept, left_out = estimable(PREDICTIONS, 7)
    pd.testing.assert_frame_equal(kept, PREDICTIONS)
    assert left_out.empty
    assert list(left_out) == list(COLUMNS)


def test_held_out_folds_follow_the_same_rule_and_nothing_may_be_left() -> None:
    kept, left_out = estimable(PREDICTIONS, 11)
    assert kept.empty
    assert list(kept) == list(PREDICTIONS)
    assert left_out["split"].tolist() == ["validation", "test"]
    assert estimable(kept, 11)[1].empty


def test_a_model_that_scores_too_few_of_a_large_set_leaves_alone() -> None:
    is_few = (PREDICTIONS["model"] == "proposed") & PREDICTIONS["subject_id"].gt("p26")
    few = PREDICTIONS[~is_few | (PREDICTIONS["split"] == "validation")]
    kept, left_out = estimable(few, 5)
    external = kept[kept["dataset"] == "external"]
    assert set(external["model"]) == {"clinical_network"}
    assert left_out[["model", "n_true_progression", "n_pseudoprogression"]].values.tolist() == [
        ["proposed", 4, 3]
    ]


def test_permuted_labels_are_not_counted_and_stay_with_their_set() -> None:
    permuted = PREDICTIONS.assign(permutation=1, y_true=True)
    kept, left_out = estimable(pd.concat([PREDICTIONS, permuted], ignore_index=True), 8)
    assert left_out["dataset"].tolist() == ["external"]
    assert len(kept) == 2 * (PREDICTIONS["dataset"] == "burdenko").sum()


def test_a_minimum_below_one_raises() -> None:
    with pytest.raises(UndefinedMetricError, match="minimum_per_class is 0; an AUC needs"):
        estimable(PREDICTIONS, 0)
