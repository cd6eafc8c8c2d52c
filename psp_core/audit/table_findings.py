"""Findings on tables of patients: shares, tests of two groups, medians and ranges."""

from __future__ import annotations

from collections.abc import Mapping

from psp_core.audit.findings import IMPOSSIBLE, NOT_TESTABLE, OTHERWISE, POSSIBLE, Finding
from psp_core.audit.printed import Printed
from psp_core.audit.printed_tables import Entry
from psp_core.audit.printed_tests import p_values, tests_that_give
from psp_core.audit.ranges import (
    FIGURES,
    HIGHEST,
    LOWEST,
    MEDIAN,
    Spread,
    check_between,
    check_division,
    check_spread,
)
from psp_core.audit.shares import Share, check_share, check_sum, sum_faults


def share_findings(entry: Entry) -> list[Finding]:
    """One finding per category, and one on the total."""
    total, parts = entry.given["total"], entry.given["parts"]
    found = [
        _share(entry, name, check_share(int(count), int(total), per_cent))
        for name, (count, per_cent) in parts.items()
    ]
    fault = check_sum([int(count) for count, _ in parts.values()], int(total))
    return [*found, _sum(entry, "total", total, fault)]


def contingency_findings(entry: Entry) -> list[Finding]:
    """One finding per cell, one per margin, and one on the p value."""
    given = entry.given
    groups = {name: int(size) for name, size in given["groups"].items()}
    totals = {name: int(size) for name, size in given["totals"].items()}
    cells = {name: [int(count) for count, _ in row] for name, row in given["cells"].items()}
    found = []
    for category, row in given["cells"].items():
        for (group, size), (count, per_cent) in zip(groups.items(), row, strict=True):
            found.append(
                _share(entry, f"{category}, {group}", check_share(int(count), size, per_cent))
            )
    faults = sum_faults(cells, groups, totals)
    found += [
        _sum(entry, f"{name}, total", str(size), faults.get(name, ""))
        for name, size in {**groups, **totals}.items()
    ]
    values = p_values(list(cells.values()))
    return [*found, _p_value(entry, Printed(given["p"]), given["test"], values)]


def range_findings(entry: Entry) -> list[Finding]:
    """One finding per median, lowest and highest value, and one per p value."""
    given = entry.given
    whole, total = bool(given["whole"]), _spread(given["total"])
    divisions = {
        name: {group: _spread(row) for group, row in groups.items()}
        for name, groups in given.get("divisions", {}).items()
    }
    faults = check_spread(total, whole=whole)
    for parts in divisions.values():
        for figure, fault in check_division(total, parts).items():
            faults[figure] = f"{faults[figure]}; {fault}" if figure in faults else fault
    ends = [one for one in (LOWEST, HIGHEST) if divisions]
    against = {figure: _outermost(divisions, figure) for figure in ends}
    found = _of_spread(entry, "all", total, faults, against, has_parts=bool(divisions))
    for name, parts in divisions.items():
        for group, one in parts.items():
            own = check_spread(one, whole=whole)
            for other, others in divisions.items():
                if other != name:
                    own |= check_between(other, one, others)
            found += _of_spread(entry, group, one, own, {}, has_parts=len(divisions) > 1)
    for name, (p, test) in given.get("tests", {}).items():
        found.append(
            Finding(
                paper=entry.paper,
                place=entry.place,
                row=entry.row,
                figure=f"p, {name}",
                printed=p,
                verdict=NOT_TESTABLE,
                sentence=f"{test}'s test needs the value of every patient; median and range "
                "leave it open.",
            )
        )
    return found


def _outermost(divisions: Mapping[str, Mapping[str, Spread]], figure: str) -> str:
    """The lowest or highest printed value of any part."""
    choose = min if figure == LOWEST else max
    every = [one for parts in divisions.values() for one in parts.values()]
    text: str = getattr(choose(every, key=lambda one: one.value(figure)), figure).text
    return text


