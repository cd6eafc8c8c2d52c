"""Mosaics: every picture in its place, outlined where its mask is."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from psp_core.report.alignment import plot_alignment
from psp_core.report.intensity import plot_intensities, spread_between_scans
from psp_core.report.mosaic import plot_mosaic, tile


@pytest.fixture(autouse=True)
def closed_figures() -> object:
    yield
    plt.close("all")


def test_pictures_are_laid_row_by_row_with_a_margin_between() -> None:
    sheet = tile(np.arange(3)[:, None, None] * np.ones((3, 2, 2)), 2, fill=9)
    assert sheet.tolist() == [
        [0, 0, 9, 1, 1],
        [0, 0, 9, 1, 1],
        [9, 9, 9, 9, 9],
        [2, 2, 9, 9, 9],
        [2, 2, 9, 9, 9],
    ]


def test_a_mosaic_names_every_picture_and_marks_some() -> None:
    images = np.random.default_rng(0).normal(size=(3, 8, 8))
    ax = plot_mosaic(images, ["a", "b", "c"], outlines=images > 1, marked=[False, True, False])
    texts = [child for child in ax.get_children() if isinstance(child, Text) and child.get_text()]
    assert {text.get_text(): text.get_color() for text in texts} == {
        "a": "white", "b": "#ff6f5e", "c": "white",
    }  # fmt: skip


def test_an_alignment_has_a_row_per_scan_and_a_column_per_plane() -> None:
    planes = np.random.default_rng(0).normal(size=(3, 8, 8))
    planes[0, 0] = np.nan
    masks = planes > 0
    axes = plot_alignment({"T1CE": planes, "CT": planes}, {"T1CE": masks, "CT": masks}, title="x")
    assert axes.shape == (2, 3)
    assert axes[1, 2].get_title() == "CT, sagittal"


def test_an_image_that_its_map_missed_is_drawn_empty() -> None:
    nothing = np.full((3, 8, 8), np.nan, np.float32)
    axes = plot_alignment({"CT": nothing}, {"CT": np.zeros((3, 8, 8), bool)}, is_doubtful=True)
    assert (np.asarray(axes[0, 0].images[0].get_array()) == 0).all()


def test_a_curve_per_scan_and_one_name_per_collection() -> None:
    rng = np.random.default_rng(0)
    samples = {"one": [rng.normal(size=500) for _ in range(3)], "two": [rng.normal(size=500)]}
    ax = plot_intensities(samples, xlabel="z-score")
    assert len(ax.lines) == 4
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "one (n = 3)",
        "two (n = 1)",
    ]


def test_the_spread_between_scans_does_not_know_the_unit() -> None:
    rng = np.random.default_rng(0)
    scans = [rng.normal(shift, 1, 2000) for shift in range(4)]
    spread = spread_between_scans(scans, 0.5)
    assert spread == pytest.approx(spread_between_scans([7 * one + 3 for one in scans], 0.5))
    assert spread > 10 * spread_between_scans([rng.normal(0, 1, 2000) for _ in range(4)], 0.5)
