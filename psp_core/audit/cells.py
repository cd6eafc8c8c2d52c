"""Whether one printed rate is a count at all, given the class counts alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from psp_core.audit.matrices import grid
from psp_core.audit.printed import ROUNDED, TRUNCATED, Printed, Way


@dataclass(frozen=True, kw_only=True)
class CellCheck:
    """One printed statistic and the values that its class counts allow.

    Attributes
    ----------
    printed : str
    way : {"rounded", "truncated"} or None
        How a possible value is printed so; None where there is none.
    counts : tuple of (int, int)
        Counts k of n that print so; where there are none, those next below and above. Of
        statistics that are no proportion, numerator and denominator.
    """

    printed: str
    way: Way | None
    counts: tuple[tuple[int, int], ...]

    @property
    def is_count(self) -> bool:
        """Whether some count prints so, rounded or truncated."""
        return self.way is not None

    @property
    def possible(self) -> str:
        """The counts with their values, as ``7/9 = 0.778``."""
        places = max(3, len(self.printed.partition(".")[2]))
        return "; ".join(f"{k}/{n} = {k / n:.{places}f}" for k, n in self.counts)


def check_cell(name: str, figure: Printed, *, n_positive: int, n_negative: int) -> CellCheck:
    """Ask whether any confusion matrix of the class counts has this value of a statistic.

    Raises
    ------
    AuditError
        If a class is empty or `name` is no statistic.
    """
    every = grid(n_positive, n_negative)
    way: Way
    for way in (ROUNDED, TRUNCATED):
        fits = every.fits(name, figure, way)
        if fits.any():
            return CellCheck(
                printed=figure.text, way=way, counts=_distinct(every.exact[name], fits)
            )
    k, n = every.exact[name]
    apart = k / n - float(figure.value)
    sides = (apart < 0, apart > 0)
    nearest = [
        side & np.isclose(np.abs(apart), np.abs(apart[side]).min(), rtol=0, atol=1e-12)
        for side in sides
        if side.any()
    ]
    counts = tuple(pair for side in nearest for pair in _distinct(every.exact[name], side)[:1])
    return CellCheck(printed=figure.text, way=None, counts=counts)


def _distinct(
    exact: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], which: npt.NDArray[np.bool_]
) -> tuple[tuple[int, int], ...]:
    """Distinct pairs of numerator and denominator, the smaller denominators first."""
    k, n = exact
    pairs = {(int(n[index]), int(k[index])) for index in np.flatnonzero(which)}
    return tuple((above, below) for below, above in sorted(pairs))
