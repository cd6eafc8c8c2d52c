"""One person under several names."""

import pandas as pd
import pytest

from psp_core.cohorts.overlap import (
    check,
    distinct_counts,
    person_of,
    published_corpus,
    weights_mark,
    without_overlap,
)
from psp_core.errors import OverlapError

CROSSWALK = pd.DataFrame(
    [
        ("BraTS2021_00001", "upenn_gbm", "U-1"),
        ("BraTS2021_00002", "ucsf_pdgm", "F-2"),
        ("BraTS2021_00003", "", ""),
        ("BraTS2021_00004", "ucsf_pdgm", "F-2"),
        ("BraTS2021_00005", "upenn_gbm", "U-5"),
    ],
    columns=["brats_id", "dataset", "subject_id"],
)
BRATS = [f"brats2021/BraTS2021_{n:05d}" for n in range(1, 6)]


def test_a_brats_case_is_the_patient_of_the_crosswalk() -> None:
    people = person_of([*BRATS, "upenn_gbm/U-1"], CROSSWALK)
    assert people[BRATS[0]] == people["upenn_gbm/U-1"] == "upenn_gbm/U-1"
    assert people[BRATS[2]] == BRATS[2]
    assert person_of(BRATS, None) == dict(zip(BRATS, BRATS, strict=True))


def test_a_copy_of_a_held_out_patient_stops_the_stage() -> None:
    message = (
        r"pre-training would be fitted on 1 of the patients to be predicted: "
        r"brats2021/BraTS2021_00001 is upenn_gbm/U-1; take them out of what is fitted"
    )
    with pytest.raises(OverlapError, match=message):
        check("pre-training", BRATS, held_out=["upenn_gbm/U-1"], crosswalk=CROSSWALK)
    check("pre-training", BRATS, held_out=["upenn_gbm/U-9"], crosswalk=CROSSWALK)
    check("pre-training", [], held_out=["upenn_gbm/U-1"], crosswalk=None)


def test_the_patient_itself_is_named_once_and_the_list_is_short() -> None:
    patients = [f"burdenko/B-{n}" for n in range(8)]
    with pytest.raises(OverlapError, match=r"8 of the patients .*: burdenko/B-0, .* and 3 more;"):
        check("landmarks", patients, held_out=patients)


def test_two_copies_in_brats_of_one_held_out_person_both_count() -> None:
    with pytest.raises(OverlapError, match="2 of the patients"):
        check("x", BRATS, held_out=["brats2021/BraTS2021_00004"], crosswalk=CROSSWALK)


def test_held_out_people_and_further_copies_leave_with_a_reason() -> None:
    patients = [*BRATS, "upenn_gbm/U-1", "upenn_gbm/U-5", "upenn_gbm/U-6", "upenn_gbm/U-6"]
    kept, dropped = without_overlap(patients, ["upenn_gbm/U-1"], CROSSWALK)
    assert kept == [BRATS[1], BRATS[2], "upenn_gbm/U-5", "upenn_gbm/U-6"]
    assert dropped.to_numpy().tolist() == [
        [BRATS[0], "to be predicted, as upenn_gbm/U-1"],
        [BRATS[3], f"same person as {BRATS[1]}, which is kept"],
        [BRATS[4], "same person as upenn_gbm/U-5, which is kept"],
        ["upenn_gbm/U-1", "to be predicted"],
    ]
    check("pre-training", kept, held_out=["upenn_gbm/U-1"], crosswalk=CROSSWALK)
    assert without_overlap(kept, [], CROSSWALK)[0] == kept


def test_every_person_is_counted_once() -> None:
    counts = distinct_counts(
        {"brats2021": BRATS, "upenn_gbm": ["upenn_gbm/U-1", "upenn_gbm/U-1", "upenn_gbm/U-8"]},
        CROSSWALK,
    ).set_index("collection")
    assert counts.loc["brats2021"].tolist() == [5, 4, 1, 4]
    assert counts.loc["upenn_gbm"].tolist() == [3, 2, 1, 1]
    assert counts.loc["together"].tolist() == [8, 5, 1, 5]


def test_the_published_corpus_has_at_most_1651_distinct_scans() -> None:
    total = published_corpus().set_index("collection").loc["together"]
    assert total.tolist() == [2317, 666, 1651]


@pytest.mark.parametrize(
    ("trained_on", "dataset", "mark"),
    [
        (None, "upenn_gbm", "training data not stated"),
        ([], "upenn_gbm", ""),
        (["upenn_gbm"], "upenn_gbm", "its training data hold this collection"),
        (
            ["lumiere", "brats2021"],
            "ucsf_pdgm",
            "its training data hold this collection (through brats2021)",
        ),
        (
            ["brats2024_pt"],
            "ucsd_ptgbm",
            "its training data hold this collection (through brats2024_pt)",
        ),
        (
            ["ucsf_pdgm"],
            "brats2021",
            "its training data hold a part of this collection (ucsf_pdgm)",
        ),
        (["brats2024_pt"], "upenn_gbm", ""),
        (["lumiere", "web"], "upenn_gbm", "what web holds is not known"),
    ],
)
def test_weights_are_marked_by_what_they_were_trained_on(
    trained_on: list[str] | None, dataset: str, mark: str
) -> None:
    assert weights_mark(trained_on, dataset) == mark
