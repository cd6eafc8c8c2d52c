"""Encoding a cohort: equal to a loop, resumed, and cached by weights and scan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from psp_core.encoder.embeddings import encode_all
from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import save_encoder
from psp_core.errors import CheckpointError, MissingInputError
from psp_core.preprocessing.store import VolumeStore

KEYS = ["a/one/000", "a/two/001", "b/one/000"]
ROWS = pd.DataFrame(
    {"dataset": ["a", "a", "b"], "subject_id": ["one", "two", "one"], "timepoint": [0, 1, 0]}
)


def network(seed: int = 0) -> VisionTransformer3D:
    torch.manual_seed(seed)
    return VisionTransformer3D(side=8, patch=4, width=8, depth=1, heads=2).eval()


@pytest.fixture
def store(tmp_path: Path) -> VolumeStore:
    store = VolumeStore(tmp_path / "volumes")
    for number, key in enumerate(KEYS):
        rng = np.random.default_rng(number)
        arrays = {"volume": rng.normal(size=(2, 8, 8, 8)).astype(np.float16)}
        if number:
            arrays["lesion"] = np.zeros((8, 8, 8), np.uint8)
            arrays["lesion"][:4, :4, 4:6] = 1
        store.write(key, arrays, {"status": "done"}, digest=f"digest {number}")
    return store


def encode(store: VolumeStore, folder: Path, keys: list[str] = KEYS):  # type: ignore[no-untyped-def]
    cache = VolumeStore(folder / "tokens")
    return encode_all(folder / "encoder.safetensors", store, keys, cache=cache, log=folder / "log")


def test_tokens_are_those_of_the_encoder(store: VolumeStore, tmp_path: Path) -> None:
    save_encoder(tmp_path / "encoder.safetensors", network())
    tokens = encode(store, tmp_path)
    with torch.inference_mode():
        slow = [network()(torch.tensor(store.read(key)).float()[None])[0].numpy() for key in KEYS]
    np.testing.assert_allclose(tokens.of(ROWS), np.stack(slow), atol=2e-3)
    expected = np.zeros((3, 8))
    expected[1:, 1] = 0.5  # half of the token at (0, 0, 1)
    np.testing.assert_array_equal(tokens.lesion_of(ROWS), expected)


def test_only_what_changed_is_encoded_again(store: VolumeStore, tmp_path: Path) -> None:
    save_encoder(tmp_path / "encoder.safetensors", network())
    before = encode(store, tmp_path)
    written = {key: (tmp_path / "tokens" / key / "values.npy").stat().st_ino for key in KEYS}
    store.write(KEYS[1], {"volume": store.read(KEYS[0])}, {"status": "done"}, digest="other")
    after = encode(store, tmp_path)
    again = {key: (tmp_path / "tokens" / key / "values.npy").stat().st_ino for key in KEYS}
    assert [key for key in KEYS if written[key] != again[key]] == [KEYS[1]]
    np.testing.assert_array_equal(after.values[1], before.values[0])
    save_encoder(tmp_path / "encoder.safetensors", network(1))
    assert not np.array_equal(encode(store, tmp_path).values, after.values)


def test_a_scan_that_is_not_there_raises(store: VolumeStore, tmp_path: Path) -> None:
    save_encoder(tmp_path / "encoder.safetensors", network())
    with pytest.raises(MissingInputError, match="holds no c/three/000"):
        encode(store, tmp_path, [*KEYS, "c/three/000"])


def test_a_scan_that_cannot_be_encoded_raises(store: VolumeStore, tmp_path: Path) -> None:
    save_encoder(tmp_path / "encoder.safetensors", network())
    store.write(KEYS[2], {"volume": np.zeros((2, 4, 4, 4))}, {"status": "done"}, digest="small")
    with pytest.raises(MissingInputError, match=r"1 of 3 scans .* b/one/000: GeometryError"):
        encode(store, tmp_path)


def test_a_file_without_an_encoder_raises(store: VolumeStore, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="holds no encoder"):
        encode(store, tmp_path)
