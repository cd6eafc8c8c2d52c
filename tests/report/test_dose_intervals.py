"""D98 with intervals: every known patient is a dot, the others are counted."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.report.dose_intervals import plot_dose_intervals


def features(n: int = 9, unknown: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    d98_gy = rng.uniform(30, 60, n)
    d98_gy[:unknown] = np.nan
    return pd.DataFrame(
        {
            "dataset": "phantom",
            "subject_id": [f"P{number}" for number in range(n)],
            "label": [POSITIVE_CLASS, NEGATIVE_CLASS, POSITIVE_CLASS] * (n // 3),
            "is_default": True,
            "field_call": "marginal",
            "is_unstable": [number == n - 1 for number in range(n)],
            "d98_gy": d98_gy,
            "d98_low_gy": d98_gy - 2,
            "d98_high_gy": d98_gy + 1,
        }
    )


def test_dots_rise_and_bars_hold_them() -> None:
    rows = features()
    _, ax = plt.subplots()
    assert plot_dose_intervals(rows, ax=ax) is ax
    dots = [points for points in ax.collections if hasattr(points, "get_sizes")]
    drawn = np.concatenate([np.asarray(one.get_offsets()) for one in dots])
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    heights = drawn[np.argsort(drawn[:, 0]), 1]
    np.testing.assert_allclose(heights, np.sort(rows["d98_gy"].dropna()))


def test_patients_without_dose_are_counted_below() -> None:
    label = "Patients in the order of D98"
    assert plot_dose_intervals(features()).get_xlabel() == f"{label}; 2 without dose not shown"
    assert plot_dose_intervals(features(unknown=0)).get_xlabel() == label


def test_small_lesions_are_explained_only_if_there_are_any() -> None:
    for rows, expected in ((features(), 3), (features().assign(is_unstable=False), 2)):
        legend = plot_dose_intervals(rows).get_legend()
        assert legend is not None
        assert len(legend.get_texts()) == expected


def test_a_dot_without_interval_has_no_bar() -> None:
    rows = features().assign(d98_low_gy=np.nan, d98_high_gy=np.nan)
    assert plot_dose_intervals(rows).get_ylabel() == "D98 of the lesion, Gy"
