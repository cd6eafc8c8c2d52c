"""A figure of a paper's text against its tables, and against its own arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from psp_core.audit.printed import Printed


@dataclass(frozen=True)
class Source:
    """A figure of a table that a sentence may repeat.

    Attributes
    ----------
    row, figure : str
    place : str
        Table, then the kind of figure, as ``Table 2, external test, soft vote``.
    printed : str
    """

    row: str
    figure: str
    place: str
    printed: str

    @property
    def setting(self) -> str:
        """The kind of figure: what follows the table in `place`."""
        return self.place.partition(", ")[2]

    @property
    def text(self) -> str:
        """The figure with its place, as ``0.727 in Table 2, external test, soft vote``."""
        return f"{self.printed} in {self.place}"


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """A figure of a sentence beside the tables' figures of the same row and name.

    Attributes
    ----------
    equal, others : tuple of Source
        Figures that may be printed so, and those that differ.
    elsewhere : tuple of Source
        Figures of the same row but another name that may be printed so.
    """

    equal: tuple[Source, ...]
    others: tuple[Source, ...]
    elsewhere: tuple[Source, ...]


def look_up(printed: Printed, row: str, figure: str, sources: Iterable[Source]) -> Repeated:
    """Find a sentence's figure among the figures of the tables.

    A sentence may print fewer digits than the table; the table's figure is then rounded.
    """
    of_row = [one for one in sources if one.row == row]
    named = [one for one in of_row if one.figure == figure]

    def is_equal(one: Source) -> bool:
        return printed.may_be(Printed(one.printed).value)

    return Repeated(
        equal=tuple(one for one in named if is_equal(one)),
        others=tuple(one for one in named if not is_equal(one)),
        elsewhere=tuple(one for one in of_row if one.figure != figure and is_equal(one)),
    )


def main_setting(found: Sequence[Repeated]) -> str:
    """The kind of figure that most figures of a sentence have; empty if none is found.

    A figure that several kinds have counts for each; ties go to the kind first in the alphabet.
    """
    counts: Counter[str] = Counter()
    for one in found:
        counts.update({source.setting for source in one.equal})
    return min(counts, key=lambda one: (-counts[one], one)) if counts else ""


def disagreements(sources: Iterable[Source]) -> list[tuple[Source, Source]]:
    """Figures of one row, name and kind that two tables print differently, each pair once."""
    first: dict[tuple[str, str, str], Source] = {}
    pairs = []
    for one in sources:
        before = first.setdefault((one.row, one.figure, one.setting), one)
        if Printed(before.printed).value != Printed(one.printed).value:
            pairs.append((before, one))
    return pairs


def arithmetic_fault(printed: Printed, exact: Fraction, told: str) -> str:
    """Say that a figure is not what its parts give; empty if it is."""
    if printed.may_be(exact):
        return ""
    value = exact * printed.unit
    return f"{told} = {int(value) if value.denominator == 1 else f'{float(value):.4g}'}"


def exact_of(relation: str, given: Mapping[str, Sequence[str]]) -> tuple[Fraction, str]:
    """What a relation of printed parts gives, and how it is written.

    Parameters
    ----------
    relation : {"sum_of", "total_less", "share_of"}
    given : mapping of str to sequence of str
        The entry's figure, with the parts under the name of the relation.
    """
    parts = [str(one) for one in given[relation]]
    values = [Fraction(one) for one in parts]
    if relation == "sum_of":
        return sum(values, Fraction(0)), " + ".join(parts)
    if relation == "total_less":
        return values[0] - sum(values[1:]), " - ".join(parts)
    return values[0] / values[1], "/".join(parts)
