"""Training the segmenter: it learns, it resumes, it tells what it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from psp_core.errors import CheckpointError, MissingInputError
from psp_core.preprocessing.lesion import segmenter_training
from psp_core.preprocessing.lesion.agreement import held_out_dice
from psp_core.preprocessing.lesion.segmenter import Segmenter, digest_of_cases
from psp_core.preprocessing.lesion.segmenter_training import train_segmenter
from psp_core.preprocessing.lesion.training_cases import SegmentationCase

SETTINGS: dict[str, Any] = {
    "batch_size": 2,
    "learning_rate": 1e-2,
    "channels": (4, 8, 8),
    "seed": 1,
}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def test_it_learns_what_it_can_see(tmp_path: Path, cases: list[SegmentationCase]) -> None:
    segmenter = train_segmenter(cases[:7], steps=200, folder=tmp_path, **SETTINGS)
    agreement = held_out_dice(segmenter, cases[7:])
    assert (agreement[["enhancing", "core", "whole"]].mean() > 0.8).all()
    history = pd.read_parquet(tmp_path / "history.parquet")
    assert len(history) == 200
    assert history["loss"].tail(10).mean() < 0.5 * history["loss"].head(10).mean()


def test_its_files_tell_what_it_was_trained_on(
    tmp_path: Path, cases: list[SegmentationCase]
) -> None:
    segmenter = train_segmenter(cases[:3], steps=2, folder=tmp_path, **SETTINGS)
    card = Segmenter.load(tmp_path / "segmenter").card
    assert card == segmenter.card
    assert (card.collections, card.n_cases, card.channels) == (("brats2021",), 3, (4, 8, 8))
    assert card.cases_digest == digest_of_cases(case.case_id for case in cases[:3])


def test_a_killed_training_ends_with_the_same_weights(
    tmp_path: Path, cases: list[SegmentationCase], monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        pass

    drawn = segmenter_training.draw_patches

    def draw_or_die(chosen: Any, side: int, generator: torch.Generator) -> Any:
        calls.append(side)
        if len(calls) == 4:
            raise KilledError
        return drawn(chosen, side, generator)

    train = segmenter_training.train
    monkeypatch.setattr(
        segmenter_training, "train", lambda *a, **k: train(*a, **k, checkpoint_seconds=0)
    )
    train_segmenter(cases, steps=6, folder=tmp_path / "straight", **SETTINGS)
    calls: list[int] = []
    monkeypatch.setattr(segmenter_training, "draw_patches", draw_or_die)
    with pytest.raises(KilledError):
        train_segmenter(cases, steps=6, folder=tmp_path / "killed", **SETTINGS)
    train_segmenter(cases, steps=6, folder=tmp_path / "killed", **SETTINGS)
    assert len(calls) == 4 + 3  # three steps were kept
    weights = [
        (tmp_path / name / "segmenter" / "weights.safetensors").read_bytes()
        for name in ("straight", "killed")
    ]
    assert weights[0] == weights[1]


def test_other_cases_do_not_go_on_from_a_state(
    tmp_path: Path, cases: list[SegmentationCase]
) -> None:
    train_segmenter(cases[:3], steps=1, folder=tmp_path, **SETTINGS)
    with pytest.raises(CheckpointError, match="another identity"):
        train_segmenter(cases[:4], steps=1, folder=tmp_path, **SETTINGS)


def test_no_case_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no labelled case"):
        train_segmenter([], steps=1, folder=tmp_path, **SETTINGS)


def test_the_global_generator_is_left_alone(tmp_path: Path, cases: list[SegmentationCase]) -> None:
    torch.manual_seed(5)
    before, ours = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    train_segmenter(cases[:2], steps=1, folder=tmp_path, **SETTINGS)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert np.array_equal(np.random.get_state()[1], ours)  # noqa: NPY002
