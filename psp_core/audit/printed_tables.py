"""The file of printed figures, read and checked wholly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psp_core.audit.entries import read_entries, repeated_ids
from psp_core.audit.printed import Printed
from psp_core.errors import AuditError, TableError

PRINTED = Path(__file__).resolve().parents[2] / "book" / "papers" / "printed.yaml"
HEAD = ("id", "paper", "place", "row", "kind")
FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rates": (("n_positive", "n_negative", "figures"), ()),
    "fold_rates": (
        ("folds", "figures"),
        ("same_patients", "n_positive", "n_negative", "fold_classes"),
    ),
    "class_report": (("n_positive", "n_negative", "positive", "classes"), ()),
    "shares": (("total", "parts"), ()),
    "contingency": (("division", "groups", "cells", "totals", "p", "test"), ()),
    "range": (("whole", "total"), ("divisions", "tests")),
    "statement": (("figures",), ()),
}
"""Fields that a kind of entry needs, and those that it may have."""
RELATIONS = ("row", "sum_of", "total_less", "share_of", "same_as", "auc", "reason")
FIGURE_KEYS = {"figure", "printed", "unit", "setting", "labels", *RELATIONS}
NOT_FIGURES = {"reason", "figure", "setting", "labels", "row", "test", "division"}


@dataclass(frozen=True)
class Entry:
    """One printed row, line or passage.

    Attributes
    ----------
    id, paper, place, row, kind : str
        See the head of the file.
    given : mapping of str to Any
        Everything else that the entry says, as its kind asks for.
    """

    id: str
    paper: str
    place: str
    row: str
    kind: str
    given: Mapping[str, Any]


def read_printed(path: Path = PRINTED) -> tuple[Entry, ...]:
    """Read every printed figure.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault: a field that misses or is unknown, a kind that does not exist, a paper
        whose id is no text, an id that stands twice, a figure that is no text or no number, a
        figure of a sentence with none or several of the relations or that points to none, folds
        without their patients, lists of unequal length.
    """
    raw = read_entries(path, "printed figures")
    faults = [fault for place, one in enumerate(raw) for fault in _faults(place, one)]
    faults += repeated_ids(raw)
    reports = {one.get("id") for one in raw if one.get("kind") == "class_report"}
    faults += [
        f"{one.get('id')}: {figure['labels']!r} is no class report of this file"
        for one in raw
        for figure in _mappings(one)
        if figure.get("labels", next(iter(reports), None)) not in reports and "labels" in figure
    ]
    faults += _pointer_faults(raw)
    if faults:
        raise TableError(path.name, faults)
    return tuple(
        Entry(
            id=one["id"],
            paper=one["paper"],
            place=one["place"],
            row=one["row"],
            kind=one["kind"],
            given={key: value for key, value in one.items() if key not in HEAD},
        )
        for one in raw
    )


def _pointer_faults(raw: list[dict[str, Any]]) -> Iterator[str]:
    """Figures of sentences that name another which does not stand in the file."""
    known = {
        (one.get("id"), figure.get("figure"))
        for one in raw
        if one.get("kind") == "statement"
        for figure in _mappings(one)
    }
    for one in raw:
        for figure in _mappings(one):
            other = figure.get("same_as")
            if other is not None and (not isinstance(other, list) or tuple(other) not in known):
                yield (
                    f"{one.get('id')}: same_as {other!r} is no figure of a statement here; "
                    "expected [id of a statement, name of one of its figures]"
                )


def _faults(place: int, one: Mapping[str, Any]) -> Iterator[str]:
    name = one.get("id") or f"entry {place + 1}"
    yield from (f"{name}: {key!r} misses or is empty" for key in HEAD if not one.get(key))
    if one.get("paper") and not isinstance(one["paper"], str):
        yield f"{name}: paper {one['paper']!r} is no text; expected an id, as 'smith2020'"
    kind = one.get("kind")
    if kind not in FIELDS:
        if kind:
            yield f"{name}: kind {kind!r}; expected one of {', '.join(FIELDS)}"
        return
    needed, allowed = FIELDS[kind]
    missing = [key for key in needed if key not in one]
    yield from (f"{name}: {key!r} misses; a {kind} entry needs it" for key in missing)
    known = {*HEAD, *needed, *allowed}
    yield from (f"{name}: {key!r} is no field of a {kind} entry" for key in set(one) - known)
    yield from (f"{name}: {fault}" for fault in _digit_faults(one))
    if not missing:
        yield from (f"{name}: {fault}" for fault in _kind_faults(kind, one))


def _kind_faults(kind: str, one: Mapping[str, Any]) -> Iterator[str]:
    if kind == "fold_rates":
        shared = all(key in one for key in ("same_patients", "n_positive", "n_negative"))
        if shared == ("fold_classes" in one):
            yield "expected same_patients with n_positive and n_negative, or fold_classes"
        elif not shared and len(one["fold_classes"]) != one["folds"]:
            yield f"fold_classes has {len(one['fold_classes'])} folds, 'folds' says {one['folds']}"
    elif kind == "class_report" and one["positive"] not in one["classes"]:
        yield f"positive is {one['positive']!r}; expected one of {', '.join(one['classes'])}"
    elif kind == "contingency":
        for category, cells in one["cells"].items():
            if len(cells) != len(one["groups"]):
                yield f"{category} has {len(cells)} cells; expected {len(one['groups'])}"
        if set(one["cells"]) != set(one["totals"]):
            yield "cells and totals name different categories"
    elif kind == "statement":
        for figure in _mappings(one):
            used = [key for key in RELATIONS if key in figure]
            unknown = sorted(set(figure) - FIGURE_KEYS)
            if len(used) != 1 or unknown or not {"figure", "printed"} <= set(figure):
                yield (
                    f"figure {figure.get('figure')!r} with {', '.join(used + unknown) or 'nothing'}"
                    f" beside its digits; expected one of {', '.join(RELATIONS)}"
                )


def _mappings(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Figures of a statement; of other kinds none."""
    figures = one.get("figures")
    return [each for each in figures if isinstance(each, dict)] if isinstance(figures, list) else []


def _digit_faults(one: Mapping[str, Any]) -> Iterator[str]:
    """Digits that are no text, as YAML reads them without quotation marks, or no number."""
    numbers = {"n_positive", "n_negative", "folds", "fold_classes", "unit", "auc", "whole"}
    skipped = {*HEAD, *NOT_FIGURES, *numbers, "same_patients", "positive", "share_of", "tests"}
    for key, value in one.items():
        if key not in skipped or (key == "auc" and isinstance(value, str)):
            yield from _text_faults(key, value)


def _text_faults(where: str, value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            is_number = key in ("unit", "share_of", "same_as") or (key == "auc" and _is_pair(each))
            if key not in NOT_FIGURES and not is_number:
                yield from _text_faults(f"{where}, {key}", each)
    elif isinstance(value, list):
        for each in value:
            yield from _text_faults(where, each)
    elif not isinstance(value, str):
        yield f"{where}: {value!r} is no text; write the digits in quotation marks"
    else:
        try:
            Printed(value)
        except AuditError as error:
            yield f"{where}: {error}"


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, int) for one in value)
