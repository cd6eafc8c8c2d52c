"""The place of the lesion against the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.report.place_check import format_place_check, place_check


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
