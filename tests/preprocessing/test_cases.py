"""Which scans are prepared, with which files, and when they count as changed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from psp_core.cohorts.schema import make_cohort
from psp_core.errors import MissingInputError
from psp_core.preprocessing.cases import Case, list_cases, require
from psp_core.runs import Run, open_run

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_run(PARAMS, tmp_path / "run")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for visit in (0, 1, 3):
        folder = tmp_path / "data" / "P-1" / f"visit_{visit}"
        folder.mkdir(parents=True)
        for kind in ("t1ce", "flair", "dose"):
            (folder / f"{kind}.nii").write_bytes(b"0" * 400)
    return tmp_path / "data"


def cohort(label: str = "true_progression") -> pd.DataFrame:
    rows = [
        {
            "subject_id": "P-1",
            "timepoint": visit,
            "dataset": "own",
            "label": label if visit == 3 else "unlabelled",
            "t1ce_file": f"P-1/visit_{visit}/t1ce.nii",
            "flair_file": f"P-1/visit_{visit}/flair.nii",
            "dose_file": f"P-1/visit_{visit}/dose.nii",
            "total_dose_gy": 60.0,
        }
        for visit in (0, 1, 3)
    ]
    return make_cohort(rows, source="test")


def only(cases: list[Case]) -> Case:
    (case,) = cases
    return case


def test_the_labelled_scan_is_a_case_with_the_visit_before_it(run: Run, root: Path) -> None:
    case = only(list_cases(run, "own", root, cohort()))
    assert (case.key, case.label) == ("own/P-1/003", "true_progression")
    assert sorted(case.files) == ["dose", "flair", "t1ce"]
    assert case.previous_timepoint == 1
    assert case.previous["t1ce"][0].path == "P-1/visit_1/t1ce.nii"
    assert case.prescription_gy == 60


def test_without_labels_every_scan_is_a_case(run: Run, root: Path) -> None:
    cases = list_cases(run, "own", root, cohort(label="unlabelled"))
    assert [case.timepoint for case in cases] == [0, 1, 3]
    assert cases[0].previous == {}


def test_a_case_counts_as_changed_when_a_file_it_needs_changed(run: Run, root: Path) -> None:
    first = only(list_cases(run, "own", root, cohort())).digest
    assert only(list_cases(run, "own", root, cohort())).digest == first
    os.utime(root / "P-1" / "visit_0" / "t1ce.nii", (1, 1))  # not one of its files
    assert only(list_cases(run, "own", root, cohort())).digest == first
    os.utime(root / "P-1" / "visit_1" / "t1ce.nii", (1, 1))
    assert only(list_cases(run, "own", root, cohort())).digest != first


def test_a_visit_without_flair_is_not_the_visit_before(run: Run, root: Path) -> None:
    table = cohort()
    table.loc[table["timepoint"] == 1, "flair_file"] = ""
    case = only(list_cases(run, "own", root, table))
    assert case.previous_timepoint == 0
    assert sorted(case.previous) == ["flair", "t1ce"]


def test_a_case_counts_as_changed_when_its_row_changed(run: Run, root: Path) -> None:
    first = only(list_cases(run, "own", root, cohort()))
    assert only(list_cases(run, "own", root, cohort("pseudoprogression"))).digest != first.digest
    assert replace(first, previous_timepoint=2).digest != first.digest


def test_a_missing_kind_is_an_error_that_names_it(run: Run, root: Path) -> None:
    case = only(list_cases(run, "own", root, cohort()))
    assert require(case, "dose")[0].path == "P-1/visit_3/dose.nii"
    with pytest.raises(MissingInputError, match="names no lesion mask file"):
        require(case, "lesion_mask")
