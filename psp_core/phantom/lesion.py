"""Cavity, lesion, oedema and white-matter spots, laid over a head's tissues.

The lesion is one bent ellipsoid. Its necrotic core shrinks with ``solidity``,
its enhancement grows with ``rim``, its oedema widens with ``oedema``; its size
and shape are drawn without the label.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from psp_core.phantom.anatomy import TISSUES
from psp_core.phantom.head import Head

Floats = npt.NDArray[np.float64]

ALL_TISSUES = (*TISSUES, "oedema", "enhancing", "necrosis")
INDEX = {name: number for number, name in enumerate(ALL_TISSUES)}

# Anatomical scale of each latent (ours, fixed before any model was trained).
CORE_FRACTION, CORE_PER_SD = 0.60, 0.11  # radius of the core over that of the lesion
GADOLINIUM_MMOL, GADOLINIUM_LOG_PER_SD = 0.35, 0.35  # concentration in the rim, mmol/l
OEDEMA_MM, OEDEMA_LOG_PER_SD = 9.0, 0.35  # width of the oedema
SPOT_RADIUS_MM, CAVITY_WALL_MM = 3.0, 2.0
CAVITY_SHRINKAGE = 0.1  # of the cavity's axes from planning to every follow-up
BEND = 0.10  # relative bending of every boundary


@dataclass(frozen=True)
class Lesion:
    """A lesion in the head's frame (LPS mm)."""

    centre_mm: Floats  # (3,)
    semi_axes_mm: Floats  # (3,)
    axes: Floats  # (3, 3), rows are directions
    core_fraction: float
    gadolinium_mmol: float
    oedema_mm: float

    def grown(self, factor: float) -> Lesion:
        """The same lesion with every length multiplied by `factor`."""
        return replace(
            self, semi_axes_mm=self.semi_axes_mm * factor, oedema_mm=self.oedema_mm * factor
        )


@dataclass(frozen=True)
class Background:
    """What is in the brain besides the lesion (none of it depends on the label)."""

    cavity_centre_mm: Floats
    cavity_semi_axes_mm: Floats
    cavity_enhancement: float  # share of the cavity's wall that enhances, 0 to 1
    spots_mm: Floats  # (n, 3) white-matter lesions

    def at_follow_up(self) -> Background:
        """The cavity has shrunk, by a share that knows no date: images must not show the days."""
        return replace(self, cavity_semi_axes_mm=self.cavity_semi_axes_mm * (1 - CAVITY_SHRINKAGE))


def lesion_from_latents(
    solidity: float, rim: float, oedema: float, *, centre_mm: Floats, rng: np.random.Generator
) -> Lesion:
    """Build the lesion of a patient; size, shape and direction are label-free draws."""
    radius_mm = 10.0 * np.exp(0.18 * rng.standard_normal())
    ratio = np.exp(0.15 * rng.standard_normal(3))
    directions, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    return Lesion(
        centre_mm=centre_mm,
        semi_axes_mm=radius_mm * ratio / np.prod(ratio) ** (1 / 3),
        axes=directions,
        core_fraction=float(np.clip(CORE_FRACTION - CORE_PER_SD * solidity, 0.05, 0.95)),
        gadolinium_mmol=float(GADOLINIUM_MMOL * np.exp(GADOLINIUM_LOG_PER_SD * rim)),
        oedema_mm=float(OEDEMA_MM * np.exp(OEDEMA_LOG_PER_SD * oedema)),
    )


@dataclass(frozen=True)
class Scene:
    """Tissues at N points of the head, and the lesion's own occupancies there."""

    fractions: Tensor  # (8, N) in the order of ALL_TISSUES; sums to 1 in the head, 0 in air
    texture: Tensor  # (N,), zero outside the brain
    in_brain: Tensor  # (N,) occupancy of the brain
    occupancy: Tensor | None  # (3, N): whole lesion, core, lesion with oedema; None without lesion

    def labels(self) -> Tensor:
        """Lesion labels as BraTS 2021 writes them: 1 core, 2 oedema, 4 enhancing; uint8 (N,)."""
        labels = torch.zeros(self.fractions.shape[1], dtype=torch.uint8)
        if self.occupancy is None:
            return labels
        whole, core, halo = self.occupancy > 0.5
        labels[halo & (self.fractions[INDEX["oedema"]] > 0.4)] = 2
        labels[whole] = 4
        labels[core] = 1
        return labels


