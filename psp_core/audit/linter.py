"""The audit turned on one's own tables: every printed rate and AUC must be a possible count.

Reads cells of text as a reader does, so that a fault between a result and its print is found too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from psp_core.audit.printed import Printed

Row = Mapping[str, str]

_VALUE = r"(?P<value>[01]\.\d+)(?: \((?P<lower>[01]\.\d+) to (?P<upper>[01]\.\d+)\))?"
RATE = re.compile(rf"(?P<k>\d+)/(?P<n>\d+): {_VALUE}")
AREA = re.compile(_VALUE)
CLASSES = re.compile(r"(?P<positive>\d+) of (?P<n>\d+) true progression")
BOTH = re.compile(r"(\d+) / (\d+)")
BOTH_COLUMN = "true / pseudoprogression"
CLASS_COLUMNS = ("true progression", "pseudoprogression")
ONE_RANKING = re.compile(r"soft vote|(?:days .*: )?AUC \(DeLong\)")
"""Heads of columns whose AUC ranks the patients that the row counts; means over folds do not."""

RATE_NAMES = ("accuracy", "sensitivity", "specificity", "ppv", "npv")


@dataclass(frozen=True)
class Linted:
    """What a reading of tables found.

    Attributes
    ----------
    checked : int
        Printed figures that were held against their counts.
    faults : tuple of str
        One sentence per figure that cannot be.
    """

    checked: int
    faults: tuple[str, ...]

    def __add__(self, other: Linted) -> Linted:
        """Both readings together."""
        return Linted(self.checked + other.checked, self.faults + other.faults)


def lint_rows(rows: Iterable[Row], *, place: str) -> Linted:
    """Hold the printed figures of a table against their counts.

    Parameters
    ----------
    rows : iterable of mapping of str to str
        The cells of each row by the head of their column.
    place : str
        What the table is called in a fault.

    Returns
    -------
    Linted
        Checked are cells like ``7/9: 0.78 (0.40 to 0.97)``: the value is k/n, the interval holds
        it, and rates of one row belong to one confusion matrix; and an AUC of one ranking
        (`ONE_RANKING`) where its row tells the classes, as ``11 of 20 true progression``, as
        ``11 / 9`` under `BOTH_COLUMN`, or in `CLASS_COLUMNS`: it is a count of ordered pairs,
        ties one half. An AUC that is a mean over folds is passed over.
    """
    checked, faults = 0, []
    for number, row in enumerate(rows, start=1):
        where = f"{place}, row {number}"
        rates = {name: match for name, cell in row.items() if (match := RATE.fullmatch(cell))}
        for name, match in rates.items():
            checked += 1
            faults += [f"{where}, {name}: {fault}" for fault in _rate_faults(match)]
        counts = {
            name: (int(match["k"]), int(match["n"]))
            for name, match in rates.items()
            if name in RATE_NAMES
        }
        faults += [f"{where}: {fault}" for fault in _matrix_faults(counts)]
        for name, found in _areas(row).items():
            checked += 1
            faults += [f"{where}, {name}: {fault}" for fault in found]
    return Linted(checked, tuple(faults))


def _rate_faults(match: re.Match[str]) -> list[str]:
    k, n, text = int(match["k"]), int(match["n"]), match["value"]
    if not 0 <= k <= n or n == 0:
        return [f"{k}/{n} is no share"]
    faults = _interval_faults(match)
    if not Printed(text).may_be(Fraction(k, n)):
        faults.append(f"{text} is not {k}/{n}, which is {k / n:.4f}")
    return faults


def _interval_faults(match: re.Match[str]) -> list[str]:
    if match["lower"] is None:
        return []
    lower, value, upper = (Printed(match[name]) for name in ("lower", "value", "upper"))
    margin = max(one.step for one in (lower, value, upper))  # all three are rounded
    if lower.value - margin <= value.value <= upper.value + margin:
        return []
    return [f"the interval {lower.text} to {upper.text} does not hold {value.text}"]


def _matrix_faults(counts: Mapping[str, tuple[int, int]]) -> list[str]:
    """Whether the counts of one row's rates belong to one confusion matrix."""
    if not {"sensitivity", "specificity"} <= set(counts):
        return []
    (tp, positive), (tn, negative) = counts["sensitivity"], counts["specificity"]
    expected = {
        "accuracy": (tp + tn, positive + negative),
        "ppv": (tp, tp + negative - tn),
        "npv": (tn, tn + positive - tp),
    }
    return [
        f"{name} {counts[name][0]}/{counts[name][1]} does not go with sensitivity {tp}/{positive} "
        f"and specificity {tn}/{negative}; expected {k}/{n}"
        for name, (k, n) in expected.items()
        if name in counts and counts[name] != (k, n)
    ]


def _areas(row: Row) -> dict[str, list[str]]:
    """Faults of each AUC of one ranking, where the row tells the classes."""
    matches = {
        name: match
        for name, cell in row.items()
        if ONE_RANKING.fullmatch(name) and (match := AREA.fullmatch(cell))
    }
    classes = _classes(row)
    if classes is None:
        return {}
    return {
        name: _interval_faults(match) + _area_faults(match["value"], *classes)
        for name, match in matches.items()
    }


def _classes(row: Row) -> tuple[int, int] | None:
    """Patients of either class, if the row tells them."""
    told = [match for cell in row.values() if (match := CLASSES.search(cell))]
    if len(told) == 1:
        positive = int(told[0]["positive"])
        return positive, int(told[0]["n"]) - positive
    both = BOTH.fullmatch(row.get(BOTH_COLUMN, ""))
    counts = both.groups() if both else tuple(row.get(name, "") for name in CLASS_COLUMNS)
    if all(count.isdecimal() for count in counts):
        return int(counts[0]), int(counts[1])
    return None


def _area_faults(text: str, positive: int, negative: int) -> list[str]:
    halves = 2 * positive * negative
    if positive < 1 or negative < 1:
        return [f"{text} with {positive} and {negative} patients: there is no AUC of one class"]
    lower, upper = Printed(text).bounds()
    if -(-lower * halves // 1) <= upper * halves // 1:
        return []
    nearest = Fraction(round(Printed(text).value * halves), halves)
    return [
        f"{text} is no count of ordered pairs among {positive} and {negative} patients, ties one "
        f"half; the nearest is {float(nearest):.4f}"
    ]
