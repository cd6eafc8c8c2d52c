"""The dose of one plan, checked, with its isodose surfaces: made once, used for every lesion."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from psp_core.acquisition.volume import Volume
from psp_core.errors import DoseUnitsError, DoseValuesError
from psp_core.preprocessing.dosimetry.field_call import FIELD_ISODOSE
from psp_core.preprocessing.dosimetry.isodose import Isodose, find_isodose
from psp_core.preprocessing.dosimetry.units import check_positive

LARGEST_GY = 200.0  # no fractionated plan of the brain reaches it, every one in cGy does
ROUNDING_GY = 1e-6  # below zero, from a dose grid that was resampled elsewhere


@dataclass(frozen=True, eq=False)
class PlannedDose:
    """Dose, prescription and isodoses of one plan.

    Attributes
    ----------
    volume : Volume
        Gy on the dose grid; NaN where unknown.
    prescription_gy, fractions : float
        NaN when unknown.
    isodoses : mapping of float to Isodose
        By share of the prescription, the largest first; 0.95 is always there.
    """

    volume: Volume
    prescription_gy: float
    fractions: float
    isodoses: Mapping[float, Isodose]


def planned_dose(
    volume: Volume,
    *,
    prescription_gy: float = math.nan,
    fractions: float = math.nan,
    isodoses: Iterable[float] = (0.95, 0.80),
) -> PlannedDose:
    """Check a dose grid and find its isodose surfaces.

    Parameters
    ----------
    volume : Volume
        Gy, as ``read_dose`` gives it.
    prescription_gy, fractions : float
        Of the plan; NaN when unknown.
    isodoses : iterable of float
        Shares of the prescription.

    Raises
    ------
    DoseValuesError
        If the dose is nowhere above zero, somewhere negative or infinite, or known
        nowhere, or if prescription or fractions are not positive.
    DoseUnitsError
        If the values cannot be Gy.
    """
    check_positive("prescription_gy", prescription_gy)
    check_positive("fractions", fractions)
    known = volume.values[~np.isnan(volume.values)]
    low, high = float(known.min(initial=np.inf)), float(known.max(initial=-np.inf))
    if not (low >= -ROUNDING_GY and 0 < high < np.inf):
        found = f"from {low:g} to {high:g} Gy" if known.size else "nowhere known"
        raise DoseValuesError(
            f"the dose is {found}, expected values from 0 Gy up and some above it; export it again"
        )
    if high > LARGEST_GY:
        raise DoseUnitsError(
            f"the largest dose is {high:g}, expected Gy up to {LARGEST_GY:g}; "
            "the values may be in cGy: export the dose in Gy"
        )
    shares = sorted({FIELD_ISODOSE, *isodoses}, reverse=True)
    surfaces = {share: find_isodose(volume, share * prescription_gy) for share in shares}
    return PlannedDose(volume, prescription_gy, fractions, surfaces)
