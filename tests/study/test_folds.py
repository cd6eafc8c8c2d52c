"""Folds are stratified, by patient, and frozen by their seed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import UndefinedMetricError
from psp_core.study.folds import draw_folds, fold_numbers

PATIENTS = pd.DataFrame(
    {
        "dataset": "burdenko",
        "subject_id": [f"p{i:02d}" for i in range(59)],
        "timepoint": 1,
        "label": ["true_progression"] * 34 + ["pseudoprogression"] * 25,
    }
)


def test_the_folds_are_those_of_34_and_25_patients() -> None:
    """FIELD: 7, 7, 7, 7, 6 and five times 5."""
    folds = draw_folds(PATIENTS, n_folds=5, seeds=1, entropy=3)
    counts = pd.crosstab(folds["fold"], PATIENTS["label"].to_numpy())
    assert sorted(counts["true_progression"]) == [6, 7, 7, 7, 7]
    assert (counts["pseudoprogression"] == 5).all()


def test_the_order_of_the_patients_does_not_matter() -> None:
    shuffled = PATIENTS.sample(frac=1, random_state=0)
    one, two = (draw_folds(table, n_folds=5, seeds=2, entropy=3) for table in (PATIENTS, shuffled))
    pd.testing.assert_frame_equal(one, two)


def test_every_repetition_has_its_own_split_and_more_of_them_change_nothing() -> None:
    two = draw_folds(PATIENTS, n_folds=5, seeds=2, entropy=3)
    first, second = (part["fold"].to_numpy() for _, part in two.groupby("seed"))
    assert (first != second).any()
    one = draw_folds(PATIENTS, n_folds=5, seeds=1, entropy=3)
    pd.testing.assert_frame_equal(one, two[two["seed"] == 0])
    assert not one.equals(draw_folds(PATIENTS, n_folds=5, seeds=1, entropy=4))


def test_too_few_of_a_class_raise() -> None:
    with pytest.raises(UndefinedMetricError, match="found 9 with true progression and 3 with"):
        fold_numbers(np.array([True] * 9 + [False] * 3), n_folds=4, seed=0)
