"""One slice in several sequences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from psp_core.errors import EmptyMaskError
from psp_core.inputs.sequences import sequences_of
from psp_core.preprocessing.store import VolumeStore

KEY = "own/P1/001"


def stored(folder: Path, *, lesion_at: int | None, has_brain: bool = True) -> VolumeStore:
    store = VolumeStore(folder)
    volume = np.zeros((2, 8, 8, 8), dtype=np.float16)
    volume[0] = np.arange(8)[:, None, None]
    volume[1] = 3
    lesion, brain = np.zeros((2, 8, 8, 8), dtype=np.uint8)
    if lesion_at is not None:
        lesion[lesion_at, 2:5, 2:5] = 1
    if has_brain:
        brain[4, 1:7, 1:7] = 1
    store.write(KEY, {"volume": volume, "lesion": lesion, "brain": brain}, {}, digest="a")
    return store


@pytest.mark.parametrize(("lesion_at", "place"), [(6, 6), (None, 4)])
def test_t1ce_flair_and_their_difference(tmp_path: Path, lesion_at: int | None, place: int) -> None:
    made = sequences_of(KEY, volumes=stored(tmp_path, lesion_at=lesion_at), side=5)
    values = made.arrays["values"]
    assert values.shape == (3, 5, 5)
    for found, expected in zip(values, (place, 3, place - 3), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert made.record["chosen_by"] == ("brain" if lesion_at is None else "lesion")


def test_a_scan_without_lesion_and_brain_is_left_out(tmp_path: Path) -> None:
    store = stored(tmp_path, lesion_at=None, has_brain=False)
    with pytest.raises(EmptyMaskError, match="neither lesion nor brain"):
        sequences_of(KEY, volumes=store, side=5)