def _spread(row: list[str]) -> Spread:
    median, lowest, highest, n = row
    return Spread(
        median=Printed(median), lowest=Printed(lowest), highest=Printed(highest), n=int(n)
    )


def _of_spread(
    entry: Entry,
    who: str,
    one: Spread,
    faults: Mapping[str, str],
    possible: Mapping[str, str],
    *,
    has_parts: bool,
) -> list[Finding]:
    found = []
    for figure in FIGURES:
        fault = faults.get(figure, "")
        is_open = figure != MEDIAN and not has_parts and not fault
        good = "It agrees with the rest of its line" + (
            " and with the parts." if has_parts else "."
        )
        found.append(
            Finding(
                paper=entry.paper,
                place=entry.place,
                row=entry.row,
                figure=f"{figure}, {who}",
                printed=getattr(one, figure).text,
                verdict=IMPOSSIBLE if fault else NOT_TESTABLE if is_open else POSSIBLE,
                possible=possible.get(figure, "") if fault else "",
                sentence=f"{fault[:1].upper()}{fault[1:]}."
                if fault
                else "No part of these patients is printed beside it."
                if is_open
                else good,
            )
        )
    return found


def _share(entry: Entry, figure: str, share: Share) -> Finding:
    reading = tried = ""
    if share.rounded:
        verdict, sentence = POSSIBLE, f"{share.exact}."
    else:
        ways = {
            "truncated": share.truncated,
            f"another total ({', '.join(map(str, share.other_totals))})": share.other_totals,
            f"another count ({', '.join(map(str, share.other_counts))})": share.other_counts,
        }
        reading = "truncated" if share.truncated else ""
        verdict = OTHERWISE if share.truncated else IMPOSSIBLE
        tried = "rounding" if share.truncated else "rounding, truncation"
        would = [name for name, works in ways.items() if works and name != "truncated"]
        sentence = f"{share.exact}, not {share.printed.text} %"
        sentence += (
            f"; {' or '.join(would)} would be printed so."
            if would
            else ("; neither another count nor another total is printed so.")
        )
    return Finding(
        paper=entry.paper,
        place=entry.place,
        row=entry.row,
        figure=figure,
        printed=f"{share.count} ({share.printed.text} %)",
        verdict=verdict,
        possible=share.exact,
        reading=reading,
        tried=tried,
        sentence=sentence,
    )


def _sum(entry: Entry, figure: str, printed: str, fault: str) -> Finding:
    return Finding(
        paper=entry.paper,
        place=entry.place,
        row=entry.row,
        figure=figure,
        printed=printed,
        verdict=IMPOSSIBLE if fault else POSSIBLE,
        sentence=f"{fault}." if fault else "Its parts make it up.",
    )


def _p_value(entry: Entry, printed: Printed, test: str, values: Mapping[str, float]) -> Finding:
    giving = tests_that_give(printed, values)
    places = len(printed.text.partition(".")[2]) + 1
    every = "; ".join(f"{name} {value:.{places}f}" for name, value in values.items())
    if test in giving:
        verdict, reading = POSSIBLE, ""
        sentence = f"The test that its mark names, {test}, gives it."
    elif giving:
        verdict, reading = OTHERWISE, " or ".join(giving)
        sentence = f"{reading} gives it, not {test}, which its mark names."
    else:
        verdict, reading = IMPOSSIBLE, ""
        sentence = (
            f"None of the {len(values)} tests tried gives it; {test}, which its mark names, gives "
            f"{values[test]:.{places}f}."
        )
    return Finding(
        paper=entry.paper,
        place=entry.place,
        row=entry.row,
        figure="p",
        printed=printed.text,
        verdict=verdict,
        possible=every,
        reading=reading,
        tried="" if verdict == POSSIBLE else ", ".join(one for one in values if one not in giving),
        sentence=sentence,
    )