def compose(
    head: Head,
    points: Tensor,
    voxel_mm: float,
    background: Background | None = None,
    lesion: Lesion | None = None,
) -> Scene:
    """Tissues at head-frame points; later layers replace earlier ones.

    Parameters
    ----------
    points : Tensor, shape (N, 3)
        LPS mm in the head's frame.
    voxel_mm : float
        Width of the partial-volume ramp.
    """
    channels = head.tissues(points)
    in_brain = (channels[-1] / voxel_mm + 0.5).clamp(0, 1)
    fractions = torch.zeros((len(ALL_TISSUES), len(points)))
    fractions[: len(TISSUES)] = channels[: len(TISSUES)]
    texture = torch.zeros(len(points))
    brain = torch.nonzero(in_brain)[:, 0]  # nothing below reaches beyond the brain
    texture[brain] = head.texture(points[brain])
    laid, occupancy = _lay_all(
        fractions[:, brain], points[brain], texture[brain], in_brain[brain], voxel_mm,
        background, lesion,
    )  # fmt: skip
    fractions[:, brain] = laid
    everywhere = None
    if occupancy is not None:
        everywhere = torch.zeros((3, len(points)))
        everywhere[:, brain] = occupancy
    return Scene(fractions, texture, in_brain, everywhere)


def _lay_all(
    fractions: Tensor,
    points: Tensor,
    texture: Tensor,
    in_brain: Tensor,
    voxel_mm: float,
    background: Background | None,
    lesion: Lesion | None,
) -> tuple[Tensor, Tensor | None]:
    """Lay oedema, spots, cavity and lesion, in this order; the arrays cover the brain only."""
    white = fractions[INDEX["white_matter"]] + 0.25 * fractions[INDEX["grey_matter"]]
    occupancy = None
    if lesion is not None:
        occupancy = lesion_occupancy(points, texture, in_brain, lesion, voxel_mm)
        _lay(fractions, "oedema", occupancy[2] * (2 * white).clamp(0, 1))
    if background is not None:
        for spot in background.spots_mm:
            _lay(fractions, "oedema", _ball(points, spot, SPOT_RADIUS_MM, voxel_mm) * white)
        cavity = (background.cavity_centre_mm, background.cavity_semi_axes_mm, np.eye(3))
        wall = _inside(points, texture, *cavity, voxel_mm, widen_mm=CAVITY_WALL_MM)
        _lay(fractions, "enhancing", wall * in_brain * background.cavity_enhancement)
        _lay(fractions, "csf", _inside(points, texture, *cavity, voxel_mm) * in_brain)
    if occupancy is not None:
        _lay(fractions, "enhancing", occupancy[0])
        _lay(fractions, "necrosis", occupancy[1])
    return fractions, occupancy


def lesion_occupancy(
    points: Tensor, texture: Tensor, in_brain: Tensor, lesion: Lesion, voxel_mm: float
) -> Tensor:
    """Share of each voxel in the whole lesion, its core, and the lesion with oedema, (3, N)."""
    shape = (lesion.centre_mm, lesion.semi_axes_mm, lesion.axes)
    whole = _inside(points, texture, *shape, voxel_mm)
    core = _inside(points, texture, *shape, voxel_mm, fraction=lesion.core_fraction)
    halo = _inside(points, texture, *shape, voxel_mm, widen_mm=lesion.oedema_mm)
    return torch.stack([whole, core, halo]) * in_brain


def _inside(
    points: Tensor,
    texture: Tensor,
    centre_mm: Floats,
    semi_axes_mm: Floats,
    axes: Floats,
    voxel_mm: float,
    *,
    fraction: float = 1.0,
    widen_mm: float = 0.0,
) -> Tensor:
    """Occupancy of a bent ellipsoid, scaled or widened, with a ramp one voxel wide."""
    semi_axes_mm = fraction * semi_axes_mm + widen_mm
    centred = points - torch.as_tensor(centre_mm, dtype=torch.float32)
    turned = centred @ torch.as_tensor(axes.T / semi_axes_mm, dtype=torch.float32)
    radius = torch.linalg.vector_norm(turned, dim=1) * (1 + BEND * texture)
    size_mm = float(np.prod(semi_axes_mm) ** (1 / 3))
    occupancy: Tensor = ((1 - radius) * size_mm / voxel_mm + 0.5).clamp(0, 1)
    return occupancy


def _ball(points: Tensor, centre_mm: Floats, radius_mm: float, voxel_mm: float) -> Tensor:
    distance = torch.linalg.vector_norm(
        points - torch.as_tensor(centre_mm, dtype=torch.float32), dim=1
    )
    occupancy: Tensor = ((radius_mm - distance) / voxel_mm + 0.5).clamp(0, 1)
    return occupancy


def _lay(fractions: Tensor, tissue: str, share: Tensor) -> None:
    """Replace the given share of every voxel by one tissue, in place."""
    fractions *= 1 - share
    fractions[INDEX[tissue]] += share
