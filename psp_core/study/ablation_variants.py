"""The encoders of the ablation: how each is taught, and on how many scans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from psp_core.params.ablation import VariantName
from psp_core.pretraining.losses import Mix

Objective = Mix | Literal["mae", "none"]
REFERENCE: VariantName = "r + c*r"
UNTRAINED: VariantName = "untrained"


@dataclass(frozen=True)
class Variant:
    """One encoder.

    Attributes
    ----------
    slug : str
        In names of stages and of models.
    title : str
        What a reader calls it.
    objective : str
        A mix of `losses.combine`, ``mae``, or ``none`` for the first weights of all others.
    share : float
        Of the unlabelled scans.
    """

    slug: str
    title: str
    objective: Objective
    share: float = 1.0


VARIANTS: Mapping[VariantName, Variant] = {
    "r + c*r": Variant("product", "restoration and contrast, r + c·r", "r + c*r"),
    "r + c": Variant("sum", "restoration and contrast, r + c", "r + c"),
    "r": Variant("restoration", "restoration alone", "r"),
    "c": Variant("contrast", "contrast alone", "c"),
    "mae": Variant("mae", "masked autoencoding", "mae"),
    "10 %": Variant("ten_percent", "r + c·r on 10 % of the scans", "r + c*r", 0.10),
    "1 %": Variant("one_percent", "r + c·r on 1 % of the scans", "r + c*r", 0.01),
    "untrained": Variant("untrained", "untrained", "none"),
}


def taught_scans(keys: Sequence[str], share: float, *, least: int, seed: int) -> list[str]:
    """A share of the scans, sorted; a smaller share is part of every larger one.

    Parameters
    ----------
    keys : sequence of str
        All scans, in an order of their own.
    share : float
        Rounded to scans.
    least : int
        Scans that are taken at least, where there are so many.
    seed : int
        Decides the order in which scans are taken.
    """
    order = np.random.default_rng([seed, 0xAB1A]).permutation(len(keys))
    count = min(len(keys), max(least, round(share * len(keys))))
    return sorted(keys[place] for place in order[:count])
