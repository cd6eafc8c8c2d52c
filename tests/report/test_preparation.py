"""Tables of the preprocessing page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.report.preparation import (
    format_registration_summary,
    registration_summary,
    scan_counts,
)


def quality() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "dataset": ["own", "own", "own", "other"],
            "status": ["done", "done", "excluded", "done"],
            "lesion_source": ["contours", None, None, "mask"],
            "t1ce_ct_start_kept": [True, False, False, None],
            "t1ce_ct_inverse_mm": [0.1, 0.2, 0.9, np.nan],
            "t1ce_ct_spread_mm": [0.1, 0.1, 0.1, np.nan],
            "t1ce_ct_surface_mm": [np.nan] * 4,
            "t1ce_ct_fault": [None, None, "the way back misses by 0.9 mm", None],
        }
    )


def test_scans_are_counted_by_collection_and_by_who_drew_them() -> None:
    counts = scan_counts(quality()).set_index("collection")
    assert counts.loc["own"].to_dict() == {
        "scans": 3, "prepared": 2, "left_out": 1, "by contours": 1, "by mask": 0,
        "no lesion drawn": 1,
    }  # fmt: skip
    assert counts.loc["other", "by mask"] == 1


def test_a_pair_is_summed_up_by_quantiles_and_faults() -> None:
    (row,) = registration_summary(quality()).to_dict("records")
    assert (row["n"], row["start_kept"], row["not_believed"]) == (3, 1, 1)
    assert row["inverse_mm_median"] == pytest.approx(0.2)
    assert row["inverse_mm_largest"] == pytest.approx(0.9)
    assert np.isnan(row["surface_mm_median"])


def test_what_was_not_measured_is_a_dash() -> None:
    (shown,) = format_registration_summary(registration_summary(quality())).to_dict("records")
    assert shown["pair"] == "T1CE to planning CT"
    assert shown["there and back, mm"] == "0.20 (0.83; 0.90)"
    assert shown["brain surfaces, mm"] == "–"
