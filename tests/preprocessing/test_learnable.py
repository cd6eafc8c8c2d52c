"""Scans that may be learned from, and the check before each fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp_core.errors import OverlapError
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.learnable import check_learned_from, learnable_cases
from psp_core.runs import Run, open_run
from tests.cohorts.made import made_crosswalk, store_cohorts, store_copies

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


def case(subject: str, *, dataset: str = "brats2021", label: str = "unlabelled") -> Case:
    return Case(dataset, subject, 0, label, True, {})


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = open_run(PARAMS, tmp_path / "run")
    store_cohorts(
        run,
        {
            "burdenko": {"Burdenko-GBM-001": "true_progression"},
            "external": {"External-01": "pseudoprogression"},
            "upenn_gbm": {"UPENN-GBM-00007": "true_progression"},
        },
        made_crosswalk([("BraTS2021_00001", "upenn_gbm", "UPENN-GBM-00007")]),
    )
    return run


def test_labelled_scans_are_not_learned_from_without_labels(run: Run) -> None:
    cases = {
        "brats2021": [case("BraTS2021_00003"), case("BraTS2021_00002")],
        "upenn_gbm": [
            case("UPENN-GBM-00007", dataset="upenn_gbm", label="true_progression"),
            case("UPENN-GBM-00009", dataset="upenn_gbm"),
        ],
    }
    found = learnable_cases(run, cases, ["brats2021", "upenn_gbm"], stage="pretraining")
    assert [one.subject_id for one in found] == [
        "BraTS2021_00002",
        "BraTS2021_00003",
        "UPENN-GBM-00009",
    ]


def test_of_two_copies_of_one_person_one_is_learned_from(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run")
    crosswalk = made_crosswalk([("BraTS2021_00002", "upenn_gbm", "UPENN-GBM-00009")])
    store_cohorts(run, {"burdenko": {"Burdenko-GBM-001": "true_progression"}}, crosswalk)
    cases = {
        "brats2021": [case("BraTS2021_00002"), case("BraTS2021_00003")],
        "upenn_gbm": [case("UPENN-GBM-00009", dataset="upenn_gbm")],
    }
    both = learnable_cases(run, cases, ["brats2021", "upenn_gbm"], stage="pretraining")
    assert [one.subject_id for one in both] == ["BraTS2021_00003", "UPENN-GBM-00009"]
    alone = learnable_cases(run, cases, ["brats2021"], stage="segmenter")
    assert [one.subject_id for one in alone] == ["BraTS2021_00002", "BraTS2021_00003"]


@pytest.mark.parametrize("stage", ["landmarks", "segmenter", "pretraining"])
def test_a_copy_of_a_labelled_patient_stops_the_fit(run: Run, stage: str) -> None:
    with pytest.raises(OverlapError, match=rf"{stage}.*BraTS2021_00001.*UPENN-GBM-00007"):
        learnable_cases(run, {"brats2021": [case("BraTS2021_00001")]}, ["brats2021"], stage=stage)


def test_another_scan_of_a_labelled_patient_stops_the_fit(run: Run) -> None:
    cases = {"upenn_gbm": [case("UPENN-GBM-00007", dataset="upenn_gbm")]}
    with pytest.raises(OverlapError, match="UPENN-GBM-00007"):
        learnable_cases(run, cases, ["upenn_gbm"], stage="pretraining")


def test_a_scan_listed_under_another_collection_raises(run: Run) -> None:
    cases = {"brats2021": [case("Burdenko-GBM-002", dataset="burdenko")]}
    with pytest.raises(OverlapError, match="of another collection than brats2021"):
        learnable_cases(run, cases, ["brats2021"], stage="pretraining")


def test_a_patient_of_a_test_set_is_never_learned_from(run: Run) -> None:
    check_learned_from(run, "classification", ["burdenko/Burdenko-GBM-001/002"])
    with pytest.raises(OverlapError, match="external/External-01"):
        check_learned_from(run, "classification", ["external/External-01/001"])
    with pytest.raises(OverlapError, match="sealed/Sealed-0001"):
        check_learned_from(run, "probing", ["sealed/Sealed-0001/001"])


def test_scans_that_are_near_copies_are_left_out(run: Run) -> None:
    store_copies(run, {"brats2021/BraTS2021_00002/000": "a copy"})
    cases = {"brats2021": [case("BraTS2021_00002"), case("BraTS2021_00003")]}
    found = learnable_cases(run, cases, ["brats2021"], stage="pretraining")
    assert [one.subject_id for one in found] == ["BraTS2021_00003"]


def test_of_several_scans_of_a_patient_the_first_is_learned_from(run: Run) -> None:
    scans = [Case("brats2021", "B-1", time, "unlabelled", True, {}) for time in (2, 0, 1)]
    found = learnable_cases(run, {"brats2021": scans}, ["brats2021"], stage="pretraining")
    assert [one.timepoint for one in found] == [0]
