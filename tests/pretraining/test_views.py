"""Views: what is moved is kept, what is cut is 0, sizes follow the volume."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from psp_core.pretraining.views import Corruption, corrupt, draw_blocks

SWAPS_ONLY = Corruption(8, (0.1, 0.2), 0, (0.1, 0.3), 0.0, (0.2, 0.6))
HOLES_ONLY = Corruption(0, (0.1, 0.2), 6, (0.05, 0.33), 0.0, (0.21, 0.67))
KEEPS_ONLY = Corruption(0, (0.1, 0.2), 6, (0.05, 0.33), 1.0, (0.21, 0.67))
BOTH = Corruption(10, (0.05, 0.1), 6, (0.05, 0.33), 0.5, (0.21, 0.67))


def drawn(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def volumes(side: int, batch: int = 2) -> torch.Tensor:
    return torch.rand(batch, 2, side, side, side, generator=drawn(9)) + 1  # never 0


def test_what_is_outside_the_mask_is_left_and_the_input_too() -> None:
    clean = volumes(16, 8)
    before = clean.clone()
    views, mask = corrupt(clean, draw_blocks(8, 16, BOTH, drawn(0)))
    assert torch.equal(clean, before)
    left = ~mask[:, None].expand_as(clean)
    assert torch.equal(views[left], clean[left])
    assert 0 < mask.float().mean() < 1


def test_one_swap_exchanges_two_blocks() -> None:
    clean = volumes(20, 1)
    one_pair = Corruption(1, (0.2, 0.2), 0, (0.1, 0.3), 0.0, (0.2, 0.6))
    blocks = draw_blocks(1, 20, one_pair, drawn(3))
    sides, here, there = blocks.swaps[0, 0]
    assert sides.tolist() == [4, 4, 4]
    assert (abs(here - there) >= sides).any()  # of this seed: they do not overlap
    views, _ = corrupt(clean, blocks)
    assert torch.equal(views.flatten().sort().values, clean.flatten().sort().values)
    a, b = (tuple(slice(s, s + 4) for s in place.tolist()) for place in (here, there))
    assert torch.equal(views[0, :, *a], clean[0, :, *b])
    assert torch.equal(views[0, :, *b], clean[0, :, *a])


def test_both_channels_are_corrupted_alike() -> None:
    clean = volumes(16)[:, :1].repeat(1, 2, 1, 1, 1)
    views, _ = corrupt(clean, draw_blocks(2, 16, BOTH, drawn(1)))
    assert torch.equal(views[:, 0], views[:, 1])


@pytest.mark.parametrize("corruption", [HOLES_ONLY, KEEPS_ONLY])
def test_what_is_cut_out_is_zero_and_nothing_else(corruption: Corruption) -> None:
    views, mask = corrupt(volumes(16), draw_blocks(2, 16, corruption, drawn(2)))
    assert torch.equal((views == 0).all(dim=1), mask)


def test_without_blocks_nothing_changes() -> None:
    clean = volumes(16)
    none = Corruption(0, (0.1, 0.2), 0, (0.1, 0.3), 0.0, (0.2, 0.6))
    views, mask = corrupt(clean, draw_blocks(2, 16, none, drawn(0)))
    assert torch.equal(views, clean)
    assert not mask.any()


@pytest.mark.parametrize("corruption", [SWAPS_ONLY, HOLES_ONLY, KEEPS_ONLY])
def test_the_corrupted_share_does_not_depend_on_the_size_of_the_volume(
    corruption: Corruption,
) -> None:
    shares = []
    for side in (40, 80):
        blocks = draw_blocks(40, side, corruption, drawn(5))
        shares.append(corrupt(torch.zeros(40, 1, side, side, side), blocks)[1].float().mean())
    assert shares[0].item() == pytest.approx(shares[1].item(), rel=0.12)


def test_sizes_do_not_grow_with_the_order_of_drawing() -> None:
    sides = draw_blocks(4000, 100, HOLES_ONLY, drawn(6)).holes[:, :, 0]
    assert sides.min() == 5
    assert sides.max() == 33
    np.testing.assert_allclose(sides.mean(axis=(0, 2)), 19, atol=0.4)


def test_blocks_lie_inside_the_volume_and_follow_the_seed() -> None:
    one, same, other = (draw_blocks(50, 24, BOTH, drawn(seed)) for seed in (7, 7, 8))
    for sides, *places in (
        one.swaps.swapaxes(0, 2).swapaxes(1, 2),
        one.holes.swapaxes(0, 2).swapaxes(1, 2),
    ):
        for place in places:
            assert (place >= 0).all()
            assert (place + sides <= 24).all()
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not np.array_equal(one.swaps, other.swaps)
    assert 0.2 < one.keeps.mean() < 0.8
