"""Which items a step sees."""

from __future__ import annotations

from collections import Counter

import pytest

from psp_core.training import batch_indices


@pytest.mark.parametrize(("n_items", "batch_size"), [(7, 3), (3, 7), (8, 4), (1, 2)])
def test_every_item_comes_once_per_epoch(n_items: int, batch_size: int) -> None:
    drawn = [
        item
        for step in range(n_items)
        for item in batch_indices(step, n_items=n_items, batch_size=batch_size, seed=5)
    ]
    assert set(Counter(drawn).values()) == {batch_size}  # n_items batches are batch_size epochs
    for epoch in range(batch_size):
        assert sorted(drawn[epoch * n_items : (epoch + 1) * n_items]) == list(range(n_items))


def test_the_order_depends_on_seed_and_epoch() -> None:
    orders = {
        tuple(batch_indices(epoch, n_items=9, batch_size=9, seed=seed))
        for epoch in range(3)
        for seed in range(3)
    }
    assert len(orders) == 9
