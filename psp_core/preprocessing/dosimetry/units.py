"""Dose in Gy as percent of the prescription and as equivalent dose in 2 Gy fractions.

Unknown is NaN and stays NaN: neither a prescription nor a number of fractions is guessed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from psp_core.errors import DoseValuesError


def percent_of_prescription(
    dose_gy: npt.ArrayLike, prescription_gy: float
) -> npt.NDArray[np.float64]:
    """Dose in percent of the prescription; NaN if that is unknown (NaN).

    Raises
    ------
    DoseValuesError
        If the prescription is zero, negative or infinite.
    """
    check_positive("prescription_gy", prescription_gy)
    percent: npt.NDArray[np.float64] = 100.0 * np.asarray(dose_gy, np.float64) / prescription_gy
    return percent


def eqd2(
    dose_gy: npt.ArrayLike, fractions: float, *, alpha_beta_gy: float = 10.0
) -> npt.NDArray[np.float64]:
    """Equivalent dose in 2 Gy fractions, in Gy.

    Parameters
    ----------
    dose_gy : array
        Total dose of each voxel; its dose per fraction is this over `fractions`.
    fractions : float
        Planned fractions; NaN if unknown, then the result is NaN.
    alpha_beta_gy : float, default 10.0
        10 Gy for tumour and early effects, 2 to 3 Gy for late effects of brain.

    Raises
    ------
    DoseValuesError
        If `fractions` or `alpha_beta_gy` is zero, negative or infinite.

    References
    ----------
    Withers 1983; linear-quadratic model without a term for time.
    """
    check_positive("fractions", fractions)
    check_positive("alpha_beta_gy", alpha_beta_gy)
    dose = np.asarray(dose_gy, np.float64)
    equivalent: npt.NDArray[np.float64] = (
        dose * (dose / fractions + alpha_beta_gy) / (2.0 + alpha_beta_gy)
    )
    return equivalent


def check_positive(name: str, value: float) -> None:
    """Refuse a number that is neither positive nor unknown (NaN).

    Raises
    ------
    DoseValuesError
        If it is zero, negative or infinite.
    """
    if value <= 0 or np.isinf(value):
        raise DoseValuesError(
            f"{name} is {value:g}, expected a positive number; an unknown one is NaN, never 0"
        )
