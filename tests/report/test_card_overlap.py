"""One person under two names is one person, and what is not known by scan is told by collection."""

from __future__ import annotations

import pandas as pd

from psp_core.report.card_overlap import NOBODY, overlap_by_set
from tests.cohorts.made import made_crosswalk

PATIENTS = pd.DataFrame(
    {"dataset": ["burdenko", "upenn_gbm", "upenn_gbm"], "subject_id": ["B1", "U1", "U2"]}
)
CROSSWALK = made_crosswalk([("BraTS2021_00001", "upenn_gbm", "U1")])


def test_a_patient_who_was_learned_from_under_another_name_is_counted() -> None:
    told = overlap_by_set(PATIENTS, ["brats2021/BraTS2021_00001/000"], crosswalk=CROSSWALK)
    assert told["UPENN-GBM"] == "1 of its 2 patients were learned from"
    assert told["burdenko"] == "0 of its 1 patients were learned from"
    without = overlap_by_set(PATIENTS, ["brats2021/BraTS2021_00001/000"])
    assert without["UPENN-GBM"] == "0 of its 2 patients were learned from"


def test_another_visit_of_the_same_patient_counts() -> None:
    told = overlap_by_set(PATIENTS, ["upenn_gbm/U2/000"], without=["burdenko"])
    assert told == {"UPENN-GBM": "1 of its 2 patients were learned from"}


def test_where_scans_are_not_told_the_collections_are() -> None:
    told = overlap_by_set(PATIENTS, None, collections=["brats2021"])
    assert told["burdenko"] == "none of its collections"
    assert told["UPENN-GBM"].startswith("its training data hold this collection")
    assert "person by person" in told["UPENN-GBM"]


def test_a_run_that_predicts_nobody_says_so() -> None:
    assert overlap_by_set(PATIENTS.head(0), []) == {"test sets": NOBODY}
