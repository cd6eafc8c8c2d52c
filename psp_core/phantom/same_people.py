"""Who is in several collections: BraTS 2021 took cases of others, and UPENN-GBM scans again.

Anything that is fitted on one copy of a person knows the other, so the phantoms have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from psp_core.phantom.nifti_trees import brats_source

Copied = Literal["upenn_gbm", "ucsf_pdgm"]
# How BraTS 2021 calls the collection, and the share of its cases that the training set of
# BraTS holds (package of DOI 10.7937/jc8x-9874).
COPIED: Mapping[Copied, tuple[str, float]] = {
    "upenn_gbm": ("UPENN-GBM", 403 / 611),
    "ucsf_pdgm": ("UCSF-PDGM", 263 / 501),
}
WITH_BASELINE = 41 / 60  # follow-ups of UPENN-GBM whose patient has a baseline


def brats_copies(collection: Copied, n: int, n_brats: int, seed: int) -> list[int]:
    """Numbers of the BraTS cases that are the first cases of a collection, in order.

    Fewer than the published share where BraTS has no more cases of that collection.
    """
    source, part = COPIED[collection]
    found = [number for number in range(1, n_brats + 1) if brats_source(number, seed) == source]
    return found[: round(part * n)]


def follow_up_numbers(n_follow_ups: int, n_baselines: int) -> list[int]:
    """Patient number of every follow-up: first those with a baseline, spread over all of them.

    The others are numbered after the baselines.
    """
    with_baseline = min(round(WITH_BASELINE * n_follow_ups), n_baselines)
    numbers = [1 + k * n_baselines // with_baseline for k in range(with_baseline)]
    return numbers + [n_baselines + 1 + k for k in range(n_follow_ups - with_baseline)]
