"""Cubes around lesions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from psp_core.inputs.crops import crop_around, lesion_crops
from psp_core.preprocessing.store import VolumeStore


def coordinates(side: int) -> np.ndarray:
    return np.stack([np.arange(side**3).reshape((side,) * 3)] * 2)


def test_the_cube_is_centred_on_the_lesion() -> None:
    volume, where = coordinates(8), np.zeros((8, 8, 8), bool)
    where[3:6, 4, 4] = True
    cut = crop_around(volume, where, 4)
    assert np.array_equal(cut, volume[:, 2:6, 2:6, 2:6])


def test_beyond_the_edge_the_cube_is_empty() -> None:
    volume, where = coordinates(8) + 1, np.zeros((8, 8, 8), bool)
    where[0, 7, 4] = True
    cut = crop_around(volume, where, 4)
    assert (cut[:, :2] == 0).all()
    assert (cut[:, :, 3] == 0).all()
    assert np.array_equal(cut[:, 2:, :3], volume[:, :2, 5:8, 2:6])


def test_a_cube_larger_than_the_volume_holds_all_of_it() -> None:
    volume = coordinates(4)
    cut = crop_around(volume, np.zeros((4, 4, 4), bool), 10)
    assert cut.sum() == volume.sum()


def test_without_a_lesion_the_brain_is_in_the_middle(tmp_path: Path) -> None:
    store = VolumeStore(tmp_path / "volumes")
    volume, lesion = np.zeros((2, 8, 8, 8), np.float16), np.zeros((8, 8, 8), bool)
    volume[:, 5:8, 5:8, 5:8] = 3
    store.write("d/a/001", {"volume": volume, "lesion": lesion}, {}, digest="1")
    lesion[0, 0, 0] = True
    store.write("d/b/001", {"volume": volume, "lesion": lesion}, {}, digest="2")
    keys, log = ["d/a/001", "d/b/001"], tmp_path / "log"
    cubes = lesion_crops(store, keys, tmp_path / "crops", side=3, log=log)
    rows = pd.DataFrame({"dataset": "d", "subject_id": ["a", "b"], "timepoint": 1})
    values = cubes.of(rows)
    assert values.shape == (2, 2, 3, 3, 3)
    assert values.dtype == np.float16
    assert (values[0] == 3).all()
    assert (values[1] == 0).all()
