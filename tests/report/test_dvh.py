"""Bands of dose-volume histograms: quartiles over patients, class by class."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.report.dvh import dvh_bands, plot_dvh_bands

LEVELS = np.arange(0.0, 121.0, 10.0)


@pytest.fixture
def dvhs() -> pd.DataFrame:
    """Steps at 50, 60, ... % of the prescription; the last patient has no dose."""
    parts = []
    for number, step in enumerate([50, 60, 70, 80, 90, 95, 100, 105, np.nan]):
        share = np.full(len(LEVELS), np.nan) if np.isnan(step) else (step >= LEVELS) * 1.0
        label = POSITIVE_CLASS if number < 5 else NEGATIVE_CLASS
        parts.append(
            pd.DataFrame(
                {
                    "subject_id": f"P{number}",
                    "label": label,
                    "dose_percent": LEVELS,
                    "volume_share": share,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_the_median_of_steps_is_the_middle_step(dvhs: pd.DataFrame) -> None:
    bands = dvh_bands(dvhs)
    positive = bands[bands["label"] == POSITIVE_CLASS].set_index("dose_percent")
    assert positive.loc[70.0, "median"] == 1.0
    assert positive.loc[80.0, "median"] == 0.0
    assert positive.loc[60.0, "lower"] == 1.0
    assert positive.loc[80.0, "upper"] == 1.0
    assert (bands["lower"] <= bands["median"]).all()
    assert (bands["median"] <= bands["upper"]).all()


def test_a_patient_without_dose_is_not_counted(dvhs: pd.DataFrame) -> None:
    bands = dvh_bands(dvhs)
    counts = bands.groupby("label")["n"].unique()
    assert counts[POSITIVE_CLASS].tolist() == [5.0]
    assert counts[NEGATIVE_CLASS].tolist() == [3.0]


def test_one_band_and_one_line_per_class_are_drawn(dvhs: pd.DataFrame) -> None:
    _, ax = plt.subplots()
    bands = dvh_bands(dvhs)
    assert plot_dvh_bands(bands, ax=ax) is ax
    assert len(ax.collections) == 2
    for label, line in zip((POSITIVE_CLASS, NEGATIVE_CLASS), ax.lines[:4], strict=False):
        expected = 100 * bands.loc[bands["label"] == label, "median"].to_numpy()
        np.testing.assert_allclose(line.get_ydata(), expected)
    legend = ax.get_legend()
    assert legend is not None
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["true progression (n = 5)", "pseudoprogression (n = 3)"]


def test_one_class_alone_and_nobody_are_drawn_too(dvhs: pd.DataFrame) -> None:
    alone = plot_dvh_bands(dvh_bands(dvhs[dvhs["label"] == POSITIVE_CLASS]))
    assert len(alone.collections) == 1
