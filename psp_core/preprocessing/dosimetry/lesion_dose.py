"""One lesion and one plan: a flat record of dose features."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.resample import sample
from psp_core.errors import FrameOfReferenceError
from psp_core.preprocessing.dosimetry.dvh import cumulative_dvh
from psp_core.preprocessing.dosimetry.field_call import FIELD_ISODOSE, field_call
from psp_core.preprocessing.dosimetry.planned_dose import PlannedDose
from psp_core.preprocessing.dosimetry.samples import LesionSamples
from psp_core.preprocessing.dosimetry.statistics import (
    dose_statistics,
    volume_receiving,
)
from psp_core.preprocessing.dosimetry.units import eqd2, percent_of_prescription

Record = dict[str, float | str | bool]

FIGURES = {
    "mean_dose": "mean_gy",
    "min_dose": "min_gy",
    "median_dose": "median_gy",
    "d98": "d98_gy",
    "d2": "d2_gy",
}
"""Name of each dose figure in a record, without unit, and in `DoseStatistics`."""


def lesion_dose(
    lesion: LesionSamples,
    plan: PlannedDose,
    *,
    in_field_share: float = 0.80,
    marginal_share: float = 0.20,
    alpha_beta_gy: float = 10.0,
) -> Record:
    """Dose features of one lesion.

    Parameters
    ----------
    lesion : LesionSamples
        Points in the dose frame.
    plan : PlannedDose
        The dose they lie in.
    in_field_share, marginal_share : float, default 0.80, 0.20
        See `field_call`.
    alpha_beta_gy : float, default 10.0
        See `eqd2`.

    Returns
    -------
    dict
        ``mean_dose``, ``min_dose``, ``median_dose``, ``d98`` and ``d2``, each as
        ``_gy``, ``_percent`` of the prescription and ``_eqd2_gy``; for each isodose, here
        95: ``v95_percent`` of the covered volume, ``isodose_95`` (see `Isodose.state`),
        ``centroid_to_95_mm`` and ``farthest_to_95_mm`` (positive outside the
        isodose); ``volume_cm3``, ``fraction_outside``, ``is_unstable``, ``field_call``.
        Doses are NaN where nothing is known: a lesion beyond the dose grid has none.

    Raises
    ------
    FrameOfReferenceError
        If lesion and dose lie in different frames and no map was given.
    """
    doses = dose_at(lesion, plan)
    found = dose_statistics(doses, lesion.weights, voxel_volume_cm3=lesion.part_volume_cm3)
    record: Record = {}
    for name, figure in FIGURES.items():
        dose_gy = getattr(found, figure)
        record[f"{name}_gy"] = dose_gy
        record[f"{name}_percent"] = float(percent_of_prescription(dose_gy, plan.prescription_gy))
        record[f"{name}_eqd2_gy"] = float(
            eqd2(dose_gy, plan.fractions, alpha_beta_gy=alpha_beta_gy)
        )
    record["mean_dose_eqd2_gy"] = _mean_eqd2(doses, lesion, plan.fractions, alpha_beta_gy)
    shares = {
        share: _received(doses, lesion, surface.level_gy)
        for share, surface in plan.isodoses.items()
    }
    for share, surface in plan.isodoses.items():
        percent = f"{100 * share:g}"
        record[f"v{percent}_percent"] = 100.0 * shares[share]
        record[f"isodose_{percent}"] = surface.state
        record[f"centroid_to_{percent}_mm"] = float(surface.distance_mm([lesion.centroid_mm])[0])
        record[f"farthest_to_{percent}_mm"] = surface.farthest_mm(lesion.voxels_mm)
    record["volume_cm3"] = found.volume_cm3
    record["fraction_outside"] = found.fraction_outside
    record["is_unstable"] = found.is_unstable
    record["field_call"] = field_call(
        shares[FIELD_ISODOSE],
        found.fraction_outside,
        in_field_share=in_field_share,
        marginal_share=marginal_share,
    )
    return record


def lesion_dvh(
    lesion: LesionSamples, plan: PlannedDose, levels_percent: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Share of the lesion's covered volume that receives each percentage of the prescription.

    NaN if the prescription is unknown or the dose grid covers nothing of the lesion.
    """
    percent = percent_of_prescription(dose_at(lesion, plan), plan.prescription_gy)
    return cumulative_dvh(percent, lesion.weights, levels_percent)


def dose_at(lesion: LesionSamples, plan: PlannedDose) -> npt.NDArray[np.floating]:
    """Dose in Gy at the points of a lesion (N,); NaN beyond the dose grid.

    Raises
    ------
    FrameOfReferenceError
        If lesion and dose lie in different frames and no map was given.
    """
    own, of_dose = lesion.frame_uid, plan.volume.frame_uid
    if own and of_dose and own != of_dose:
        raise FrameOfReferenceError(
            "the lesion lies in another frame of reference than the dose and no map between "
            "them was given; register its image to the planning CT first"
        )
    return sample(plan.volume, lesion.points_mm)


def _received(doses: npt.NDArray[np.floating], lesion: LesionSamples, level_gy: float) -> float:
    """Share of the covered volume at or above a level; NaN without a level."""
    return math.nan if math.isnan(level_gy) else volume_receiving(doses, lesion.weights, level_gy)


def _mean_eqd2(
    doses: npt.NDArray[np.floating], lesion: LesionSamples, fractions: float, alpha_beta_gy: float
) -> float:
    """Mean of the EQD2 of each point; of the figures only the mean is not that of the dose."""
    equivalent = eqd2(doses, fractions, alpha_beta_gy=alpha_beta_gy)
    known = ~np.isnan(equivalent)
    if not known.any():
        return math.nan
    return float(np.average(equivalent[known], weights=lesion.weights[known]))
