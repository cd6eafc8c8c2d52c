"""The short list of conventional figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from psp_core.inputs.captk_figures import COLUMNS, captk_figures, rescaled, scan_captk_figures
from psp_core.preprocessing.store import VolumeStore


def a_scan() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    brain, lesion = np.zeros((2, 12, 12, 12), dtype=bool)
    brain[2:10, 2:10, 2:10] = True
    lesion[4:8, 4:7, 5:9] = True
    return rng.normal(size=(2, 12, 12, 12)).astype(np.float32) * brain, brain, lesion


def test_there_are_5_figures_of_shape_and_35_of_each_of_three_images() -> None:
    assert len(set(COLUMNS)) == len(COLUMNS) == 5 + 3 * 35
    by_class = [name.split(":")[1] for name in COLUMNS if name.startswith("flair:")]
    counts = {kind: by_class.count(kind) for kind in set(by_class)}
    assert counts == {"histogram": 10, "firstorder": 7, "glcm": 8, "glrlm": 10}


def test_an_image_goes_from_0_to_255_in_its_brain() -> None:
    volume, brain, _ = a_scan()
    values = rescaled(volume[0], brain)
    assert [values[brain].min(), values[brain].max()] == pytest.approx([0, 255])
    assert np.isfinite(rescaled(np.ones((12, 12, 12)), brain)).all()


def test_the_histogram_counts_the_lesion_and_the_difference_is_t1ce_minus_flair() -> None:
    volume, brain, lesion = a_scan()
    volume[0][lesion] = volume[0].max()
    figures = captk_figures(volume, brain, lesion, bins=8, spacing_mm=1.0)
    assert list(figures) == list(COLUMNS)
    assert [figures[f"t1ce:histogram:{n}"] for n in range(10)] == [0] * 9 + [1]
    expected = rescaled(volume[0] - volume[1], brain)[lesion].mean()
    assert figures["difference:firstorder:mean"] == pytest.approx(expected, rel=1e-5)
    swapped = captk_figures(volume[::-1], brain, lesion, bins=8, spacing_mm=1.0)
    assert swapped["flair:glcm:idm"] == figures["t1ce:glcm:idm"]


def test_a_scan_of_a_store_gives_the_columns_in_order(tmp_path: Path) -> None:
    store, (volume, brain, lesion) = VolumeStore(tmp_path / "volumes"), a_scan()
    arrays = {"volume": volume, "brain": brain, "lesion": lesion}
    store.write("a/P1/001", arrays, {}, digest="x")
    made = scan_captk_figures("a/P1/001", store=store, bins=8, spacing_mm=1.0)
    figures = captk_figures(volume, brain, lesion, bins=8, spacing_mm=1.0)
    np.testing.assert_array_equal(made.arrays["values"], list(figures.values()))
