"""Subsets: who belongs, who is not known, and what a table must have."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from psp_core.cohorts.subsets import SUBSETS, in_subset, subset_counts
from psp_core.errors import TableError

TP, PSP = "true_progression", "pseudoprogression"
PATIENTS = pd.DataFrame(
    {
        "dataset": ["burdenko"] * 4 + ["upenn_gbm"] * 2,
        "label": [TP, PSP, TP, PSP, TP, PSP],
        "reference_standard": ["follow_up", "histology", "unknown", *["histology"] * 3],
        "visit_number": [1, 2, 1, math.nan, math.nan, math.nan],
        "days_since_rt": [84, 85, math.nan, 20, math.nan, math.nan],
        "completeness": ["complete", "partial", "unknown", "complete", "unknown", "unknown"],
    },
    index=[10, 11, 12, 13, 14, 15],
)


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("all", [10, 11, 12, 13, 14, 15]),
        ("histology_only", [11, 13, 14, 15]),
        ("first_follow_up_only", [10, 12]),
        ("within_12_weeks", [10, 13]),
        ("beyond_12_weeks", [11]),
        ("complete_dose_only", [10, 13]),
    ],
)
def test_a_patient_belongs_only_where_that_is_known(name: str, members: list[int]) -> None:
    belongs = in_subset(PATIENTS, name)
    assert belongs.dtype == bool
    assert belongs.index[belongs].tolist() == members


def test_classes_are_counted_for_each_collection() -> None:
    counts = subset_counts(PATIENTS).set_index(["dataset", "subset"])
    assert len(counts) == 2 * len(SUBSETS)
    assert counts.loc[("burdenko", "all")].tolist() == [2, 2, ""]
    assert counts.loc[("burdenko", "within_12_weeks")].tolist() == [
        1, 1, "days_since_rt is not known of 1",
    ]  # fmt: skip
    assert counts.loc[("upenn_gbm", "beyond_12_weeks")].tolist() == [
        0, 0, "days_since_rt is known of nobody",
    ]  # fmt: skip
    assert counts.loc[("upenn_gbm", "histology_only"), "note"] == ""


def test_a_subset_or_a_column_that_is_not_there_raises() -> None:
    with pytest.raises(TableError, match="no subset 'resected'; expected one of all, histology"):
        in_subset(PATIENTS, "resected")
    with pytest.raises(TableError, match="'completeness' is missing; subset 'complete_dose_only'"):
        in_subset(PATIENTS.drop(columns="completeness"), "complete_dose_only")
    with pytest.raises(TableError, match="'visit_number' is missing"):
        subset_counts(PATIENTS.drop(columns="visit_number"))
