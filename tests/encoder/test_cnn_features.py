"""The slice of a lesion as a photograph, and what a network makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from psp_core.encoder import cnn_features, vgg
from psp_core.encoder.cnn_features import (
    MEAN,
    SD,
    carrying,
    largest_slice,
    scan_cnn_features,
    slice_images,
)
from psp_core.errors import NoMaskError
from psp_core.preprocessing.store import VolumeStore


def a_scan() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    brain, lesion = np.zeros((2, 16, 16, 16), dtype=bool)
    brain[1:15, 1:15, 1:15] = True
    lesion[5, 4:9, 4:9] = lesion[6, 4:7, 4:9] = True
    volume = np.random.default_rng(0).normal(size=(2, 16, 16, 16)).astype(np.float32)
    return volume * brain, brain, lesion


def test_the_slice_is_the_one_with_most_lesion_and_its_neighbours_are_the_colours() -> None:
    volume, brain, lesion = a_scan()
    assert largest_slice(lesion) == 5
    low, high = np.percentile(volume[1][brain], (1, 99))
    images = slice_images(volume, brain, lesion, pixels=16)  # of the same size: nothing to resize
    assert images.shape == (2, 3, 16, 16)
    shown = images[1] * torch.tensor(SD).view(3, 1, 1) + torch.tensor(MEAN).view(3, 1, 1)
    expected = np.clip((volume[1, 4:7] - low) / (high - low), 0, 1) * brain[4:7]
    np.testing.assert_allclose(shown.numpy(), expected, atol=1e-5)


def test_other_slices_do_not_matter_and_sizes_are_as_asked() -> None:
    volume, brain, lesion = a_scan()
    changed = volume.copy()
    changed[:, 9:] = changed[:, 9:][:, :, ::-1]  # the same values, so the same percentiles
    for pixels in (8, 40):
        one, two = (slice_images(v, brain, lesion, pixels=pixels) for v in (volume, changed))
        assert one.shape == (2, 3, pixels, pixels)
        np.testing.assert_allclose(one, two, atol=1e-6)


def test_at_the_edge_the_neighbour_is_the_slice_itself() -> None:
    volume, brain, _ = a_scan()
    lesion = np.zeros_like(brain)
    lesion[0, 4, 4] = True
    scale = torch.tensor(SD).view(1, 3, 1, 1)
    images = slice_images(volume, brain | lesion, lesion, pixels=16) * scale
    images = images + torch.tensor(MEAN).view(1, 3, 1, 1)
    torch.testing.assert_close(images[:, 0], images[:, 1])


def test_a_scan_gives_both_images_one_after_the_other_and_says_what_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vgg, "WIDTHS", tuple(width // 32 for width in vgg.WIDTHS))
    monkeypatch.setattr(vgg, "FC2", 12)
    cnn_features._opened.cache_clear()
    store, (volume, brain, lesion) = VolumeStore(tmp_path / "volumes"), a_scan()
    arrays = {"volume": volume, "brain": brain, "lesion": lesion}
    store.write("a/P1/001", arrays, {}, digest="x")
    store.write("a/P2/001", arrays | {"volume": volume[::-1]}, {}, digest="x")
    store.write("a/P3/001", {"volume": volume, "brain": brain}, {}, digest="x")
    settings = {"store": store, "pixels": 32, "digest": "", "seed": 5}
    one, two = (scan_cnn_features(f"a/P{n}/001", weights=None, **settings) for n in (1, 2))
    features, swapped = one.arrays["values"], two.arrays["values"]
    assert one.record == {"weights": "random", "slice": 5}
    np.testing.assert_allclose(np.roll(features, 12), swapped, atol=1e-6)
    with pytest.raises(NoMaskError, match="nobody drew one"):
        scan_cnn_features("a/P3/001", weights=None, **settings)
    torch.save(vgg.random_vgg16(5).state_dict(), tmp_path / "own.pth")
    own = scan_cnn_features("a/P1/001", weights=tmp_path / "own.pth", **settings)
    assert own.record["weights"] == "pre-trained"
    np.testing.assert_array_equal(own.arrays["values"], features)
    cnn_features._opened.cache_clear()


def test_made_patients_carry_their_numbers_in_mixtures() -> None:
    figures = np.random.default_rng(0).normal(size=(5, 2))
    values = carrying([f"latent/P{n}/001" for n in range(5)], figures).arrays["values"]
    assert values.shape == (5, 8192)
    assert np.linalg.matrix_rank(values) == 2
