"""Scored scans before a second surgery, as UPENN-GBM has them: the lesion shows the label.

The label itself is never written: the table has a score of the tissue, drawn given the label.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from psp_core.phantom.person import draw_person
from psp_core.phantom.preoperative import PreoperativeCase
from psp_core.phantom.unlabelled import draw_preoperative, draw_scanner, render_stripped

TRUE_PROGRESSION_FRACTION = 40 / 60  # of the weights below
# Scores 1 to 6 given the label: the two rows add up to the published 3, 5, 9, 9, 14, 20 of 60;
# how the mixed ones are divided is ours.
SCORE_WEIGHTS = {False: (3, 5, 7, 4, 1, 0), True: (0, 0, 2, 5, 13, 20)}
SURVIVAL_SHARE = (0.2, 0.8)  # of the survival after the first surgery, at the second; ours
LAST_DAY = 1762  # published range of days since the baseline ends here


def draw_scores(rng: np.random.Generator, is_tp: npt.NDArray[np.bool_]) -> list[int]:
    """PsP/TP score of each patient given the label, 1 (treatment effect) to 6 (tumour)."""
    weights = {label: np.array(row) / sum(row) for label, row in SCORE_WEIGHTS.items()}
    return [1 + int(rng.choice(6, p=weights[bool(label)])) for label in is_tp]


def build_reoperated(
    number: int,
    latents: pd.Series[Any],
    spacing_mm: float,
    seed: tuple[int, ...],
    person_seed: tuple[int, ...],
) -> PreoperativeCase:
    """One skull-stripped scan in the BraTS frame, without a segmentation.

    Parameters
    ----------
    number : int
        Of the patient.
    latents : Series
        One row of `latents.draw_latents`, and ``psp_tp_score``.
    spacing_mm : float
        Voxel side.
    seed, person_seed : tuple of int
        Entropy of this scan, and of the person before the first surgery, whose head and
        place of the tumour stay.
    """
    rng = np.random.default_rng(seed)
    before = draw_preoperative(person_seed)
    person = draw_person(
        rng, latents, partial_plans=False, head=before.head, target_mm=before.lesion.centre_mm
    )
    days = int(np.clip(rng.uniform(*SURVIVAL_SHARE) * before.survival_days, 1, LAST_DAY))
    images, _ = render_stripped(
        person.head,
        person.lesion,
        draw_scanner(rng),
        spacing_mm,
        torch.Generator().manual_seed(int(rng.integers(2**62))),
        background=person.background.at_follow_up(),
    )
    return PreoperativeCase(
        number=number,
        images=images,
        segmentation=None,
        sex=latents["sex"],
        age_years=round(before.age_years + days / 365.25, 2),
        idh_status=latents["idh_status"],
        mgmt_status=latents["mgmt_status"],
        survival_days=before.survival_days - days,
        survival_event=before.survival_event,
        extent_of_resection="unknown",
        days_since_baseline=days,
        psp_tp_score=int(latents["psp_tp_score"]),
    )
