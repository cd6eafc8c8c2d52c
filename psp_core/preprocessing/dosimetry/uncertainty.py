"""How far dose figures move when the registration is a little wrong."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from psp_core.acquisition.resample import sample
from psp_core.preprocessing.dosimetry.lesion_dose import FIGURES, dose_at
from psp_core.preprocessing.dosimetry.planned_dose import PlannedDose
from psp_core.preprocessing.dosimetry.samples import LesionSamples
from psp_core.preprocessing.dosimetry.statistics import dose_statistics

PERCENTILES = {"low": 2.5, "mid": 50.0, "high": 97.5}
MOST_POINTS = 10_000  # D98 of so many points lies within 0.3 % of the volume
"""Points of a larger lesion are drawn at random."""


def dose_intervals(
    lesion: LesionSamples,
    plan: PlannedDose,
    *,
    perturbations: int,
    sd_mm: float,
    sd_degrees: float,
    generator: np.random.Generator,
    centre_mm: npt.ArrayLike | None = None,
) -> dict[str, float]:
    """Percentiles of the dose figures over random small errors of the registration.

    Parameters
    ----------
    lesion : LesionSamples
        Points in the dose frame.
    plan : PlannedDose
        The dose they lie in.
    perturbations : int
        Rigid errors that are tried; with 0 every percentile is NaN.
    sd_mm, sd_degrees : float
        Standard deviation of the shift along, and the turn about, each patient axis.
    generator : numpy Generator
        Where the errors come from.
    centre_mm : array, shape (3,), optional
        What is turned about, LPS mm in the dose frame: the centre of the head. By
        default the lesion's own centre, which turns without moving.

    Returns
    -------
    dict
        ``d98_low_gy``, ``d98_mid_gy``, ``d98_high_gy`` (2.5th, 50th and 97.5th
        percentile) and so for every figure of `FIGURES`. NaN as soon as one error
        moves the lesion off the dose grid: an interval of the rest would be too short.

    Raises
    ------
    FrameOfReferenceError
        If lesion and dose lie in different frames and no map was given.
    """
    nominal = dose_at(lesion, plan)
    names = [(name, which) for name in FIGURES for which in PERCENTILES]
    if perturbations == 0 or np.isnan(nominal).all():
        return {f"{name}_{which}_gy": float("nan") for name, which in names}
    points, weights = _thinned(lesion, generator)
    centre = lesion.centroid_mm if centre_mm is None else np.asarray(centre_mm, np.float64)
    turns = Rotation.from_rotvec(
        generator.normal(0.0, sd_degrees, (perturbations, 3)), degrees=True
    ).as_matrix()
    shifts = generator.normal(0.0, sd_mm, (perturbations, 1, 3))
    moved = (points - centre) @ turns.transpose(0, 2, 1) + centre + shifts  # (P, N, 3)
    figures = [
        dose_statistics(doses, weights, voxel_volume_cm3=lesion.part_volume_cm3)
        for doses in sample(plan.volume, moved)
    ]
    intervals: dict[str, float] = {}
    for name, figure in FIGURES.items():
        values = [getattr(one, figure) for one in figures]
        for which, percent in PERCENTILES.items():
            intervals[f"{name}_{which}_gy"] = float(np.percentile(values, percent))
    return intervals


def larger_sd(assumed: float, measured: Iterable[float]) -> float:
    """Take the assumed standard deviation, or a larger one that the registration shows.

    Figures of the registration that are unknown (NaN) do not count.
    """
    return max([assumed, *(value for value in measured if not np.isnan(value))])


def _thinned(
    lesion: LesionSamples, generator: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Points and weights of a lesion, or of a random part of a large one."""
    if len(lesion.points_mm) <= MOST_POINTS:
        return lesion.points_mm, lesion.weights
    kept = np.sort(generator.choice(len(lesion.points_mm), MOST_POINTS, replace=False))
    return lesion.points_mm[kept], lesion.weights[kept]
