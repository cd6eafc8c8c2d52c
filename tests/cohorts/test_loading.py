"""Every collection of a study is found, loaded with its own options, and stored."""

from __future__ import annotations

from dataclasses import fields
from inspect import signature
from pathlib import Path

import pytest

from psp_core.cohorts.collections import ALL, module_of
from psp_core.cohorts.loading import load_collection, study_crosswalk, study_roots
from psp_core.cohorts.stored import stored_cohorts, stored_people, stored_scores, write_cohorts
from psp_core.errors import MissingInputError
from psp_core.params import read_params
from psp_core.runs import open_run
from tests.cohorts.collections_on_disk import (
    LAST_RADIATION,
    write_ucsd_clinical,
    write_ucsd_negatives,
    write_ucsd_scan,
)
from tests.cohorts.made import made_cohort, made_crosswalk

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
NO_OPTION = {"root", "table", "registered", "crosswalk", "cuts"}


@pytest.fixture
def ucsd(tmp_path: Path) -> Path:
    root = tmp_path / "ucsd"
    write_ucsd_scan(root, "UCSD-PTGBM-0001_01")
    write_ucsd_scan(root, "UCSD-PTGBM-0002_01")
    days = {"UCSD-PTGBM-0001_01": -30, "UCSD-PTGBM-0002_01": -400}
    write_ucsd_clinical(root, *({"ID": one, LAST_RADIATION: day} for one, day in days.items()))
    write_ucsd_negatives(root, [("UCSD-PTGBM-0002_01", "PsP")])
    return root


def test_an_option_of_the_params_reaches_the_loader(tmp_path: Path, ucsd: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run")
    narrow = load_collection(run, "ucsd_ptgbm", ucsd).cohort
    assert narrow["label"].tolist() == ["true_progression", "unlabelled"]
    run = open_run(PARAMS, tmp_path / "wide", {"ucsd_ptgbm.latest_days_since_rt": None})
    wide = load_collection(run, "ucsd_ptgbm", ucsd).cohort
    assert wide["label"].tolist() == ["true_progression", "pseudoprogression"]


@pytest.mark.parametrize("name", sorted(set(ALL) - {"burdenko", "external"}))
def test_every_key_of_a_section_is_an_argument_of_its_loader(name: str) -> None:
    section = getattr(read_params(PARAMS, ""), name)
    arguments = set(signature(module_of(name).load_cohort).parameters)
    assert {one.name for one in fields(section)} - NO_OPTION <= arguments


def test_folders_are_found_with_the_training_cohort_first(tmp_path: Path, ucsd: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run", {"ucsd_ptgbm.root": str(ucsd)})
    with pytest.raises(MissingInputError, match="no images of burdenko"):
        study_roots(run)
    for name in ("burdenko", "brats2021", "ucsf_pdgm"):
        (run.folder / "phantom" / name).mkdir(parents=True)
    (run.folder / "phantom" / "brats2021" / "readme.txt").write_text("x", encoding="utf-8")
    assert list(study_roots(run)) == ["burdenko", "brats2021", "ucsd_ptgbm"]  # an empty one is none
    assert study_crosswalk(run, study_roots(run)) is None


def test_a_crosswalk_that_is_named_must_be_there(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run", {"brats2021.crosswalk": "nowhere.xlsx"})
    with pytest.raises(MissingInputError, match=r"nowhere\.xlsx"):
        study_crosswalk(run, {})


def test_what_was_written_is_read_with_who_may_not_be_learned_from(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run", {"classification.test_sets": ["upenn_gbm"]})
    loaded = {
        "upenn_gbm": made_cohort("upenn_gbm", {"U-1": "pseudoprogression", "U-2": ""}),
        "burdenko": made_cohort("burdenko", {"B-1": "true_progression"}),
    }
    crosswalk = made_crosswalk([("BraTS2021_00001", "upenn_gbm", "U-1")])
    names = write_cohorts(run, loaded, crosswalk=crosswalk)
    assert {"burdenko.parquet", "burdenko_steps.parquet", "crosswalk.parquet"} <= set(names)
    assert list(stored_cohorts(run)) == ["burdenko", "upenn_gbm"]
    people = stored_people(run)
    assert people.labelled == {"burdenko/B-1", "upenn_gbm/U-1"}
    assert people.tested == {"upenn_gbm/U-1"}
    assert people.crosswalk is not None
    assert stored_scores(run) is None
    written = run.finished("cohort").folder / "burdenko.parquet"
    before = written.stat().st_mtime_ns
    write_cohorts(run, loaded, crosswalk=crosswalk)
    assert written.stat().st_mtime_ns == before
