"""Reporting checklists as data: read and checked, with everything that they point to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from psp_core.errors import MissingInputError, PublishingError, TableError
from psp_core.report.pointers import Ground

CHECKLISTS = Path(__file__).resolve().parents[2] / "book" / "reporting"
SIZES: Mapping[str, int] = {
    "tripod_ai": 52,
    "claim_2024": 44,
    "probast_ai": 34,
    "metrics": 30,
    "reforms": 32,
}
"""Files of the checklists, without suffix, in the order of the page, and their items."""
COMPENDIUM, GOMAA = "compendium", "gomaa2025"
STUDIES: Mapping[str, str] = {COMPENDIUM: "this compendium", GOMAA: "Gomaa 2025 as printed"}
NOT_APPLICABLE = "not applicable"
NO_INFORMATION = "no information"
OF_COMPENDIUM = ("yes", "partly", "no", NOT_APPLICABLE)
OF_PAPER: Mapping[str, tuple[str, ...]] = {
    "reporting": ("reported", "partly", "not reported", NOT_APPLICABLE),
    "judgement": ("yes", "partly", "no", NO_INFORMATION, NOT_APPLICABLE),
}
"""Answers about a paper, by what the checklist asks: is it told, or is it so?"""
LONGEST_QUOTATION = 200  # characters
_TEXTS = ("guideline", "reference", "wording")
_UNPROVEN = ("no", "not reported", NO_INFORMATION, NOT_APPLICABLE)


@dataclass(frozen=True)
class Answer:
    """What one study answers to one item: the answer, a sentence, and pointers to the proof."""

    answer: str
    says: str
    where: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """One item of a guideline.

    Attributes
    ----------
    id, asks : str
        Its number, and what it asks in our words.
    answers : dict of str to Answer
        Of each of `STUDIES`.
    weight : float
        Its share of the guideline's score; NaN if the guideline has none.
    """

    id: str
    asks: str
    answers: Mapping[str, Answer]
    weight: float = math.nan


@dataclass(frozen=True)
class Checklist:
    """One guideline, answered.

    Attributes
    ----------
    name : str
        A key of `SIZES`.
    guideline, reference : str
        Its name, and where it was published.
    wording : str
        What the numbers and meanings of its items were compared with.
    asks_for : str
        A key of `OF_PAPER`.
    items : tuple of Item
    """

    name: str
    guideline: str
    reference: str
    wording: str
    asks_for: str
    items: tuple[Item, ...]


def read_checklists(folder: Path = CHECKLISTS) -> tuple[Checklist, ...]:
    """Read all checklists and check every answer.

    Raises
    ------
    MissingInputError
        If a file of `SIZES` is not there.
    TableError
        With every fault of all files: a field that misses, is empty or unknown, an answer that is
        none, an answer without proof, a quotation that is too long, a number that stands twice,
        or another number of items than the guideline has.
    """
    read, faults = [], []
    for name, size in SIZES.items():
        path = folder / f"{name}.yaml"
        if not path.is_file():
            raise MissingInputError(f"no checklist {path.name}; the book's sources have it")
        entry = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = [f"{path.name}: {fault}" for fault in _file_faults(entry, size)]
        faults += found
        if not found:
            read.append(_checklist(name, entry))
    if faults:
        raise TableError("the reporting checklists", faults)
    return tuple(read)


def check_pointers(sources: Path, notebooks: Path, run_dir: Path | None = None) -> int:
    """Check that every pointer of the compendium's answers leads somewhere.

    Parameters
    ----------
    sources : Path
        The book's own pages, with ``reporting``; its parent is the clone.
    notebooks : Path
        The notebooks as ``.py`` files.
    run_dir : Path, optional
        A run: what its stages have written must be there.

    Returns
    -------
    int
        How many pointers there are.

    Raises
    ------
    MissingInputError, TableError
        As `read_checklists`.
    PublishingError
        If pointers are dead; the message names each.
    """
    ground = Ground(sources, notebooks, run_dir)
    pointed = [
        (f"{one.name} {item.id}", pointer)
        for one in read_checklists(sources / "reporting")
        for item in one.items
        for pointer in item.answers[COMPENDIUM].where
    ]
    dead = [
        f"{place}: {pointer}: {fault}"
        for place, pointer in pointed
        if (fault := ground.fault_of(pointer))
    ]
    if dead:
        said = "\n  - ".join(dead)
        raise PublishingError(
            f"{len(dead)} of {len(pointed)} pointers of the reporting checklists are dead; correct "
            f"them, or the answers:\n  - {said}"
        )
    return len(pointed)


def _checklist(name: str, entry: Mapping[str, Any]) -> Checklist:
    items = tuple(
        Item(
            one["id"],
            one["asks"],
            {
                study: Answer(
                    one[study]["answer"], one[study]["says"], tuple(one[study].get("where", ()))
                )
                for study in STUDIES
            },
            weight=one.get("weight", math.nan),
        )
        for one in entry["items"]
    )
    return Checklist(
        name,
        guideline=entry["guideline"],
        reference=entry["reference"],
        wording=entry["wording"],
        asks_for=entry["asks_for"],
        items=items,
    )


def _file_faults(entry: Any, size: int) -> Iterator[str]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("items"), list):
        yield "expected a mapping with a list of items"
        return
    yield from _field_faults(entry, _TEXTS, also=("asks_for", "items"))
    if entry.get("asks_for") not in OF_PAPER:
        yield f"asks_for is {entry.get('asks_for')!r}; expected {' or '.join(OF_PAPER)}"
        return
    items = [one for one in entry["items"] if isinstance(one, Mapping)]
    if len(entry["items"]) != size:
        yield f"{len(entry['items'])} items; the guideline has {size}"
    if len(items) != len(entry["items"]):
        yield "an item that is no mapping"
    numbers = Counter(str(one.get("id")) for one in items)
    yield from (f"{one}: stands {count} times" for one, count in numbers.items() if count > 1)
    for one in items:
        for fault in _item_faults(one, OF_PAPER[entry["asks_for"]]):
            yield f"{one.get('id')}: {fault}"


def _item_faults(item: Mapping[str, Any], of_paper: tuple[str, ...]) -> Iterator[str]:
    yield from _field_faults(item, ("id", "asks"), also=(*STUDIES, "weight"))
    if not isinstance(item.get("weight", 0.0), float):
        yield f"weight {item['weight']!r} is no number"
    for study, allowed in ((COMPENDIUM, OF_COMPENDIUM), (GOMAA, of_paper)):
        given = item.get(study)
        if not isinstance(given, Mapping):
            yield f"{study} gives no answer"
            continue
        yield from (
            f"{study}: {fault}" for fault in _field_faults(given, ("says",), ("answer", "where"))
        )
        where = given.get("where", [])
        if given.get("answer") not in allowed:
            yield f"{study} answers {given.get('answer')!r}; expected {', '.join(allowed)}"
        elif not where and given["answer"] not in _UNPROVEN:
            yield f"{study} answers {given['answer']!r} and points nowhere"
        if not isinstance(where, list) or not all(isinstance(one, str) for one in where):
            yield f"{study}: 'where' is no list of texts"
        elif study == GOMAA:
            yield from (f"{study}: {fault}" for one in where for fault in _quotation_faults(one))


def _quotation_faults(pointer: str) -> Iterator[str]:
    kind, _, target = pointer.partition(":")
    if kind not in ("text", "table") or not target:
        yield f"{pointer!r} is neither text: nor table: with something behind it"
    if len(target) > LONGEST_QUOTATION:
        yield f"a quotation of more than {LONGEST_QUOTATION} characters; shorten it"


def _field_faults(
    entry: Mapping[str, Any], texts: tuple[str, ...], also: tuple[str, ...]
) -> Iterator[str]:
    for field in texts:
        if not isinstance(entry.get(field), str) or not entry[field].strip():
            yield f"{field!r} misses, is empty or is no text"
    yield from (f"{field!r} is no field" for field in entry if field not in (*texts, *also))
