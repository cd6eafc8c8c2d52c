"""How the learning rate changes over a training."""

from __future__ import annotations

import math


def warmup_cosine(step: int, *, steps: int, warmup_steps: int) -> float:
    """Factor on the learning rate: a straight rise, then half a cosine down to zero.

    Parameters
    ----------
    step : int
        From 0 to ``steps - 1``.
    steps, warmup_steps : int
        Length of the whole training and of the rise.

    References
    ----------
    Loshchilov and Hutter, SGDR (ICLR 2017), one cycle without restart.
    """
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    share = (step - warmup_steps) / max(steps - warmup_steps, 1)
    return 0.5 * (1 + math.cos(math.pi * share))
