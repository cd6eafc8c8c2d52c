"""A printed figure: a number with as many decimals as the paper gives it, and what may lie behind.

Arithmetic is exact (fractions), so that a figure is never possible or impossible by rounding error.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Final, Literal

from psp_core.errors import AuditError

Way = Literal["rounded", "truncated"]
ROUNDED: Final = "rounded"
TRUNCATED: Final = "truncated"


@dataclass(frozen=True)
class Printed:
    """A figure as it is printed.

    Attributes
    ----------
    text : str
        The digits, as ``0.750`` or ``40.0``.
    unit : int
        1 for a share, 100 for per cent.

    Raises
    ------
    AuditError
        If the text is no number.
    """

    text: str
    unit: int = 1

    def __post_init__(self) -> None:
        try:
            finite = Decimal(self.text).is_finite()
        except InvalidOperation:
            finite = False
        if not finite:
            raise AuditError(
                f"the printed figure {self.text!r} is no number; write its digits, as '0.750'"
            )

    @cached_property
    def value(self) -> Fraction:
        """The figure as a share."""
        return Fraction(self.text) / self.unit

    @cached_property
    def step(self) -> Fraction:
        """One unit of the last printed digit, as a share."""
        exponent = Decimal(self.text).as_tuple().exponent
        return Fraction(10) ** int(exponent) / self.unit

    def bounds(self, way: Way = "rounded") -> tuple[Fraction, Fraction]:
        """Smallest and largest value that may be printed so.

        Rounded: half a step to each side, both ends included, whichever way halves are rounded.
        Truncated: a step upwards; the upper end is excluded, see `may_be`.
        """
        return _bounds(self, way)

    def may_be(self, exact: Fraction, way: Way = "rounded") -> bool:
        """Whether the exact value `exact` may be printed as this figure."""
        lower, upper = self.bounds(way)
        return lower <= exact <= upper if way == "rounded" else lower <= exact < upper


@lru_cache(maxsize=65536)
def _bounds(figure: Printed, way: Way) -> tuple[Fraction, Fraction]:
    """Bounds by figure and way, kept because a search asks for the same ones many times."""
    if way == "rounded":
        return figure.value - figure.step / 2, figure.value + figure.step / 2
    return figure.value, figure.value + figure.step
