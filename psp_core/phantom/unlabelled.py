"""Pre-operative cases for self-supervision, survival transfer and segmentation."""

from __future__ import annotations

from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from psp_core.phantom.distributions import IDH_UNKNOWN, MGMT_UNKNOWN
from psp_core.phantom.head import Head, grid_points
from psp_core.phantom.lesion import Lesion, compose, lesion_from_latents
from psp_core.phantom.patient import Image, Sequence
from psp_core.phantom.preoperative import PreoperativeCase
from psp_core.phantom.signal import SCANNERS, render_mr
from psp_core.phantom.treatment import draw_target

FIELD_MM = (155.0, 240.0, 240.0)  # SRI24: 240 x 240 x 155 voxels at 1 mm
BRAIN_CENTRE_MM = np.array([119.5, -125.0, 72.0])  # LPS mm of that frame; ours
BRAIN_HALF_MM = np.array([84.0, 105.0, 84.0])  # no brain reaches beyond
GROWTH = 1.5  # a tumour before surgery is larger than a lesion at follow-up
MEDIAN_SURVIVAL_DAYS, LOG_HAZARD_PER_CORE, LOG_HAZARD_PER_DECADE = 430.0, 0.35, 0.25  # ours
FOLLOW_UP_SHARE = 60 / 671  # UPENN-GBM: second-surgery scans
SCORE_SHARE = np.array([3, 5, 9, 9, 14, 20]) / 60  # UPENN-GBM PsP_TP_score 1 to 6
EXTENTS: tuple[Literal["gross_total", "subtotal", "biopsy"], ...] = (
    "gross_total",
    "subtotal",
    "biopsy",
)
Yes = TypeVar("Yes", Literal["mutant"], Literal["methylated"])
No = TypeVar("No", Literal["wildtype"], Literal["unmethylated"])


def build_unlabelled(
    number: int, spacing_mm: float, seed: tuple[int, ...], *, allow_follow_up: bool = False
) -> PreoperativeCase:
    """One skull-stripped case in the BraTS frame (LPS affine without rotation).

    Survival depends on age and on the necrotic core's share, so that a transfer
    from survival has something to learn.
    """
    rng = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    head = Head.draw(rng)
    solidity, rim, oedema = rng.standard_normal(3)
    centre = draw_target(head, rng)
    lesion = lesion_from_latents(solidity, rim, oedema, centre_mm=centre, rng=rng).grown(GROWTH)
    images, labels = _render(rng, head, lesion, spacing_mm, generator)
    age = float(np.clip(np.round(rng.normal(60, 12), 2), 18, 90))
    hazard = -LOG_HAZARD_PER_CORE * solidity + LOG_HAZARD_PER_DECADE * (age - 60) / 10
    survival = (
        MEDIAN_SURVIVAL_DAYS * rng.weibull(1.3) / np.log(2) ** (1 / 1.3) * np.exp(-hazard / 1.3)
    )
    censoring = rng.uniform(200, 2500)
    follow_up = allow_follow_up and rng.random() < FOLLOW_UP_SHARE
    return PreoperativeCase(
        number=number,
        images=images,
        segmentation=None if follow_up else labels,
        sex="F" if rng.random() < 0.4 else "M",
        age_years=age,
        idh_status=_status(rng, IDH_UNKNOWN["training"], 0.05, "mutant", "wildtype"),
        mgmt_status=_status(rng, MGMT_UNKNOWN["training"], 0.4, "methylated", "unmethylated"),
        survival_days=max(int(min(survival, censoring)), 3),
        survival_event=bool(survival <= censoring),
        extent_of_resection=EXTENTS[int(rng.choice(3, p=[0.6, 0.3, 0.1]))],
        days_since_baseline=int(rng.integers(31, 1763)) if follow_up else 0,
        psp_tp_score=1 + int(rng.choice(6, p=SCORE_SHARE)) if follow_up else None,
    )


def _status(
    rng: np.random.Generator, unknown: float, positive: float, yes: Yes, no: No
) -> Yes | No | Literal["unknown"]:
    if rng.random() < unknown:
        return "unknown"
    return yes if rng.random() < positive else no


def _render(
    rng: np.random.Generator,
    head: Head,
    lesion: Lesion,
    spacing_mm: float,
    generator: torch.Generator,
) -> tuple[dict[Sequence, Image], Image]:
    """Four sequences and the segmentation; only the box that can hold brain is computed."""
    shape = tuple(round(extent / spacing_mm) for extent in FIELD_MM)
    affine = np.zeros((4, 4))
    affine[2, 0] = affine[1, 1] = affine[0, 2] = spacing_mm
    affine[:3, 3] = [0.0, -239.0, 0.0]
    affine[3, 3] = 1.0
    box = _brain_box(shape, affine)
    start = np.array([part.start for part in box])
    box_shape = tuple(part.stop - part.start for part in box)
    box_affine = affine.copy()
    box_affine[:3, 3] += affine[:3, :3] @ start
    points = grid_points((box_shape[0], box_shape[1], box_shape[2]), box_affine)
    points = points - torch.as_tensor(BRAIN_CENTRE_MM, dtype=torch.float32)
    scene = compose(head, points, spacing_mm, None, lesion)
    brain = scene.in_brain > 0.5
    scanner = SCANNERS[str(rng.choice(list(SCANNERS)))]

    def placed(values: torch.Tensor) -> Image:
        whole = np.zeros(shape, dtype=values.numpy().dtype)
        whole[box] = values.reshape(box_shape).numpy()
        return Image(whole, affine)

    sequences: tuple[Sequence, ...] = ("t1", "t1ce", "t2", "flair")
    images = {
        name: placed(
            render_mr(scene, points, scanner, name, lesion.gadolinium_mmol, generator) * brain
        )
        for name in sequences
    }
    return images, placed(scene.labels())


def _brain_box(shape: tuple[int, ...], affine: npt.NDArray[np.float64]) -> tuple[slice, ...]:
    """Index box [d, h, w] around the brain's centre."""
    inverse = np.linalg.inv(affine)
    corners = [np.append(BRAIN_CENTRE_MM + sign * BRAIN_HALF_MM, 1) for sign in (-1, 1)]
    index = np.sort(np.stack([(inverse @ corner)[:3] for corner in corners]), axis=0)
    return tuple(
        slice(max(int(np.floor(low)), 0), min(int(np.ceil(high)) + 1, size))
        for low, high, size in zip(*index, shape, strict=True)
    )
