"""Counts with percentages: each beside its total, and the parts beside the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from psp_core.audit.printed import Printed
from psp_core.errors import AuditError

PER_CENT = 100


@dataclass(frozen=True, kw_only=True)
class Share:
    """A printed count with its printed percentage.

    Attributes
    ----------
    count, total : int
    printed : Printed
        The percentage.
    rounded, truncated : bool
        Whether count / total is printed so.
    other_counts, other_totals : tuple of int
        Counts of the same total, and totals of the same count, that are printed so by rounding.
    """

    count: int
    total: int
    printed: Printed
    rounded: bool
    truncated: bool
    other_counts: tuple[int, ...]
    other_totals: tuple[int, ...]

    @property
    def exact(self) -> str:
        """What the count gives, as ``23/59 = 39.0 %``."""
        places = len(self.printed.text.partition(".")[2])
        value = PER_CENT * self.count / self.total
        return f"{self.count}/{self.total} = {value:.{places}f} %"


def check_share(count: int, total: int, per_cent: str) -> Share:
    """Hold a printed percentage against its count and total.

    Parameters
    ----------
    count, total : int
    per_cent : str
        As printed, without its sign.

    Raises
    ------
    AuditError
        If the count is not between 0 and the total, the total is 0, or the text is no number.
    """
    if not 0 <= count <= total or total == 0:
        raise AuditError(f"{count} of {total} is no share; expected a count between 0 and a total")
    printed = Printed(per_cent, PER_CENT)
    own = Fraction(count, total)
    return Share(
        count=count,
        total=total,
        printed=printed,
        rounded=printed.may_be(own),
        truncated=printed.may_be(own, "truncated"),
        other_counts=tuple(
            k for k in range(total + 1) if k != count and printed.may_be(Fraction(k, total))
        ),
        other_totals=tuple(
            n
            for n in range(max(count, 1), 2 * total + 1)
            if n != total and printed.may_be(Fraction(count, n))
        ),
    )


def check_sum(parts: Sequence[int], total: int) -> str:
    """Say how parts miss their total; empty if they make it up."""
    found = sum(parts)
    return "" if found == total else f"{' + '.join(map(str, parts))} = {found}, not {total}"


def sum_faults(
    cells: Mapping[str, Sequence[int]], groups: Mapping[str, int], totals: Mapping[str, int]
) -> dict[str, str]:
    """How the counts of a table miss its margins.

    Parameters
    ----------
    cells : mapping of str to sequence of int
        Category -> one count per group.
    groups, totals : mapping of str to int
        Sizes of the groups (column sums) and of the categories (row sums).

    Returns
    -------
    dict of str to str
        By group or category, only where a sum misses.
    """
    columns = zip(groups.items(), zip(*cells.values(), strict=True), strict=True)
    faults = {name: check_sum(column, size) for (name, size), column in columns}
    faults |= {name: check_sum(cells[name], totals[name]) for name in totals}
    return {name: fault for name, fault in faults.items() if fault}
