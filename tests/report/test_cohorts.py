"""What each collection holds, as a reader sees it."""

from __future__ import annotations

import pandas as pd
import pytest

from psp_core.cohorts.flow import LoadedCohort, build_flow, make_notes
from psp_core.cohorts.schema import make_cohort
from psp_core.report.cohorts import (
    cohort_characteristics,
    every_note,
    everybody_dropped,
    holdings,
    notes_summary,
    stated,
    subset_table,
)


@pytest.fixture
def cohort() -> pd.DataFrame:
    rows = [
        {"subject_id": "U-1", "timepoint": 0, "t1ce_file": "a.nii", "flair_file": "b.nii"},
        {"subject_id": "U-1", "timepoint": 1, "t1ce_file": "a.nii", "label": "true_progression"},
        {"subject_id": "U-2", "timepoint": 1, "age_years": 50.0, "label": "pseudoprogression"},
    ]
    about = {"dataset": "upenn_gbm", "reference_standard": "histology", "sex": "F"}
    return make_cohort([{**about, **row} for row in rows], source="made")


def test_a_scan_counts_where_all_that_is_named_is_known(cohort: pd.DataFrame) -> None:
    row = holdings({"upenn_gbm": cohort}).iloc[0]
    assert (row["patients"], row["scans"]) == (2, 3)
    assert (row["true progression"], row["pseudoprogression"]) == (1, 1)
    assert row["T1CE and FLAIR"] == 1
    assert (row["age"], row["sex"], row["dose"]) == (1, 3, 0)


def test_a_variable_that_is_known_of_nobody_is_not_tabulated(cohort: pd.DataFrame) -> None:
    table = cohort_characteristics(cohort)
    variables = set(table.index.get_level_values("variable"))
    assert {"patients", "label", "sex", "age_years"} <= variables
    assert not {"days_since_rt", "idh_status"} & variables


def test_a_collection_without_labels_is_described_by_each_patients_first_scan(
    cohort: pd.DataFrame,
) -> None:
    table = cohort_characteristics(cohort.assign(label="unlabelled"))
    assert table.loc[("patients", "n")].tolist() == [2]
    assert table.loc[("reference_standard", "histology")].tolist() == [2]


def test_notes_are_counted_by_check_with_the_range_of_their_days(cohort: pd.DataFrame) -> None:
    notes = make_notes(
        [
            {"subject_id": "U-1", "check": "late", "days": 3},
            {"subject_id": "U-1", "check": "late", "days": 9},
            {"subject_id": "", "check": "old table"},
        ]
    )
    flow = build_flow("Patients", ["U-1"], [], {})
    loaded = {"upenn_gbm": LoadedCohort(cohort, flow, notes)}
    table = notes_summary(loaded).set_index("check")
    assert table.loc["late", ["patients", "times", "days"]].tolist() == [1, 2, "3 to 9"]
    assert table.loc["old table", ["patients", "days"]].tolist() == [0, "–"]
    assert every_note(loaded)["collection"].tolist() == ["UPENN-GBM"] * 3
    assert everybody_dropped(loaded).empty
    quiet = {"upenn_gbm": LoadedCohort(cohort, flow, make_notes())}
    assert notes_summary(quiet).empty


def test_subsets_are_told_in_words(cohort: pd.DataFrame) -> None:
    table = subset_table({"upenn_gbm": cohort}).set_index("subset")
    assert table.loc["label from histology", "true progression"] == 1
    found = table.loc["event up to 12 weeks after radiotherapy"]
    assert found["note"] == "days since radiotherapy is known of nobody"


def test_every_collection_says_who_may_see_single_patients() -> None:
    table = stated({"burdenko": None, "upenn_gbm": None})
    assert table["feature sets"].iloc[1] == "no dose no time, image only"
    assert table["single patients may be shown to"].tolist() == [
        "holders of the data access",
        "everybody",
    ]
