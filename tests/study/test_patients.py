"""One row per labelled patient, joined from cohort and features; who is lost is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import StageError, TableError
from psp_core.runs import Run, open_run, write_table
from psp_core.study.patients import (
    COLUMNS,
    further_cohorts,
    join_patients,
    patient_keys,
    study_patients,
)
from tests.cohorts.made import store_cohorts, store_copies

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


def cohort() -> pd.DataFrame:
    rows = [
        ("a", 1, "unlabelled"),
        ("a", 2, "true_progression"),
        ("b", 1, "pseudoprogression"),
        ("b", 3, "true_progression"),
        ("c", 1, "pseudoprogression"),
        ("d", 1, "unlabelled"),
        ("e", 4, "true_progression"),
    ]
    table = pd.DataFrame(rows, columns=["subject_id", "timepoint", "label"])
    return table.assign(
        dataset="burdenko",
        days_since_rt=100.0,
        age_years=50.0,
        sex="F",
        idh_status="unknown",
        mgmt_status="unknown",
        total_dose_gy=60.0,
        fractions=30.0,
        visit_number=1.0,
        reference_standard="follow_up",
        resection="unknown",
        n_lesions=np.nan,
    )


def features() -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "dataset": "burdenko",
            "subject_id": ["a", "b", "c"],
            "timepoint": [2, 1, 1],
            "status": ["done", "done", "excluded"],
            "reason": ["", "", "no FLAIR"],
            "lesion_reason": ["", "nothing enhances", ""],
            "lesion_volume_cm3": [3.0, np.nan, np.nan],
            "completeness": ["complete", "partial", "unknown"],
        }
    )
    doses = ("mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy")
    return table.assign(**dict.fromkeys(doses, 55.0))


def test_there_is_one_row_per_labelled_patient() -> None:
    table = join_patients([cohort()], features()).table
    assert list(table) == list(COLUMNS)
    assert patient_keys(table) == [
        "burdenko/a/002", "burdenko/b/001", "burdenko/c/001", "burdenko/e/004",
    ]  # fmt: skip
    assert table["has_image"].tolist() == [True, True, False, False]
    assert table["d98_gy"].isna().tolist() == [False, False, False, True]


def test_who_is_lost_is_told_with_the_reason() -> None:
    lost = join_patients([cohort()], features()).lost
    told = set(lost[["subject_id", "lost", "reason"]].itertuples(index=False, name=None))
    assert told == {
        ("b", "visit", "the patient's first labelled visit is studied"),
        ("c", "image", "no FLAIR"),
        ("e", "image", "the scan was not prepared"),
        ("b", "lesion", "nothing enhances"),
    }


def test_what_subsets_need_is_there_and_unknown_where_there_are_no_features() -> None:
    patients = join_patients([cohort()], features())
    assert patients.table["completeness"].tolist() == ["complete", "partial", "unknown", "unknown"]
    assert patients.table["visit_number"].eq(1).all()
    assert patients.rules.empty


def test_a_copy_leaves_with_its_reason_alone() -> None:
    patients = join_patients([cohort()], features(), copies={"burdenko/c/001": "it is a"})
    assert patients.table["subject_id"].tolist() == ["a", "b", "e"]
    told = patients.lost[patients.lost["subject_id"] == "c"]
    assert told[["lost", "reason"]].values.tolist() == [["copy", "it is a"]]


def test_whom_a_preset_does_not_admit_leaves_with_the_reason() -> None:
    resected = cohort().assign(resection="gross_total")
    resected.loc[resected["subject_id"] == "c", "resection"] = "biopsy"
    patients = join_patients([resected], features(), eligibility="jang")
    assert patients.table["subject_id"].tolist() == ["a", "b", "e"]
    told = patients.lost[patients.lost["lost"] == "eligibility"]
    assert told[["subject_id", "reason"]].values.tolist() == [["c", "no gross total resection"]]
    assert patients.rules["applied"].tolist() == [True, False, False, False]


def test_the_order_of_the_cohort_table_does_not_matter() -> None:
    one = join_patients([cohort()], features()).table
    two = join_patients([cohort()[::-1]], features()[::-1]).table
    pd.testing.assert_frame_equal(one, two)


def test_nobody_and_doubled_features_raise() -> None:
    with pytest.raises(TableError, match="no patient has a label"):
        join_patients([cohort().assign(label="unlabelled")], features())
    with pytest.raises(TableError, match="no patient has a label"):
        join_patients([], features())
    with pytest.raises(TableError, match="3 scans stand twice"):
        join_patients([cohort()], pd.concat([features(), features()]))


def test_sealed_and_learning_phantoms_are_read_only_when_asked_for() -> None:
    assert further_cohorts(score_sealed=False, with_learning=False) == ["development"]
    assert further_cohorts(score_sealed=False, with_learning=True) == ["development", "learning"]
    assert further_cohorts(score_sealed=True, with_learning=False) == ["development", "sealed"]


def made_run(folder: Path, **overrides: object) -> Run:
    """A run with two collections of labelled patients and their features table."""
    run = open_run(PARAMS, folder, overrides)
    labels = {"burdenko": {"B-1": "true_progression", "B-2": "pseudoprogression"}}
    labels |= {"upenn_gbm": {"U-1": "true_progression"}, "cfb_gbm": {"001": "true_progression"}}
    store_cohorts(run, labels)
    return run


def write_features(run: Run, *patients: tuple[str, str]) -> None:
    row = features().iloc[0].to_dict()
    rows = [
        {**row, "dataset": dataset, "subject_id": subject, "timepoint": 0}
        for dataset, subject in patients
    ]
    with run.stage("features", depends_on={"patients": patients}) as stage:
        write_table(stage.folder / "features.parquet", pd.DataFrame(rows))
        stage.finish()


def test_the_test_sets_are_those_of_the_params(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run")
    write_features(run, ("burdenko", "B-1"), ("burdenko", "B-2"), ("upenn_gbm", "U-1"))
    found = study_patients(run).table
    assert found["subject_id"].tolist() == ["B-1", "B-2", "U-1"]


def test_features_of_a_part_of_the_patients_are_refused(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run")
    write_features(run, ("burdenko", "B-1"))
    with pytest.raises(StageError, match=r"2 labelled scans .* first is burdenko/B-2/000"):
        study_patients(run)
    part = open_run(PARAMS, tmp_path / "run", {"study.patients": ["B-1"]})
    assert study_patients(part).table["subject_id"].tolist() == ["B-1"]


def test_a_near_copy_of_a_trained_patient_is_not_predicted(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run")
    write_features(run, ("burdenko", "B-1"), ("burdenko", "B-2"), ("upenn_gbm", "U-1"))
    store_copies(run, {"upenn_gbm/U-1/000": "a copy of burdenko/B-1"})
    found = study_patients(run)
    assert set(found.table["dataset"]) == {"burdenko"}
    lost = found.lost.set_index("subject_id")
    assert lost.loc["U-1", ["lost", "reason"]].tolist() == ["copy", "a copy of burdenko/B-1"]
