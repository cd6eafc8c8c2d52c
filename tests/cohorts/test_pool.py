"""Who may be learned from without labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp_core.cohorts.pool import unlabelled_pool
from psp_core.cohorts.stored import stored_people
from psp_core.errors import MissingInputError, StageError
from psp_core.runs import Run, open_run
from tests.cohorts.made import made_crosswalk, store_cohorts

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
LABELLED = "true_progression"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_run(
        PARAMS,
        tmp_path / "run",
        {
            "pretraining.collections": ["brats2021", "upenn_gbm", "ucsf_pdgm"],
            "intensity.landmark_collections": ["brats2021"],
        },
    )


def test_a_brats_copy_of_a_labelled_patient_leaves(run: Run) -> None:
    store_cohorts(
        run,
        {
            "burdenko": {"Burdenko-GBM-001": LABELLED},
            "brats2021": {"BraTS2021_00001": "", "BraTS2021_00002": ""},
            "upenn_gbm": {"UPENN-GBM-00007": LABELLED, "UPENN-GBM-00008": ""},
        },
        made_crosswalk([("BraTS2021_00001", "upenn_gbm", "UPENN-GBM-00007")]),
    )
    pool = unlabelled_pool(run)
    assert pool.patients["brats2021"] == {"BraTS2021_00002"}
    assert pool.patients["upenn_gbm"] == {"UPENN-GBM-00008"}
    lost = pool.dropped.set_index("patient")["reason"]
    assert "UPENN-GBM-00007" in lost["brats2021/BraTS2021_00001"]
    assert set(lost.index) == {"brats2021/BraTS2021_00001", "upenn_gbm/UPENN-GBM-00007"}
    assert pool.learned == 2
    assert stored_people(run).labelled == {
        "burdenko/Burdenko-GBM-001",
        "upenn_gbm/UPENN-GBM-00007",
    }


def test_copies_of_a_person_are_told_and_left_to_each_stage(run: Run) -> None:
    store_cohorts(
        run,
        {
            "burdenko": {"Burdenko-GBM-001": LABELLED},
            "brats2021": {"BraTS2021_00001": "", "BraTS2021_00002": ""},
            "ucsf_pdgm": {"UCSF-PDGM-0004": ""},
        },
        made_crosswalk([("BraTS2021_00002", "ucsf_pdgm", "UCSF-PDGM-0004")]),
    )
    pool = unlabelled_pool(run)
    assert sum(map(len, pool.patients.values())) == 3
    assert pool.dropped["patient"].tolist() == ["brats2021/BraTS2021_00002"]
    assert "UCSF-PDGM-0004, which is kept" in pool.dropped["reason"].item()


def test_a_collection_that_nothing_learns_from_is_not_in_the_pool(tmp_path: Path) -> None:
    overrides = {
        "pretraining.collections": ["brats2021"],
        "intensity.landmark_collections": ["brats2021"],
    }
    run = open_run(PARAMS, tmp_path / "run", overrides)
    store_cohorts(
        run,
        {"burdenko": {"B-1": LABELLED}, "ucsf_pdgm": {"UCSF-PDGM-0004": ""}},
    )
    assert unlabelled_pool(run).patients == {"brats2021": frozenset()}


def test_without_the_crosswalk_brats_may_hold_the_test_set(run: Run) -> None:
    cohorts = {
        "burdenko": {"Burdenko-GBM-001": LABELLED},
        "brats2021": {"BraTS2021_00001": ""},
        "upenn_gbm": {"UPENN-GBM-00007": LABELLED},
    }
    store_cohorts(run, cohorts)
    with pytest.raises(MissingInputError, match="BraTS 2021 holds patients of upenn_gbm"):
        unlabelled_pool(run)
    store_cohorts(run, {name: cohorts[name] for name in ("burdenko", "brats2021")})
    assert unlabelled_pool(run).patients["brats2021"] == {"BraTS2021_00001"}


def test_without_cohorts_nobody_is_known(run: Run) -> None:
    with pytest.raises(StageError, match="stage 'cohort' of this run is not finished"):
        unlabelled_pool(run)
