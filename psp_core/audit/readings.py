"""How a printed row may be meant: what its columns are, what is misprinted, whose counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from psp_core.audit.matrices import Matrix
from psp_core.audit.printed import ROUNDED, Way

MOST_SAID = 3
NAMES = {
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "ppv": "positive predictive value",
    "npv": "negative predictive value",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "f1": "F1",
    "youden": "Youden's index",
}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One way to read a row under which a confusion matrix gives every figure.

    Attributes
    ----------
    n_positive, n_negative : int
        The class counts that it takes.
    matrices : tuple of Matrix
        That fit, true progression being the positive class also where classes are exchanged.
    meanings : mapping of str to str
        Statistic by column, of the columns that hold another one than they are taken for: by
        their name, or by what `feasibility.check_row` is told of their table.
    swapped : bool
        The two columns of `meanings` stand in each other's place.
    misprints : mapping of str to str
        The figure that fits, by column, of the columns whose figure does not.
    digits : int
        Digits by which those figures differ from the printed ones.
    exchanged : bool
        The positive class of the figures is the other one.
    way : {"rounded", "truncated"}
        How the last digit came about.
    other_counts : bool
        The class counts are not the ones given.
    """

    n_positive: int
    n_negative: int
    matrices: tuple[Matrix, ...]
    meanings: Mapping[str, str] = field(default_factory=dict)
    swapped: bool = False
    misprints: Mapping[str, str] = field(default_factory=dict)
    digits: int = 0
    exchanged: bool = False
    way: Way = ROUNDED
    other_counts: bool = False

    @property
    def columns(self) -> int:
        """Changes of meaning: columns renamed, a swap being one, and classes exchanged."""
        return len(self.meanings) - self.swapped + self.exchanged

    @property
    def changes(self) -> int:
        """All that differs from the row as named, with its counts, and rounded."""
        return self.columns + len(self.misprints) + (self.way != ROUNDED) + self.other_counts

    @property
    def burden(self) -> tuple[int, ...]:
        """What it asks to believe, part by part; smaller in every part is better."""
        truncated, counts = int(self.way != ROUNDED), int(self.other_counts)
        return self.columns, len(self.misprints), self.digits, truncated, counts

    @property
    def text(self) -> str:
        """The reading in words."""
        parts = [
            f"{NAMES.get(column, column)} column: {NAMES[meaning]}"
            for column, meaning in self.meanings.items()
        ]
        if self.exchanged:
            parts.append("classes exchanged")
        parts += [
            f"{NAMES.get(column, column)} printed for {fitting}"
            for column, fitting in self.misprints.items()
        ]
        if self.way != ROUNDED:
            parts.append("figures truncated")
        if self.other_counts:
            parts.append(f"counts of {self.n_positive} and {self.n_negative}")
        return "; ".join(parts) or "as named"


def said(readings: Iterable[Reading]) -> str:
    """Those with the fewest changes in words, `MOST_SAID` at most; how many more there are."""
    every = list(readings)
    fewest = min((one.changes for one in every), default=0)
    texts = list(dict.fromkeys(one.text for one in every if one.changes == fewest))
    more = len(texts) - MOST_SAID
    return " or: ".join(texts[:MOST_SAID]) + (f", or {more} more" if more > 0 else "")


def least(readings: list[Reading]) -> tuple[Reading, ...]:
    """The readings that ask to believe least, the fewest changes first.

    Every reading of a single change is kept where there is one; beside them those that no other
    undercuts in every part of `Reading.burden`. Of two that say the same, once with the classes
    exchanged, the one with the classes as given is kept.
    """
    kept = [
        one
        for one in readings
        if one.changes <= 1 or not any(_undercuts(other, one) for other in readings)
    ]
    plain = {(one.matrices, tuple(one.misprints.items())) for one in kept if not one.exchanged}
    kept = [
        one
        for one in kept
        if not one.exchanged
        or not one.meanings
        or (one.matrices, tuple(one.misprints.items())) not in plain
    ]
    return tuple(
        sorted(kept, key=lambda one: (one.changes, len(one.misprints), one.digits, one.text))
    )


def _undercuts(first: Reading, second: Reading) -> bool:
    pairs = zip(first.burden, second.burden, strict=True)
    return first.burden != second.burden and all(a <= b for a, b in pairs)
