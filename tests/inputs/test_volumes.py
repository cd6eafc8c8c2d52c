"""Volumes by patient: those of the store, and made ones that carry numbers."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from psp_core.classifiers.volume_network import VolumeNetwork
from psp_core.errors import MissingInputError
from psp_core.inputs.volumes import NumberedVolumes, StoredVolumes, carrying
from psp_core.preprocessing.store import VolumeStore

ROWS = pd.DataFrame({"dataset": "d", "subject_id": ["a", "b", "c"], "timepoint": 1})
KEYS = ["d/a/001", "d/b/001", "d/c/001"]


@pytest.fixture
def store(tmp_path: Path) -> VolumeStore:
    store = VolumeStore(tmp_path / "volumes")
    for number, key in enumerate(KEYS[:2]):
        volume = np.full((2, 4, 4, 4), number, np.float16)
        store.write(key, {"volume": volume}, {"status": "done"}, digest=str(number))
    store.write(KEYS[2], {}, {"status": "excluded"}, digest="2")
    return store


def test_volumes_are_those_of_the_rows_in_their_order(store: VolumeStore) -> None:
    volumes = StoredVolumes.prepared(store, KEYS)
    found = volumes.of(ROWS.iloc[[1, 0]])
    assert found.shape == (2, 2, 4, 4, 4)
    assert found[:, 0, 0, 0, 0].tolist() == [1, 0]
    assert volumes.has(ROWS).tolist() == [True, True, False]
    assert pickle.loads(pickle.dumps(volumes)).digest == volumes.digest  # noqa: S301 - its own bytes
    assert clone(VolumeNetwork(volumes=volumes)).volumes is volumes
    with pytest.raises(MissingInputError, match="1 of 3 scans have no volume, the first is d/c"):
        volumes.of(ROWS)


def test_another_volume_is_another_digest(store: VolumeStore) -> None:
    before = StoredVolumes(store, KEYS[:2]).digest
    volume = np.ones((2, 4, 4, 4), np.float16)
    store.write(KEYS[0], {"volume": volume}, {"status": "done"}, digest="other")
    assert StoredVolumes(store, KEYS[:2]).digest != before


def test_numbered_volumes_follow_their_keys(store: VolumeStore) -> None:
    numbered = NumberedVolumes(store, [KEYS[1], KEYS[0]])
    assert len(numbered) == 2
    assert [one[0, 0, 0, 0] for one in numbered] == [1, 0]  # type: ignore[attr-defined]


def test_made_volumes_carry_each_number_in_its_octant() -> None:
    figures = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    values = carrying(["d/a/001", "d/b/001"], figures, side=4).of(ROWS[:2])
    assert values.shape == (2, 2, 4, 4, 4)
    assert (values[0, 0, :2, :2, :2] == 1).all()
    assert (values[1, 1, :2, :2, 2:] == 5).all()
    assert (values[1, 0, :2, 2:, :2] == 6).all()
    assert np.count_nonzero(values) == 2 * 3 * 8
