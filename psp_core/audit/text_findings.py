"""Findings on sentences, and on figures that two tables of a paper print differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from psp_core.audit.auc_values import check_auc, check_point
from psp_core.audit.findings import IMPOSSIBLE, NOT_TESTABLE, OTHERWISE, POSSIBLE, Finding
from psp_core.audit.printed import Printed
from psp_core.audit.printed_tables import Entry
from psp_core.audit.rate_findings import auc_said, check_report
from psp_core.audit.statements import (
    Repeated,
    Source,
    arithmetic_fault,
    disagreements,
    exact_of,
    look_up,
    main_setting,
)

ARITHMETIC = ("sum_of", "total_less", "share_of")


def sources_of(entries: Iterable[Entry]) -> list[Source]:
    """Every figure of the tables that a sentence may repeat, in the order of the entries."""
    return [
        Source(entry.row, figure, entry.place, printed)
        for entry in entries
        for figure, printed in _figures(entry)
    ]


def statement_findings(entry: Entry, entries: Sequence[Entry]) -> list[Finding]:
    """One finding per figure of a passage, held against the tables of the same paper."""
    sources = sources_of([one for one in entries if one.paper == entry.paper])
    reports = {one.id: one for one in entries if one.kind == "class_report"}
    figures = entry.given["figures"]
    repeated = {
        place: look_up(_printed(one), one["row"], one["figure"], sources)
        for place, one in enumerate(figures)
        if "row" in one
    }
    main = main_setting(list(repeated.values()))
    found = []
    for place, one in enumerate(figures):
        if place in repeated:
            said = _of_repeated(repeated[place], one.get("setting", ""), main)
        elif "auc" in one:
            said = _of_area(one, reports)
        elif "reason" in one:
            said = {"verdict": NOT_TESTABLE, "sentence": _sentence(one["reason"])}
        elif "same_as" in one:
            said = _of_same(one, entries)
        else:
            said = _of_arithmetic(one)
        found.append(
            Finding(
                paper=entry.paper,
                place=entry.place,
                row=one.get("row", entry.row),
                figure=one["figure"],
                printed=one["printed"] + (" %" if one.get("unit") == 100 else ""),
                **said,
            )
        )
    return found


def disagreement_findings(entries: Sequence[Entry]) -> list[Finding]:
    """One finding per figure that two tables of a paper print differently for the same row."""
    found = []
    for paper in dict.fromkeys(one.paper for one in entries):
        tables = [one for one in entries if one.paper == paper and one.kind != "statement"]
        for first, second in disagreements(sources_of(tables)):
            found.append(
                Finding(
                    paper=paper,
                    place=f"{second.place}, beside {first.place.partition(', ')[0]}",
                    row=second.row,
                    figure=second.figure,
                    printed=second.printed,
                    verdict=IMPOSSIBLE,
                    possible=first.text,
                    sentence=f"One model has one {second.figure}; it is {first.text} and "
                    f"{second.text}.",
                )
            )
    return found


def _of_repeated(found: Repeated, named: str, main: str) -> dict[str, str]:
    """What to say of a figure that the tables have: under its name, of the kind of its passage."""
    equal = "; ".join(one.text for one in found.equal)
    others = "; ".join(one.text for one in found.others)
    settings = {one.setting for one in found.equal}
    contrary = [one for one in found.others if one.setting in settings]
    if not found.equal:
        elsewhere = "; ".join(f"{one.figure} ({one.text})" for one in found.elsewhere)
        return {
            "verdict": OTHERWISE if elsewhere else IMPOSSIBLE,
            "possible": others,
            "reading": elsewhere,
            "tried": "every figure of the row",
            "sentence": f"The tables have {others or 'no such figure'}"
            + (f"; the same digits stand there as {elsewhere}." if elsewhere else "."),
        }
    wanted = named or main
    there = "; ".join(one.text for one in found.others if one.setting == wanted)
    if wanted not in settings and there:
        kind = "the sentence names" if named else "the other figures of the passage are of"
        return {
            "verdict": OTHERWISE,
            "possible": there,
            "reading": equal,
            "tried": wanted,
            "sentence": f"It is {equal}; {kind} this kind: {wanted}, where the row has {there}.",
        }
    if contrary:
        same = sum(one.setting == contrary[0].setting for one in found.equal)
        against = "; ".join(one.text for one in contrary)
        return {
            "verdict": POSSIBLE if same > len(contrary) else OTHERWISE,
            "possible": equal if same > len(contrary) else against,
            "reading": "" if same > len(contrary) else equal,
            "sentence": f"It is {equal}, while the same row has {against}.",
        }
    return {"verdict": POSSIBLE, "possible": equal, "sentence": f"It is {equal}."}


def _of_area(one: Mapping[str, Any], reports: Mapping[str, Entry]) -> dict[str, str]:
    n_positive, n_negative = one["auc"]
    printed = _printed(one)
    said = auc_said(check_auc(printed, n_positive=n_positive, n_negative=n_negative))
    if "labels" not in one:
        return said
    point = check_point(printed, check_report(reports[one["labels"]]).readings[0].matrix)
    labels = f"AUC of the called classes alone, {float(point.of_labels):.3f}"
    passes = "can pass" if point.agrees else "cannot pass"
    said["tried"] = "; ".join(part for part in (said.get("tried", ""), labels) if part)
    said["sentence"] += (
        f" A curve with it {passes} the point of the printed classes; without scores, from the "
        f"called classes alone, it would be {float(point.of_labels):.3f}, which is "
        f"{'printed so' if point.is_of_labels else 'another figure'}."
    )
    if not point.agrees:
        said["verdict"] = IMPOSSIBLE
    return said


def _of_arithmetic(one: Mapping[str, Any]) -> dict[str, str]:
    relation = next(name for name in ARITHMETIC if name in one)
    exact, told = exact_of(relation, one)
    fault = arithmetic_fault(_printed(one), exact, told)
    return {
        "verdict": IMPOSSIBLE if fault else POSSIBLE,
        "possible": told,
        "sentence": f"{fault}." if fault else f"It is {told}.",
    }


def _of_same(one: Mapping[str, Any], entries: Iterable[Entry]) -> dict[str, str]:
    """A figure beside another one of the text that says the same."""
    name, figure = one["same_as"]
    other = next(entry for entry in entries if entry.id == name)
    there = next(each for each in other.given["figures"] if each["figure"] == figure)
    told = f"{there['printed']} in {other.place} ({figure})"
    if _printed(one).value == _printed(there).value:
        return {"verdict": POSSIBLE, "possible": told, "sentence": f"It is {told} as well."}
    return {
        "verdict": IMPOSSIBLE,
        "possible": told,
        "tried": "the other passage",
        "sentence": f"The same setting is {told}; it is one of the two.",
    }


def _figures(entry: Entry) -> Iterator[tuple[str, str]]:
    """Names and digits of an entry's figures that a sentence may repeat."""
    given = entry.given
    if entry.kind == "rates":
        yield from given["figures"].items()
    elif entry.kind == "fold_rates":
        yield from ((name, mean) for name, (mean, _) in given["figures"].items())
    elif entry.kind == "class_report":
        for name, row in given["classes"].items():
            yield from ((f"{name}.{figure}", printed) for figure, printed in row.items())
    elif entry.kind == "contingency":
        yield f"p, {given['division']}", given["p"]
    elif entry.kind == "range":
        yield from ((f"p, {name}", p) for name, (p, _) in given.get("tests", {}).items())


def _printed(one: Mapping[str, Any]) -> Printed:
    return Printed(one["printed"], one.get("unit", 1))


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."
