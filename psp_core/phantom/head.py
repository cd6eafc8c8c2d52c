"""One patient's head: the template head, scaled, turned and bent.

The frame of the head is that of the planning CT (LPS mm, origin near the brain's
centre). A visit's scanner sees it through a rigid pose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from psp_core.phantom.anatomy import sample, template_head

Floats = npt.NDArray[np.float64]

TEMPLATE_CENTRE_RAS_MM = np.array([0.0, -18.0, 8.0])
WAVES = 4
TEXTURE_SCALE = 0.5  # texture voxels per template voxel: blobs of about 8 mm; ours


@dataclass(frozen=True)
class Pose:
    """Rigid map from a scanner's frame to the head's frame: ``R @ p + shift`` (LPS mm)."""

    rotation: Floats  # (3, 3)
    shift_mm: Floats  # (3,)

    @classmethod
    def identity(cls) -> Pose:
        """The scanner frame is the head's own."""
        return cls(np.eye(3), np.zeros(3))

    @classmethod
    def draw(cls, rng: np.random.Generator, degrees: float, shift_mm: float) -> Pose:
        """Rotation about a random axis by up to `degrees`, shift of up to `shift_mm` per axis."""
        axis = rng.standard_normal(3)
        angle = np.deg2rad(degrees) * rng.uniform(-1, 1)
        rotation = Rotation.from_rotvec(angle * axis / np.linalg.norm(axis)).as_matrix()
        return cls(rotation, rng.uniform(-shift_mm, shift_mm, 3))

    def to_head(self, points: Tensor) -> Tensor:
        """Points (N, 3) of the scanner's frame in the head's frame."""
        rotation = torch.as_tensor(self.rotation.T, dtype=torch.float32)
        return points @ rotation + torch.as_tensor(self.shift_mm, dtype=torch.float32)


@dataclass(frozen=True)
class Head:
    """Affine and smooth non-linear map from the head's frame to the template.

    Attributes
    ----------
    matrix : float array, shape (3, 3)
        Linear part, LPS mm to RAS template mm.
    wave_vectors, wave_shifts, wave_phases
        Sum of `WAVES` sinusoidal displacements: (K, 3) 1/mm, (K, 3) mm, (K,).
    texture_offset_mm : float array, shape (3,)
        Where in the endless texture this brain lies.
    """

    matrix: Floats
    wave_vectors: Floats
    wave_shifts: Floats
    wave_phases: Floats
    texture_offset_mm: Floats

    @classmethod
    def draw(cls, rng: np.random.Generator, *, variation: float = 1.0) -> Head:
        """Draw a head; `variation` 0 is the template itself (sizes and amplitudes are ours)."""
        scale = 1 + variation * rng.normal(0, [0.04, 0.04, 0.04])
        turn = Rotation.from_euler("xyz", variation * rng.normal(0, 2.0, 3), degrees=True)
        lps_to_ras = np.diag([-1.0, -1.0, 1.0])
        directions = rng.standard_normal((WAVES, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        lengths_mm = rng.uniform(90.0, 160.0, (WAVES, 1))
        return cls(
            matrix=lps_to_ras @ turn.as_matrix() @ np.diag(1 / scale),
            wave_vectors=2 * np.pi * directions / lengths_mm,
            wave_shifts=variation * rng.normal(0, 1.3, (WAVES, 3)),
            wave_phases=rng.uniform(0, 2 * np.pi, WAVES),
            texture_offset_mm=rng.uniform(-60, 60, 3),
        )

    def template_points(self, points: Tensor) -> Tensor:
        """Head-frame LPS mm (N, 3) to template RAS mm (N, 3)."""
        matrix, centre, vectors, shifts, phases = (
            torch.as_tensor(values, dtype=torch.float32)
            for values in (
                self.matrix.T,
                TEMPLATE_CENTRE_RAS_MM,
                self.wave_vectors.T,
                self.wave_shifts,
                self.wave_phases,
            )
        )
        waves = torch.sin(torch.addmm(phases, points, vectors))  # (N, K)
        return torch.addmm(torch.addmm(centre, points, matrix), waves, shifts)

    def tissues(self, points: Tensor) -> Tensor:
        """Tissue fractions and depth in mm at head-frame points, shape (C, N)."""
        return sample(template_head().channels, self.template_points(points))

    def texture(self, points: Tensor) -> Tensor:
        """Smooth zero-mean texture at head-frame points, shape (N,)."""
        offset = torch.as_tensor(self.texture_offset_mm, dtype=torch.float32)
        return sample(template_head().texture, points * TEXTURE_SCALE + offset)[0]


def grid_points(shape: tuple[int, int, int], affine: Floats) -> Tensor:
    """Voxel centres in LPS mm, shape (D*H*W, 3), of a grid indexed [d, h, w]."""
    columns = torch.as_tensor(affine, dtype=torch.float32)
    d, h, w = (torch.arange(n, dtype=torch.float32) for n in shape)
    points = (
        d[:, None, None, None] * columns[:3, 0]
        + h[None, :, None, None] * columns[:3, 1]
        + w[None, None, :, None] * columns[:3, 2]
        + columns[:3, 3]
    )
    return points.reshape(-1, 3)


def centred_grid(
    extent_mm: tuple[float, float, float],
    spacing_mm: tuple[float, float, float],
    centre_mm: npt.ArrayLike = (0.0, 0.0, 0.0),
) -> tuple[tuple[int, int, int], Floats]:
    """Axis-aligned grid [d, h, w] (feet to head, front to back, right to left in LPS).

    Returns
    -------
    tuple of the shape (D, H, W) and the (4, 4) affine to LPS mm.
    """
    depth, height, width = (round(e / s) for e, s in zip(extent_mm, spacing_mm, strict=True))
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2] = spacing_mm
    steps = (np.array([width, height, depth]) - 1) / 2
    affine[:3, 3] = np.asarray(centre_mm) - steps * np.array(spacing_mm)[::-1]
    affine[3, 3] = 1.0
    return (depth, height, width), affine
