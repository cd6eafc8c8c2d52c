"""One person under two names is one person, and what is not known by scan is told by collection."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from psp_core.report.card_overlap import NOBODY, overlap_by_set, overlap_of_model
from psp_core.report.exported import KINDS, Exported
from psp_core.runs import open_run
from psp_core.study.catalogue import CATALOGUE
from tests.cohorts.made import made_crosswalk

PATIENTS = pd.DataFrame(
    {"dataset": ["burdenko", "upenn_gbm", "upenn_gbm"], "subject_id": ["B1", "U1", "U2"]}
)
PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SEEN = ["brats2021/BraTS2021_00001/000"]
CROSSWALK = made_crosswalk([("BraTS2021_00001", "upenn_gbm", "U1")])


def test_a_patient_who_was_learned_from_under_another_name_is_counted() -> None:
    told = overlap_by_set(PATIENTS, SEEN, {}, crosswalk=CROSSWALK)
    assert told["UPENN-GBM (phantoms)"] == "1 of its 2 patients were learned from"
    assert told["burdenko (phantoms)"] == "0 of its 1 patients were learned from"
    without = overlap_by_set(PATIENTS, SEEN, {})
    assert without["UPENN-GBM (phantoms)"] == "0 of its 2 patients were learned from"


def test_another_visit_of_the_same_patient_counts() -> None:
    told = overlap_by_set(
        PATIENTS, ["upenn_gbm/U2/000"], {"upenn_gbm": "somewhere"}, without=["burdenko"]
    )
    assert told == {"UPENN-GBM (real patients)": "1 of its 2 patients were learned from"}


def test_where_scans_are_not_told_the_collections_are() -> None:
    told = overlap_by_set(PATIENTS, None, {}, by_collection={"segmenter": ("brats2021",)})
    assert told["burdenko (phantoms)"] == "segmenter: learned from other collections"
    upenn = told["UPENN-GBM (phantoms)"]
    assert upenn.startswith("segmenter: its training data hold this collection")
    assert "(through BraTS 2021)" in upenn
    assert "person by person" in upenn


def test_scans_that_no_file_tells_are_not_counted_as_none() -> None:
    told = overlap_by_set(PATIENTS, SEEN, {}, by_collection={"one": ("brats2021",), "two": ()})
    assert told["burdenko (phantoms)"] == (
        "0 of its 1 patients were learned from; one: learned from other collections; "
        "two: training data not stated"
    )


def test_what_weights_of_others_may_have_seen_stands_behind() -> None:
    marks = {"upenn_gbm": "weights of nnU-Net: training data not stated"}
    told = overlap_by_set(PATIENTS, SEEN, {}, marks=marks)
    assert told["UPENN-GBM (phantoms)"].endswith("from; " + marks["upenn_gbm"])
    assert "nnU-Net" not in told["burdenko (phantoms)"]


def test_a_run_that_predicts_nobody_says_so() -> None:
    assert overlap_by_set(PATIENTS.head(0), [], {}) == {"test sets": NOBODY}


def test_a_model_that_reads_a_lesion_has_the_segmenter_and_others_weights(tmp_path: Path) -> None:
    patients = PATIENTS.assign(timepoint=1)
    weights = [
        Exported(name, KINDS[name], "0" * 64, 1, "", scans, ("brats2021",), "2 scans", ())
        for name, scans in (("pretraining", ("upenn_gbm/U1/000",)), ("segmenter", None))
    ]
    changes = {"brain.method": "command", "brain.command": "strip {input} {output}"}
    run = open_run(PARAMS, tmp_path / "run", changes)

    def told(model: str) -> str:
        entry = CATALOGUE[model]
        return overlap_of_model(run, entry, weights, patients, None)["UPENN-GBM (phantoms)"]

    segmenter = (
        "; Lesion segmenter of the study, where it proved good enough to draw the lesion: its "
        "training data hold"
    )
    brain = "weights of the brain extraction: training data not stated"
    assert told("days_only") == "0 of its 2 patients were learned from"
    assert told("mri_only") == f"1 of its 2 patients were learned from; {brain}"
    assert told("dose_only").startswith(f"0 of its 2 patients were learned from{segmenter}")
    assert told("dose_only").endswith(brain)
    drawn = open_run(PARAMS, tmp_path / "other", {"lesion.sources": ["contours", "mask"]})
    entry = CATALOGUE["dose_only"]
    assert overlap_of_model(drawn, entry, weights, patients, None) == {
        "UPENN-GBM (phantoms)": "0 of its 2 patients were learned from"
    }
