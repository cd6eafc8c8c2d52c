"""Average pooling by hand, and a store of pooled scans."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from psp_core.errors import GeometryError, MissingInputError
from psp_core.inputs.pooled import average_pooled, pooled_store
from psp_core.preprocessing.store import VolumeStore

KEYS = ["burdenko/P-1/001", "brats2021/B-1/000"]


def store_of(folder: Path, side: int = 8) -> VolumeStore:
    store = VolumeStore(folder / "volumes")
    for number, key in enumerate(KEYS):
        volume = np.random.default_rng(number).normal(size=(2, side, side, side))
        arrays = {"volume": volume.astype(np.float16)}
        if number == 0:
            arrays["lesion"] = np.zeros((side, side, side), np.uint8)
            arrays["lesion"][:2, :2, :1] = 1
        store.write(key, arrays, {"status": "done"}, digest=str(number))
    return store


def test_every_voxel_is_the_mean_of_its_block() -> None:
    volume = np.arange(4**3, dtype=np.float16).reshape(1, 4, 4, 4)
    pooled = average_pooled(volume, 2)
    assert pooled.shape == (1, 2, 2, 2)
    assert pooled.dtype == np.float32
    assert pooled[0, 0, 0, 0] == np.mean([0, 1, 4, 5, 16, 17, 20, 21])
    assert pooled[0, 1, 0, 1] == np.mean([34, 35, 38, 39, 50, 51, 54, 55])


def test_pooling_to_the_same_side_changes_nothing() -> None:
    volume = np.random.default_rng(0).normal(size=(2, 3, 3, 3)).astype(np.float32)
    np.testing.assert_array_equal(average_pooled(volume, 3), volume)


@pytest.mark.parametrize("side", [0, 3, 16])
def test_a_side_that_does_not_divide_raises(side: int) -> None:
    with pytest.raises(GeometryError, match=f"8 voxels cannot be pooled to {side}; .* divides 8"):
        average_pooled(np.zeros((8, 8, 8), np.float32), side)


def test_a_store_is_pooled_with_its_lesions(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    small = pooled_store(store, KEYS, tmp_path / "small", side=4, log=tmp_path)
    expected = average_pooled(store.read(KEYS[1]), 4).astype(np.float16)
    np.testing.assert_array_equal(small.read(KEYS[1]), expected)
    lesion = small.read(KEYS[0], "lesion")
    assert lesion[0, 0, 0] == 0.5  # 4 of 8 voxels
    assert lesion.sum() == 0.5
    assert not small.has(KEYS[1], "lesion")


def test_a_pooled_scan_is_kept_until_its_source_changes(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    small = pooled_store(store, KEYS, tmp_path / "small", side=4, log=tmp_path)
    written = [small.path(key, "volume").stat().st_mtime_ns for key in KEYS]
    arrays = {"volume": np.ones((2, 8, 8, 8), np.float16)}
    store.write(KEYS[0], arrays, {"status": "done"}, digest="another")
    pooled_store(store, KEYS, tmp_path / "small", side=4, log=tmp_path)
    assert (small.read(KEYS[0]) == 1).all()
    assert small.path(KEYS[0], "volume").stat().st_mtime_ns != written[0]
    assert small.path(KEYS[1], "volume").stat().st_mtime_ns == written[1]


def test_scans_that_other_pages_pooled_stay(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    for key in KEYS:
        small = pooled_store(store, [key], tmp_path / "small", side=4, log=tmp_path)
    assert small.scans() == sorted(KEYS)


def test_a_store_of_that_side_is_not_copied(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    assert pooled_store(store, KEYS, tmp_path / "small", side=8, log=tmp_path) is store
    assert not (tmp_path / "small").exists()


def test_a_side_that_does_not_divide_the_store_stops_at_once(tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match="8 voxels cannot be pooled to 3"):
        pooled_store(store_of(tmp_path), KEYS, tmp_path / "small", side=3, log=tmp_path)


def test_a_scan_that_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="volumes holds no burdenko/P-9/001"):
        pooled_store(
            store_of(tmp_path), [*KEYS, "burdenko/P-9/001"], tmp_path / "small", side=4,
            log=tmp_path,
        )  # fmt: skip
