"""Skull-stripped images are known by their background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.volume import Volume, read_volume
from psp_core.preprocessing.brain.stripped import stripped_brain


def test_a_stripped_phantom_gives_its_brain_back(head: Callable[[int, float], Any]) -> None:
    t1ce, brain = head(0, 4.0)
    values = np.where(brain, t1ce.values, 0)
    values[tuple(np.argwhere(brain).mean(axis=0).astype(int))] = 0  # a hole is filled
    values[0, 0, 0] = 5  # a speck is left out
    found = stripped_brain(Volume(values, t1ce.grid))
    assert found is not None
    assert (found & brain).sum() == brain.sum()
    assert found.sum() <= 1.005 * brain.sum()


def test_a_head_with_noise_around_it_is_not_stripped(head: Callable[[int, float], Any]) -> None:
    assert stripped_brain(head(0, 4.0).t1ce) is None


def test_a_head_whose_air_was_set_to_zero_is_not_stripped(
    head: Callable[[int, float], Any],
) -> None:
    t1ce = head(0, 4.0).t1ce
    values = np.where(t1ce.values > 0.4 * np.median(t1ce.values), t1ce.values, 0)
    assert stripped_brain(Volume(values, t1ce.grid)) is None


def test_an_empty_image_is_not_stripped() -> None:
    assert stripped_brain(Volume(np.zeros((4, 4, 4)), Grid((4, 4, 4), np.eye(4)))) is None


def test_what_runs_along_the_edges_is_no_brain() -> None:
    values = np.zeros((20, 20, 20))
    values[:, 4:14, :] = 1.0
    grid = Grid(values.shape, np.diag([6.0, 6.0, 6.0, 1.0]))
    assert stripped_brain(Volume(values, grid)) is None


def test_a_real_stripped_glioma_is_known_in_both_channels(reference_dir: Path) -> None:
    folder = reference_dir / "mri_tcga_du7294"
    found = [
        stripped_brain(read_volume(folder / f"sri24_bet_{name}.nii.gz")) for name in ("t1c", "fla")
    ]
    t1c, flair = found
    assert t1c is not None
    assert flair is not None
    assert t1c.sum() / 1000 == pytest.approx(1246, rel=0.01)  # voxels of 1 mm³
    assert 2 * (t1c & flair).sum() / (t1c.sum() + flair.sum()) > 0.99


def test_a_real_raw_head_is_not_stripped(reference_dir: Path) -> None:
    assert stripped_brain(read_volume(reference_dir / "mri_raw_head" / "raw_t1c.nii.gz")) is None
