"""Chosen series that will not be readable."""

import pandas as pd

from psp_core.acquisition.index import DicomIndex
from psp_core.cohorts.burdenko_files import check_files
from psp_core.cohorts.schema import make_cohort

COHORT = make_cohort(
    [
        {
            "subject_id": f"P-{n}",
            "timepoint": 1,
            "t1ce_file": f"series:1.{n}",
            "ct_file": "series:9",
        }
        for n in (1, 2)
    ],
    source="test",
)


def index(frames: dict[str, list[str]], lost: list[tuple[str, str]], tmp_path) -> DicomIndex:
    rows = [(uid, frame) for uid, own in frames.items() for frame in own]
    instances = pd.DataFrame(rows, columns=["series_uid", "frame_uid"])
    excluded = pd.DataFrame(lost, columns=["series_uid", "reason"])
    return DicomIndex(tmp_path, instances, pd.DataFrame(), excluded)


def test_lost_files_and_mixed_frames_are_noted_for_the_patient_alone(tmp_path) -> None:
    found = check_files(
        COHORT,
        index(
            {"1.1": ["a", "b"], "1.2": ["a", "a"], "9": ["c"]},
            [("1.2", "truncated"), ("1.2", "empty"), ("9", "duplicate of x"), ("", "empty")],
            tmp_path,
        ),
    )
    assert found[["subject_id", "check", "detail"]].to_numpy().tolist() == [
        [
            "P-1",
            "series in several frames of reference",
            "t1ce: 2 frames of reference, it will not be read",
        ],
        ["P-2", "series lacks files", "t1ce: 2 unusable"],
    ]
