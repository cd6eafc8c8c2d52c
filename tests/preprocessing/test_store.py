"""The volume store: whole scans, found again by digest, read as memory maps."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from psp_core.errors import MissingInputError, StageError
from psp_core.preprocessing.store import VolumeStore

KEY = "burdenko/Burdenko-GBM-001/002"
VALUES = np.random.default_rng(0).normal(size=(2, 6, 6, 6)).astype(np.float16)


@pytest.fixture
def store(tmp_path: Path) -> VolumeStore:
    store = VolumeStore(tmp_path / "run" / "volumes")
    with store.writing():
        store.write(KEY, {"volume": VALUES}, {"note": None}, digest="first")
    return store


def test_a_scan_is_read_back_bit_by_bit(store: VolumeStore) -> None:
    assert np.array_equal(store.read(KEY), VALUES)
    assert store.record(KEY) == {"note": None, "key": KEY, "digest": "first"}


def test_a_volume_is_a_memory_map_and_fills_a_buffer_of_the_caller(store: VolumeStore) -> None:
    buffer = np.empty_like(VALUES)
    assert isinstance(store.open(KEY), np.memmap)
    assert store.read(KEY, out=buffer) is buffer
    assert np.array_equal(buffer, VALUES)


def test_only_other_digests_are_pending(store: VolumeStore) -> None:
    assert store.pending({KEY: "first"}) == []
    assert store.pending({KEY: "second", "a/b/001": "x"}) == [KEY, "a/b/001"]


def test_a_scan_is_replaced_with_all_its_arrays(store: VolumeStore) -> None:
    with store.writing():
        store.write(KEY, {"brain": VALUES[0]}, {}, digest="second")
    assert not store.has(KEY, "volume")
    assert store.has(KEY, "brain")


def test_scans_that_left_the_study_are_removed(store: VolumeStore) -> None:
    with store.writing():
        store.write("burdenko/P-2/001", {}, {}, digest="x")
        store.write("other/P-3/001", {}, {}, digest="x")
        store.keep_only(["burdenko/P-2/001"])
    assert store.scans() == ["burdenko/P-2/001", "other/P-3/001"]


def test_an_interrupted_writer_leaves_the_old_scan(store: VolumeStore) -> None:
    with store.writing(), pytest.raises(TypeError):
        store.write(KEY, {"volume": VALUES * 2}, {"bad": object()}, digest="second")
    assert np.array_equal(store.read(KEY), VALUES)
    assert store.pending({KEY: "first"}) == []


def test_what_is_not_there_is_an_error_that_says_what_to_run(store: VolumeStore) -> None:
    with pytest.raises(MissingInputError, match="run the notebook 02_preprocessing first"):
        store.record("a/b/001")
    with pytest.raises(MissingInputError, match="has no array 'dose'"):
        store.open(KEY, "dose")


def test_two_programs_do_not_write_one_store(store: VolumeStore) -> None:
    script = (
        "import sys, pathlib; from psp_core.preprocessing.store import VolumeStore\n"
        "with VolumeStore(pathlib.Path(sys.argv[1])).writing(): print('in', flush=True); input()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(store.folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == "in\n"
    with pytest.raises(StageError, match="written by another program"), store.writing():
        pass
    other.communicate("\n")
    with store.writing():
        pass


def test_what_is_unknown_is_none_in_a_record(store: VolumeStore) -> None:
    with store.writing():
        store.write(KEY, {}, {"a": math.nan, "b": [{"c": np.float64("nan")}], "d": 1.5}, digest="x")
    assert store.record(KEY) == {"a": None, "b": [{"c": None}], "d": 1.5, "key": KEY, "digest": "x"}
