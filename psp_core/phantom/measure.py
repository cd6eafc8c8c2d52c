"""What the written images, masks and dose show of each latent.

These are the *written values* that the observable oracle may see: figures a
careful reader could take from the files, with the error that voxels, noise and
anatomy bring.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from scipy.ndimage import map_coordinates
from torch import Tensor

from psp_core.phantom.imaging import Visit
from psp_core.phantom.latents import IMAGE_LATENTS
from psp_core.phantom.lesion import INDEX
from psp_core.phantom.patient import Image
from psp_core.phantom.person import Person
from psp_core.phantom.signal import gadolinium_from_ratio

Floats = npt.NDArray[np.float64]

RAY_STEP_MM, RAY_MM = 0.5, 90.0
RIM_VOXELS, WHITE_VOXELS = 40, 200  # purest voxels of the rim; nearest of white matter
FEWEST = 4  # figures that a line and the spread around it need


def measure(person: Person, visit: Visit, dose: Image) -> dict[str, float]:
    """Figures of one written visit, one per image latent; none where there is nothing to measure.

    ``outfield_seen``: mm from the 95 % isodose of the written dose to the lesion's
    centroid, along the ray from the isocentre. ``solidity_seen``: minus the
    core's radius over the lesion's. ``rim_seen``: log of the gadolinium
    concentration that the rim's T1CE signal stands for. ``oedema_seen``: log of
    the oedema's mean width in mm.
    """
    if visit.scene.occupancy is None:
        return {}
    labels = visit.scene.labels()
    whole = (labels == 1) | (labels == 4)
    if not bool((labels == 4).any()):
        return {}
    core_voxels, whole_voxels = int((labels == 1).sum()), int(whole.sum())
    swollen = whole_voxels + int((labels == 2).sum())
    radius_mm, swollen_mm = (
        (3 * voxels * visit.voxel_mm3 / (4 * np.pi)) ** (1 / 3)
        for voxels in (whole_voxels, swollen)
    )
    t1ce = torch.from_numpy(np.ascontiguousarray(visit.images["t1ce"].values)).reshape(-1)
    purest = visit.scene.fractions[INDEX["enhancing"]] * (labels == 4)
    rim = t1ce[torch.topk(purest, min(RIM_VOXELS, int((labels == 4).sum()))).indices]
    centroid = visit.head_points[whole].mean(0)
    ratio = float(rim.mean()) / _nearby_white(visit, t1ce, centroid)
    return {
        "outfield_seen": _beyond_isodose_mm(person, centroid.numpy().astype(float), dose),
        "solidity_seen": -((core_voxels / whole_voxels) ** (1 / 3)),
        "rim_seen": float(np.log(gadolinium_from_ratio(visit.scanner, ratio))),
        "oedema_seen": float(np.log(max(swollen_mm - radius_mm, 0.25))),
    }


def calibrate(truth: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float]]:
    """Measured figures on the scale of their latents, and the error's standard deviation.

    A straight line of each figure on its latent, over all patients and without
    the label, turned round. Patients without a figure keep NaN; with fewer than
    `FEWEST` figures there is no line, and everything of that latent is NaN.

    Parameters
    ----------
    truth : DataFrame
        Columns of the latents and their ``*_seen`` figures.

    Returns
    -------
    DataFrame of the latents as seen, and a mapping of latent to error SD.
    """
    seen = pd.DataFrame(index=truth.index)
    error_sd = {}
    for name in IMAGE_LATENTS:
        pair = truth.reindex(columns=[name, f"{name}_seen"]).dropna()
        if len(pair) < FEWEST:
            seen[name], error_sd[name] = np.nan, float("nan")
            continue
        slope, intercept = np.polyfit(pair[name], pair[f"{name}_seen"], 1)
        on_scale = (truth[f"{name}_seen"] - intercept) / slope
        seen[name] = on_scale
        error_sd[name] = float((on_scale - truth[name]).std(ddof=2))
    return seen, error_sd


def _nearby_white(visit: Visit, t1ce: Tensor, centroid: Tensor) -> float:
    """Mean T1CE signal of the nearest white matter, so that the coil field cancels."""
    white = torch.nonzero(visit.scene.fractions[INDEX["white_matter"]] > 0.85)[:, 0]
    distance = torch.linalg.vector_norm(visit.head_points[white] - centroid, dim=1)
    nearest = torch.topk(-distance, min(WHITE_VOXELS, len(white))).indices
    return float(t1ce[white[nearest]].mean())


def _beyond_isodose_mm(person: Person, centroid_mm: Floats, dose: Image) -> float:
    """Signed distance of a point to the 95 % isodose of the written plan, along its ray."""
    ray = centroid_mm - person.field.target_mm
    reach = float(np.linalg.norm(ray))
    distances = np.arange(0.0, RAY_MM, RAY_STEP_MM)
    points = person.field.target_mm + distances[:, None] * ray / max(reach, 1e-6)
    homogeneous = np.column_stack([points, np.ones(len(points))])
    index = (np.linalg.inv(dose.affine) @ homogeneous.T)[:3]
    along = map_coordinates(dose.values.astype(float), index, order=1, mode="nearest")
    planned = person.field.prescription_gy * person.fractions_in_plan / person.fractions
    below = np.flatnonzero(along < 0.95 * planned)
    return reach - float(distances[below[0]] if len(below) else RAY_MM)
