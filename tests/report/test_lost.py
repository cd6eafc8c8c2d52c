"""Long lists of losses become a few rows, in words."""

from __future__ import annotations

import pandas as pd

from psp_core.report.lost import LEFT_OUT, LOST, failed_table, left_out_table, lost_summary

NO_LESION = "NoMaskError: no source gives region enhancing of the lesion"


def test_losses_are_grouped_by_collection_and_reason_with_short_ids() -> None:
    table = pd.DataFrame(
        [
            ("upenn_gbm", "UPENN-GBM-00001", "lesion", NO_LESION),
            ("upenn_gbm", "UPENN-GBM-00002", "lesion", NO_LESION),
            ("upenn_gbm", "UPENN-GBM-00003", "image", "GeometryError: 3 voxels: too few"),
            ("external", "Centre-C-002", "lesion", NO_LESION),
        ],
        columns=["dataset", "subject_id", "lost", "reason"],
    )
    found = lost_summary(table)
    assert list(found) == list(LOST)
    reason = "no source gives region enhancing of the lesion"
    assert found.values.tolist() == [
        ["UPENN-GBM", "lesion", reason, 2, "00001, 00002"],
        ["UPENN-GBM", "image", "3 voxels: too few", 1, "00003"],
        ["external", "lesion", reason, 1, "002"],
    ]


def test_a_scan_is_named_with_its_visit() -> None:
    table = pd.DataFrame(
        [("own", "A-1", 2, "dose", "none"), ("own", "A-1", 3, "dose", "none")],
        columns=["dataset", "subject_id", "timepoint", "lost", "reason"],
    )
    assert lost_summary(table)["patients"].tolist() == ["1 v2, 1 v3"]


def test_ids_that_end_alike_stay_whole() -> None:
    table = pd.DataFrame(
        [("own", "A-1", "dose", "none"), ("own", "B-1", "dose", "none")],
        columns=["dataset", "subject_id", "lost", "reason"],
    )
    assert lost_summary(table)["patients"].tolist() == ["A-1, B-1"]


def test_a_model_has_one_row_per_set_with_columns_in_words() -> None:
    rows = [
        ("proposed", "proposed (guided)", "upenn_gbm", f"{name} is known of nobody")
        for name in ("days_since_rt", "d98_gy")
    ]
    rows += [("another", "another", *one[2:]) for one in rows]
    rows += [("mri_only", "MRI only", "external", "2 without a prepared image")]
    found = left_out_table(pd.DataFrame(rows, columns=["model", "title", "dataset", "reason"]))
    assert list(found) == list(LEFT_OUT)
    assert found.values.tolist() == [
        [
            "UPENN-GBM",
            "days since radiotherapy is known of nobody; D98, Gy is known of nobody",
            "proposed (guided); another",
        ],
        ["external", "2 without a prepared image", "MRI only"],
    ]


def test_nothing_lost_is_an_empty_table() -> None:
    lost = pd.DataFrame(
        {name: [] for name in ("dataset", "subject_id", "lost", "reason")}, dtype=str
    )
    left_out = pd.DataFrame(
        {name: [] for name in ("model", "title", "dataset", "reason")}, dtype=str
    )
    assert lost_summary(lost).empty
    assert left_out_table(left_out).empty


def test_models_that_failed_for_one_reason_stand_in_one_row() -> None:
    rows = [
        (name, f"title {name}", 0, fold, f"EstimatorError: title {name} reads 'x', and has none")
        for name in ("one", "two")
        for fold in (0, 1)
    ]
    found = failed_table(pd.DataFrame(rows, columns=["model", "title", "seed", "fold", "reason"]))
    assert found.values.tolist() == [["title one; title two", 4, "reads 'x', and has none"]]
