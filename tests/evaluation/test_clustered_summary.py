"""A table with several time points per patient gives AUCs that count patients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import TableError, UndefinedMetricError
from psp_core.evaluation.clustered import clustered_interval
from psp_core.evaluation.clustered_summary import CLUSTERED, clustered_summary

RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "subject_id": [f"p{n // 3}" for n in range(36)],
        "y_true": [n // 3 % 2 == 0 for n in range(36)],
        "y_score": RNG.random(36),
    }
)


def test_all_time_points_count_and_patients_give_the_interval() -> None:
    found = clustered_summary(TABLE)
    assert tuple(found) == CLUSTERED
    row = found.iloc[0]
    expected = clustered_interval(TABLE["y_true"], TABLE["y_score"], TABLE["subject_id"])
    for name in ("auc", "standard_error", "lower", "upper"):
        assert row[name] == getattr(expected, name)
    assert (row["n_patients"], row["n"], row["n_true_progression"]) == (12, 36, 18)
    assert (row["patients_true_progression"], row["patients_pseudoprogression"]) == (6, 6)
    assert row["note"] == ""


def test_each_model_on_each_set_has_a_row_and_0_and_1_are_truths() -> None:
    once = TABLE.assign(y_true=TABLE["y_true"].astype(int), dataset="theirs", model="one")
    both = pd.concat([once, once.assign(model="two", y_score=1 - once["y_score"])])
    found = clustered_summary(both)
    assert found[["model", "dataset"]].to_numpy().tolist() == [["one", "theirs"], ["two", "theirs"]]
    assert found["auc"].sum() == pytest.approx(1)


def test_too_few_patients_of_a_class_have_counts_and_no_figure() -> None:
    row = clustered_summary(TABLE, minimum_per_class=7).iloc[0]
    assert np.isnan([row["auc"], row["lower"]]).all()
    assert row["note"].startswith("not estimable (6 patients with true progression, 6 with")


def test_what_cannot_be_is_told_at_once() -> None:
    with pytest.raises(TableError, match="column 'y_score' misses"):
        clustered_summary(TABLE[["subject_id", "y_true"]])
    wrong = TABLE.assign(y_true=2, y_score="high", subject_id=None)
    with pytest.raises(TableError, match=r"(?s)'y_score' holds.*'y_true' holds.*has gaps"):
        clustered_summary(wrong)
    with pytest.raises(UndefinedMetricError, match="minimum_per_class is 0"):
        clustered_summary(TABLE, minimum_per_class=0)
