"""Which items a step sees: every item once per epoch, in an order that the seed decides."""

from __future__ import annotations

import numpy as np


def batch_indices(step: int, *, n_items: int, batch_size: int, seed: int) -> list[int]:
    """Give the items of one batch.

    It depends on nothing but its arguments, so a stopped training goes on with the batch
    it would have seen. A batch that reaches the end of an epoch goes on into the next.

    Parameters
    ----------
    step : int
        Number of the batch, from 0.
    n_items, batch_size, seed : int
        Items to draw from, items per batch, and what decides their order.
    """
    places = range(step * batch_size, (step + 1) * batch_size)
    orders = {
        epoch: np.random.default_rng((seed, epoch)).permutation(n_items)
        for epoch in {place // n_items for place in places}
    }
    return [int(orders[place // n_items][place % n_items]) for place in places]
