"""Published distributions that the phantom patients are drawn from.

Class-conditional figures are those of Jang 2018, Table 1 (48 true progressions,
30 pseudoprogressions); the share of unknown values is that of Gomaa 2025, Table 1.
The timing of Burdenko-GBM-Progression separates the classes far more strongly and
is offered as a second setting; its figures were computed from the open clinical
table (first non-distant event of 115 patients).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr, ndtri

Floats = npt.NDArray[np.float64]
Timing = Literal["jang2018", "burdenko"]


@dataclass(frozen=True)
class ShiftedLogNormal:
    """log(days + shift) is normal, truncated to the published range of whole days."""

    median_days: float
    sigma: float
    lower_days: int
    upper_days: int
    shift_days: float = 0.0

    def _z(self, days: npt.ArrayLike) -> Floats:
        shifted = np.maximum(np.asarray(days, dtype=float) + self.shift_days, 1e-9)
        return np.asarray(
            (np.log(shifted) - np.log(self.median_days + self.shift_days)) / self.sigma
        )

    def log_pmf(self, days: npt.ArrayLike) -> Floats:
        """Log probability of a whole number of days; -inf outside the range."""
        days = np.asarray(days, dtype=float)
        inside = (days >= self.lower_days) & (days <= self.upper_days)
        mass = _log_normal_mass(self._z(days - 0.5), self._z(days + 0.5))
        total = _log_normal_mass(self._z(self.lower_days - 0.5), self._z(self.upper_days + 0.5))
        return np.where(inside, mass - total, -np.inf)

    def draw(self, rng: np.random.Generator, size: int) -> npt.NDArray[np.int64]:
        """Draw whole days by inverting the truncated distribution function."""
        low, high = ndtr(self._z(self.lower_days - 0.5)), ndtr(self._z(self.upper_days + 0.5))
        z = ndtri(low + (high - low) * rng.random(size))
        days = np.exp(z * self.sigma + np.log(self.median_days + self.shift_days)) - self.shift_days
        whole = np.clip(np.rint(days), self.lower_days, self.upper_days)
        return np.asarray(whole, dtype=np.int64)


def _log_normal_mass(low: npt.ArrayLike, high: npt.ArrayLike) -> Floats:
    """log(Phi(high) - Phi(low)) without cancellation in either tail; low < high."""
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    flip = low > 0
    near, far = np.where(flip, -low, high), np.where(flip, -high, low)
    return np.asarray(log_ndtr(near) + np.log1p(-np.exp(log_ndtr(far) - log_ndtr(near))))


# Median and range: Jang 2018, Table 1, "days to appear of CE lesion"; the total row's lower end
# contradicts its parts, so the parts are used. Sigma: the expected extremes of n normal draws
# reach the printed ranges (ours). Both classes share the wider range: where one class ends at its
# largest observed patient, a longer interval must not become a certainty.
# Burdenko: median and range of the first non-distant event after the end of radiotherapy.
DAYS_SINCE_RT: dict[Timing, tuple[ShiftedLogNormal, ShiftedLogNormal]] = {
    "jang2018": (
        ShiftedLogNormal(82.0, 0.75, 18, 1251),
        ShiftedLogNormal(123.5, 0.95, 18, 1251),
    ),
    "burdenko": (
        ShiftedLogNormal(20.0, 0.38, -13, 1249, shift_days=31.0),
        ShiftedLogNormal(122.0, 0.88, -13, 1249, shift_days=31.0),
    ),
}
"""(pseudoprogression, true progression) for each setting."""

# (pseudoprogression, true progression); Jang 2018, Table 1. IDH among the known.
MALE = (24 / 30, 27 / 48)
MGMT_METHYLATED = (15 / 30, 18 / 48)
IDH_MUTANT = (2 / 28, 1 / 44)
HYPOFRACTIONATED = 6 / 78  # both classes: 2/30 and 4/48 do not differ (printed p = 0.80)

AGE_MEDIAN_YEARS, AGE_SD_YEARS, AGE_RANGE_YEARS = 55.5, 12.0, (22, 77)  # SD: ours

EXTERNAL_TRUE_PROGRESSION_FRACTION = 11 / 20  # Gomaa 2025, Table 1, GlioCMV

# Share of unknown values: Gomaa 2025, Table 1, (Burdenko, GlioCMV).
MGMT_UNKNOWN = {"training": 22 / 59, "external": 8 / 20}
IDH_UNKNOWN = {"training": 15 / 59, "external": 0 / 20}

INFORMATIVE_MISSINGNESS_LOG_ODDS = 1.0
"""Log odds ratio of an unknown MGMT status, true progression against pseudoprogression (ours)."""
