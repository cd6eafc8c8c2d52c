"""The segmenter: what it answers and its files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from psp_core.errors import CheckpointError, GeometryError
from psp_core.preprocessing.lesion.segmenter import (
    Segmenter,
    SegmenterCard,
    build_network,
    digest_of_cases,
    fitting_side,
)

CARD = SegmenterCard((4, 8, 8), ("brats2021",), 3, digest_of_cases(["a", "b", "c"]))


@pytest.fixture
def segmenter() -> Segmenter:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Segmenter(build_network(CARD.channels), CARD)


class Thresholds(torch.nn.Module):
    """A network that needs no training: T1CE tells the core, FLAIR the whole."""

    def __init__(self) -> None:
        super().__init__()
        self.nothing = torch.nn.Parameter(torch.zeros(()))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        t1ce, flair = images[:, :1], images[:, 1:]
        return torch.cat([t1ce - 2, t1ce - 1, flair - 1], dim=1)


@pytest.mark.parametrize("shape", [(8, 8, 8), (5, 9, 7), (100, 12, 9)])
def test_overlapping_regions_become_labels_on_any_shape(shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(0)
    values = rng.uniform(0.1, 3, (2, *shape)).astype(np.float16)
    values[:, 0] = 0
    expected = np.select(
        [values[0] > 2, values[0] > 1, values[1] > 1], [4, 1, 2], 0
    )  # enhancing over core over whole
    assert np.array_equal(Segmenter(Thresholds(), CARD).predict(values), expected)


def test_nothing_is_found_outside_the_brain(segmenter: Segmenter) -> None:
    values = np.random.default_rng(0).normal(size=(2, 12, 12, 12))
    values[:, :6] = 0
    assert not segmenter.predict(values)[:6].any()


@pytest.mark.parametrize("shape", [(2, 8, 8), (3, 8, 8, 8)])
def test_other_channels_raise(segmenter: Segmenter, shape: tuple[int, ...]) -> None:
    with pytest.raises(GeometryError, match="takes T1CE and FLAIR"):
        segmenter.predict(np.zeros(shape))


def test_what_was_saved_predicts_the_same(tmp_path: Path, segmenter: Segmenter) -> None:
    segmenter.save(tmp_path / "runs" / "segmenter")
    back = Segmenter.load(tmp_path / "runs" / "segmenter")
    values = np.random.default_rng(1).normal(size=(2, 10, 10, 10))
    assert np.array_equal(back.predict(values), segmenter.predict(values))
    assert back.card == segmenter.card


def test_files_that_do_not_belong_together_raise(tmp_path: Path, segmenter: Segmenter) -> None:
    folder = tmp_path / "segmenter"
    with pytest.raises(CheckpointError, match="segmenter holds no segmenter: FileNotFoundError"):
        Segmenter.load(folder)
    segmenter.save(folder)
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match="the weights are not those of"):
        Segmenter.load(folder)


def test_a_card_of_another_network_raises(tmp_path: Path, segmenter: Segmenter) -> None:
    segmenter.save(tmp_path / "segmenter")
    file = tmp_path / "segmenter" / "segmenter.json"
    card = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**card, "channels": [4, 16, 8]}), encoding="utf-8")
    with pytest.raises(CheckpointError, match="the weights are those of another model"):
        Segmenter.load(tmp_path / "segmenter")


def test_who_was_trained_on_is_told_whatever_the_order() -> None:
    assert digest_of_cases(["a", "b"]) == digest_of_cases(["b", "a"])
    assert digest_of_cases(["a", "b"]) != digest_of_cases(["a"])


def test_a_fitting_side_is_the_next_that_the_strides_divide() -> None:
    assert [fitting_side(side, 3) for side in (1, 4, 5, 32, 45)] == [4, 4, 8, 32, 48]
