"""Pre-operative cases for self-supervision, survival transfer and segmentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from psp_core.phantom.distributions import IDH_UNKNOWN, MGMT_UNKNOWN
from psp_core.phantom.head import Head, grid_points
from psp_core.phantom.lesion import Background, Lesion, compose, lesion_from_latents
from psp_core.phantom.patient import Image, Sequence
from psp_core.phantom.preoperative import PreoperativeCase
from psp_core.phantom.signal import SCANNERS, Scanner, render_mr
from psp_core.phantom.treatment import draw_target

FIELD_MM = (155.0, 240.0, 240.0)  # SRI24: 240 x 240 x 155 voxels at 1 mm
BRAIN_CENTRE_MM = np.array([119.5, -125.0, 72.0])  # LPS mm of that frame; ours
BRAIN_HALF_MM = np.array([84.0, 105.0, 84.0])  # no brain reaches beyond
GROWTH = 1.5  # a tumour before surgery is larger than a lesion at follow-up
MEDIAN_SURVIVAL_DAYS, LOG_HAZARD_PER_CORE, LOG_HAZARD_PER_DECADE = 430.0, 0.35, 0.25  # ours
COPY_SHIFT_MM = 1.0  # at most, along each axis in plane: a near copy, no equal file; ours
EXTENTS: tuple[Literal["gross_total", "subtotal", "biopsy"], ...] = (
    "gross_total",
    "subtotal",
    "biopsy",
)
Yes = TypeVar("Yes", Literal["mutant"], Literal["methylated"])
No = TypeVar("No", Literal["wildtype"], Literal["unmethylated"])


@dataclass(frozen=True)
class Preoperative:
    """A person before surgery: everything but the images."""

    head: Head
    lesion: Lesion
    scanner: Scanner
    noise_seed: int
    age_years: float
    survival_days: int
    survival_event: bool
    sex: Literal["F", "M"]
    idh_status: Literal["mutant", "wildtype", "unknown"]
    mgmt_status: Literal["methylated", "unmethylated", "unknown"]
    extent_of_resection: Literal["gross_total", "subtotal", "biopsy"]


def draw_preoperative(seed: tuple[int, ...]) -> Preoperative:
    """Draw a person; the same seed gives the same one.

    Survival depends on age and on the necrotic core's share, so that a transfer
    from survival has something to learn.
    """
    rng = np.random.default_rng(seed)
    noise_seed = int(rng.integers(2**62))
    head = Head.draw(rng)
    solidity, rim, oedema = rng.standard_normal(3)
    centre = draw_target(head, rng)
    lesion = lesion_from_latents(solidity, rim, oedema, centre_mm=centre, rng=rng).grown(GROWTH)
    scanner = draw_scanner(rng)
    age = float(np.clip(np.round(rng.normal(60, 12), 2), 18, 90))
    hazard = -LOG_HAZARD_PER_CORE * solidity + LOG_HAZARD_PER_DECADE * (age - 60) / 10
    survival = (
        MEDIAN_SURVIVAL_DAYS * rng.weibull(1.3) / np.log(2) ** (1 / 1.3) * np.exp(-hazard / 1.3)
    )
    censoring = rng.uniform(200, 2500)
    return Preoperative(
        head=head,
        lesion=lesion,
        scanner=scanner,
        noise_seed=noise_seed,
        age_years=age,
        sex="F" if rng.random() < 0.4 else "M",
        idh_status=_status(rng, IDH_UNKNOWN["training"], 0.05, "mutant", "wildtype"),
        mgmt_status=_status(rng, MGMT_UNKNOWN["training"], 0.4, "methylated", "unmethylated"),
        survival_days=max(int(min(survival, censoring)), 3),
        survival_event=bool(survival <= censoring),
        extent_of_resection=EXTENTS[int(rng.choice(3, p=[0.6, 0.3, 0.1]))],
    )


def draw_scanner(rng: np.random.Generator) -> Scanner:
    """One of all scanners."""
    return SCANNERS[str(rng.choice(list(SCANNERS)))]


def build_unlabelled(
    number: int,
    spacing_mm: float,
    seed: tuple[int, ...],
    *,
    copy_seed: tuple[int, ...] | None = None,
) -> PreoperativeCase:
    """One skull-stripped case in the BraTS frame (LPS affine without rotation).

    Parameters
    ----------
    number : int
        Position in its collection, from 1.
    spacing_mm : float
        Voxel side.
    seed : tuple of int
        Entropy of the person and of the scan.
    copy_seed : tuple of int, optional
        Entropy of another scan of the same tumour: other noise, coil field and gain, and a
        small shift in plane.
    """
    person = draw_preoperative(seed)
    noise_seed, shift = person.noise_seed, np.zeros(3)
    if copy_seed is not None:
        rng = np.random.default_rng(copy_seed)
        noise_seed = int(rng.integers(2**62))
        shift[:2] = rng.uniform(-COPY_SHIFT_MM, COPY_SHIFT_MM, 2)
    generator = torch.Generator().manual_seed(noise_seed)
    images, labels = render_stripped(
        person.head, person.lesion, person.scanner, spacing_mm, generator, shift_mm=shift
    )
    return PreoperativeCase(
        number=number,
        images=images,
        segmentation=labels,
        sex=person.sex,
        age_years=person.age_years,
        idh_status=person.idh_status,
        mgmt_status=person.mgmt_status,
        survival_days=person.survival_days,
        survival_event=person.survival_event,
        extent_of_resection=person.extent_of_resection,
    )


def _status(
    rng: np.random.Generator, unknown: float, positive: float, yes: Yes, no: No
) -> Yes | No | Literal["unknown"]:
    if rng.random() < unknown:
        return "unknown"
    return yes if rng.random() < positive else no


def render_stripped(
    head: Head,
    lesion: Lesion,
    scanner: Scanner,
    spacing_mm: float,
    generator: torch.Generator,
    *,
    background: Background | None = None,
    shift_mm: npt.ArrayLike = (0.0, 0.0, 0.0),
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
    points = points - torch.as_tensor(BRAIN_CENTRE_MM + shift_mm, dtype=torch.float32)
    scene = compose(head, points, spacing_mm, background, lesion)
    brain = scene.in_brain > 0.5

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
