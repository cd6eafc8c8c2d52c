"""The place of the lesion against the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from psp_core.report.place_check import format_place_check, place_check, read_truth
from psp_core.runs import open_run


def test_differences_are_told_by_collection_and_source() -> None:
    features = pd.DataFrame(
        {
            "dataset": ["own"] * 4,
            "subject_id": list("abcd"),
            "lesion_source": ["mask", "mask", "mask", "contours"],
            "centroid_to_95_mm": [1.0, 2.5, 3.0, np.nan],
        }
    )
    truth = features[["dataset", "subject_id"]].assign(outfield_seen=[1.0, 2.0, 4.0, 5.0])
    (row,) = place_check(features, truth).to_dict("records")
    assert (row["n"], row["median_mm"], row["largest_mm"]) == (3, 0.5, 1.0)
    assert row["correlation"] == pytest.approx(np.corrcoef([1, 2.5, 3], [1, 2, 4])[0, 1])
    (shown,) = format_place_check(place_check(features, truth)).to_dict("records")
    assert shown["median difference, mm"] == "0.50"


@pytest.mark.parametrize(
    ("overrides", "studied"),
    [
        ("", {"burdenko", "external", "development"}),
        ("external.root: own", {"burdenko", "development"}),
        ("burdenko.root: own", {"external", "development"}),
    ],
)
def test_only_collections_without_a_folder_of_their_own_have_a_truth(
    overrides: str, studied: set[str], tmp_path: Path
) -> None:
    run = open_run("params/ci.yaml", str(tmp_path), overrides)
    assert read_truth(run) is None
    (tmp_path / "phantom").mkdir(parents=True, exist_ok=True)
    datasets = ["burdenko", "external", "development"]
    pd.DataFrame({"dataset": datasets}).to_parquet(tmp_path / "phantom" / "truth.parquet")
    truth = read_truth(run)
    assert truth is not None
    assert set(truth["dataset"]) == studied


def test_nothing_to_compare_is_an_empty_table() -> None:
    features = pd.DataFrame(
        {
            "dataset": ["own"],
            "subject_id": ["a"],
            "lesion_source": [None],
            "centroid_to_95_mm": [np.nan],
        }
    )
    truth = pd.DataFrame({"dataset": ["own"], "subject_id": ["a"], "outfield_seen": [1.0]})
    assert place_check(features, truth).empty
