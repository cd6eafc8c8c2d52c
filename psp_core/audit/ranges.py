"""Medians and ranges of a whole and of its parts, and whether they can be the same patients'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from psp_core.audit.printed import Printed
from psp_core.errors import AuditError

MEDIAN, LOWEST, HIGHEST = "median", "lowest", "highest"
FIGURES = (MEDIAN, LOWEST, HIGHEST)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Median and range of `n` patients, as printed.

    Raises
    ------
    AuditError
        If a figure is no number or `n` is not positive.
    """

    median: Printed
    lowest: Printed
    highest: Printed
    n: int

    def __post_init__(self) -> None:
        if self.n < 1:
            raise AuditError(f"a median of {self.n} patients; expected one patient or more")

    def value(self, figure: str) -> Fraction:
        """One of `FIGURES` as a number."""
        printed: Printed = getattr(self, figure)
        return printed.value


def check_spread(one: Spread, *, whole: bool) -> dict[str, str]:
    """Faults of a median and range by themselves, by figure.

    The median lies within the range. Of whole numbers it is whole, or halfway between two where
    the number of patients is even.
    """
    faults = {}
    median = one.value(MEDIAN)
    if not one.value(LOWEST) <= median <= one.value(HIGHEST):
        faults[MEDIAN] = "it lies outside its own range"
    elif whole and (median * (2 - one.n % 2)).denominator != 1:
        kind = "whole" if one.n % 2 else "whole or a half"
        faults[MEDIAN] = f"the median of {one.n} whole numbers is {kind}"
    if one.value(LOWEST) > one.value(HIGHEST):
        faults[LOWEST] = "it is above the highest value"
    return faults


def check_division(total: Spread, parts: Mapping[str, Spread]) -> dict[str, str]:
    """Faults of a total against the parts that it is divided into, by figure of the total.

    The lowest value of all is the lowest of the parts, the highest the highest; the median of all
    lies between the smallest and the largest median of the parts.
    """
    faults = {}
    for figure, choose in ((LOWEST, min), (HIGHEST, max)):
        name = choose(parts, key=lambda one: parts[one].value(figure))
        if parts[name].value(figure) != total.value(figure):
            text = getattr(parts[name], figure).text
            faults[figure] = f"{name} is part of it and has {text} as its {figure} value"
    medians = sorted(one.value(MEDIAN) for one in parts.values())
    if not medians[0] <= total.value(MEDIAN) <= medians[-1]:
        faults[MEDIAN] = "it does not lie between the medians of its parts"
    sizes = sum(one.n for one in parts.values())
    if sizes != total.n:
        faults["n"] = f"its parts have {sizes} patients, it has {total.n}"
    return faults


def check_between(total: str, first: Spread, others: Mapping[str, Spread]) -> dict[str, str]:
    """Faults of one part against the parts of another division of the same patients.

    Each of its patients is in one of `others`, so its range lies within theirs.

    Parameters
    ----------
    total : str
        What the other division is called in a fault.
    first : Spread
    others : mapping of str to Spread
    """
    lowest = min(one.value(LOWEST) for one in others.values())
    highest = max(one.value(HIGHEST) for one in others.values())
    faults = {}
    if first.value(LOWEST) < lowest:
        faults[LOWEST] = f"no part of the division by {total} goes so low"
    if first.value(HIGHEST) > highest:
        faults[HIGHEST] = f"no part of the division by {total} goes so high"
    return faults
