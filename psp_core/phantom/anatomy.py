"""A head as tissue fractions: the public MNI template plus what it lacks.

The template that nilearn carries (ICBM 2009, skull-stripped grey and white
matter probabilities) gains cerebrospinal fluid, skull, scalp, a face, a neck
with a spine, eyes, and a smooth random texture. Everything is sampled, never
resampled twice: a grid asks for the fractions at its own voxel centres.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from nilearn.datasets import load_mni152_gm_template, load_mni152_wm_template
from scipy.ndimage import distance_transform_edt, gaussian_filter
from torch import Tensor

Floats = npt.NDArray[np.float64]

STEP_MM = 2.0
LOWER_RAS_MM = np.array([-100.0, -136.0, -136.0])
UPPER_RAS_MM = np.array([100.0, 110.0, 116.0])

CSF_MM, SKULL_MM, SCALP_MM = 2.5, 9.0, 14.0  # outer surface of each layer over the brain; ours

TISSUES = ("white_matter", "grey_matter", "csf", "bone", "soft_tissue")
CHANNELS = (*TISSUES, "depth_mm")
"""``depth_mm``: distance to the brain surface, positive inside the brain."""

# Template mm (RAS). Centres and semi-axes of ellipsoids, read off the template; ours.
EYES = {"left": (-33.0, 64.0, -38.0), "right": (33.0, 64.0, -38.0)}
EYE_RADIUS_MM = 12.0
FACE = ((0.0, 42.0, -62.0), (62.0, 52.0, 52.0))
NECK = ((0.0, -38.0), (56.0, 62.0), -45.0)  # x, y; semi-axes; upper end z
SPINE = ((0.0, -58.0), (16.0, 20.0), -72.0)


class TemplateHead(NamedTuple):
    """Channels on the template grid, shape (C, D, H, W) with axes z, y, x (RAS mm)."""

    channels: Tensor
    texture: Tensor  # (1, D, H, W), zero mean, unit standard deviation


@lru_cache(maxsize=1)
def template_head() -> TemplateHead:
    """Compute the template head once per process."""
    grey, white = (_on_grid(load) for load in (load_mni152_gm_template, load_mni152_wm_template))
    z, y, x = _axes()
    brain = _closed((grey + white) > 0.25, 12.0)
    outside = distance_transform_edt(~brain, sampling=STEP_MM)
    depth = distance_transform_edt(brain, sampling=STEP_MM) - outside
    face = _ellipsoid((x, y, z), *FACE)
    neck = _ellipse((x, y), *NECK[:2]) * _soft(NECK[2] - z)
    spine = _ellipse((x, y), *SPINE[:2]) * _soft(SPINE[2] - z)
    over = _soft(SCALP_MM - outside)
    skull = _soft(SKULL_MM - outside) * _soft(z + 62.0)
    fluid = _soft(CSF_MM - outside)
    eyes = np.clip(sum(_ellipsoid((x, y, z), c, (EYE_RADIUS_MM,) * 3) for c in EYES.values()), 0, 1)
    inside = np.clip(brain * 1.0, 0, 1)
    csf = np.maximum(np.where(brain, np.clip(1 - grey - white, 0, 1), fluid), eyes * (1 - inside))
    bone = np.clip(skull - fluid, 0, 1) * (1 - eyes) * (1 - inside)
    bone = np.maximum(bone, spine * (1 - inside) * (1 - fluid))
    body = np.maximum.reduce([over, face, neck])
    grey, white = grey * inside, white * inside
    soft = np.clip(body - grey - white - csf - bone, 0, 1)
    stack = np.stack([white, grey, csf, bone, soft, depth]).astype(np.float32)
    stack[:5] = gaussian_filter(stack[:5], (0, 0.5, 0.5, 0.5))
    rng = np.random.default_rng(20_090_720)
    texture = gaussian_filter(rng.standard_normal(depth.shape).astype(np.float32), 1.5)
    texture = (texture - texture.mean()) / texture.std()
    # Channels last in memory: one point's six values lie together, so sampling is faster.
    channels = torch.from_numpy(stack)[None].contiguous(memory_format=torch.channels_last_3d)
    return TemplateHead(channels[0], torch.from_numpy(texture[None]))


def sample(volume: Tensor, template_ras_mm: Tensor) -> Tensor:
    """Trilinear values of `volume` (C, D, H, W) at points in template mm.

    Parameters
    ----------
    template_ras_mm : Tensor, shape (N, 3)
        x, y, z in RAS mm.

    Returns
    -------
    Tensor, shape (C, N)
        Border values outside the template.
    """
    lower = torch.as_tensor(LOWER_RAS_MM, dtype=torch.float32)
    upper = torch.as_tensor(UPPER_RAS_MM, dtype=torch.float32)
    unit = (template_ras_mm - lower) / (upper - lower) * 2 - 1  # x, y, z in [-1, 1]
    sampled = torch.nn.functional.grid_sample(
        volume[None], unit[None, None, None], align_corners=True, padding_mode="border"
    )
    return sampled[0, :, 0, 0]


def _axes() -> tuple[Floats, Floats, Floats]:
    """z, y, x template coordinates, broadcastable to (D, H, W)."""
    x, y, z = (
        np.arange(low, high + STEP_MM / 2, STEP_MM)
        for low, high in zip(LOWER_RAS_MM, UPPER_RAS_MM, strict=True)
    )
    return z[:, None, None], y[None, :, None], x[None, None, :]


def _on_grid(load: object) -> npt.NDArray[np.float32]:
    """A template image as (z, y, x) on the extended grid, zero outside what nilearn ships."""
    image = load(resolution=2)  # type: ignore[operator]
    values = np.asarray(image.dataobj, dtype=np.float32).transpose(2, 1, 0)
    z, y, x = _axes()
    grid = np.zeros((z.size, y.size, x.size), dtype=np.float32)
    start = np.rint((image.affine[:3, 3] - LOWER_RAS_MM) / STEP_MM).astype(int)[::-1]
    kept = [
        slice(0, min(n, size - first))
        for n, size, first in zip(values.shape, grid.shape, start, strict=True)
    ]
    target = tuple(slice(first, first + part.stop) for first, part in zip(start, kept, strict=True))
    grid[target] = values[tuple(kept)]
    return grid


def _closed(mask: npt.NDArray[np.bool_], radius_mm: float) -> npt.NDArray[np.bool_]:
    """Fill sulci and ventricles: dilate by a ball, erode by the same ball."""
    dilated = distance_transform_edt(~mask, sampling=STEP_MM) <= radius_mm
    return np.asarray(distance_transform_edt(dilated, sampling=STEP_MM) > radius_mm)


def _soft(signed_mm: Floats) -> Floats:
    """1 where positive, 0 where negative, a ramp one voxel wide between."""
    return np.clip(signed_mm / STEP_MM + 0.5, 0, 1)


def _ellipse(
    xy: tuple[Floats, Floats], centre: tuple[float, float], axes: tuple[float, float]
) -> Floats:
    radius = np.sqrt(sum(((p - c) / a) ** 2 for p, c, a in zip(xy, centre, axes, strict=True)))
    return _soft((1 - radius) * min(axes))


def _ellipsoid(
    xyz: tuple[Floats, ...], centre: tuple[float, ...], axes: tuple[float, ...]
) -> Floats:
    radius = np.sqrt(sum(((p - c) / a) ** 2 for p, c, a in zip(xyz, centre, axes, strict=True)))
    return _soft((1 - radius) * min(axes))
