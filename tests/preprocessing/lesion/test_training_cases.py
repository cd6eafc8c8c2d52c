"""Patches: where they are cut, and what is varied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from psp_core.errors import GridMismatchError
from psp_core.preprocessing.lesion.labels import REGIONS, region_mask
from psp_core.preprocessing.lesion.training_cases import (
    LESION_SHARE,
    SegmentationCase,
    draw_patches,
    hold_out,
)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("side", [4, 8, 16, 20])
def test_patches_have_one_shape_also_beyond_the_cube(
    cases: list[SegmentationCase], side: int
) -> None:
    images, regions = draw_patches(cases[:3], side, generator())
    assert images.shape == (3, 2, side, side, side)
    assert regions.shape == (3, 3, side, side, side)
    assert images.dtype == regions.dtype == torch.float32


def test_a_patch_of_the_whole_cube_is_the_case_but_mirrored(cases: list[SegmentationCase]) -> None:
    volume, labels = cases[0].load()
    for seed in range(8):
        images, regions = draw_patches(cases[:1], 16, generator(seed))
        for number, region in enumerate(REGIONS):
            drawn = regions[0, number].numpy() > 0
            mirrored = [
                np.flip(region_mask(labels, region), axes)
                for axes in ((), 0, 1, 2, (0, 1), (0, 2), (1, 2), (0, 1, 2))
            ]
            assert any(np.array_equal(drawn, one) for one in mirrored)
        assert (images[0] != 0).sum() == (volume != 0).sum()


def test_image_and_labels_are_mirrored_together(cases: list[SegmentationCase]) -> None:
    for seed in range(8):
        images, regions = draw_patches(cases[:1], 16, generator(seed))
        enhancing = regions[0, 0] > 0
        inside, outside = images[0, 0][enhancing].mean(), images[0, 0][~enhancing].mean()
        assert inside > outside + 1


def test_most_patches_hold_the_lesion(cases: list[SegmentationCase]) -> None:
    _, regions = draw_patches(cases[:1] * 300, 4, generator())
    share = (regions[:, 2].flatten(1).sum(1) > 0).float().mean()
    assert LESION_SHARE - 0.05 < share < LESION_SHARE + 0.25  # by chance, others do too


def test_a_case_without_a_lesion_gives_patches(
    tmp_path: Path, cases: list[SegmentationCase]
) -> None:
    np.save(tmp_path / "empty.npy", np.zeros((16, 16, 16), dtype=np.uint8))
    images, regions = draw_patches(
        [replace(cases[0], labels=tmp_path / "empty.npy")], 8, generator()
    )
    assert images.isfinite().all()
    assert not regions.any()


def test_the_generator_decides(cases: list[SegmentationCase]) -> None:
    one, same, other = (draw_patches(cases[:2], 8, generator(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_arrays_on_two_grids_raise(tmp_path: Path, cases: list[SegmentationCase]) -> None:
    np.save(tmp_path / "small.npy", np.zeros((4, 4, 4), dtype=np.uint8))
    with pytest.raises(GridMismatchError, match=r"brats2021/00000: .*expected \(2, D, H, W\)"):
        replace(cases[0], labels=tmp_path / "small.npy").load()


@pytest.mark.parametrize(("share", "expected"), [(0.2, 2), (0.01, 1), (0.99, 9)])
def test_both_sides_of_a_split_have_a_case(
    cases: list[SegmentationCase], share: float, expected: int
) -> None:
    training, held_out = hold_out(cases, share, seed=4)
    assert len(held_out) == expected
    assert sorted([*training, *held_out], key=lambda case: case.case_id) == cases
    assert hold_out(cases, share, seed=4)[1] == held_out
