"""Cards of models and of data: required fields, all faults at once, written and shown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import yaml

from psp_core.errors import TableError
from psp_core.runs import Run, atomic_path, digest_of

STAGE = "cards"
NO_PARAGRAPH = ("name", "title")
DIGEST = re.compile(r"\b[0-9a-f]{12,64}\b")
SHOWN = {"public": "everybody", "access-holders": "holders of the data access"}
"""Whom single patients may be shown to, by what the module of a collection states."""
Lines = Mapping[str, str]
Rows = tuple[Mapping[str, str], ...]


def head(title: str, *needs: str) -> dict[str, Any]:
    """Metadata of a field of a card: its heading, and the keys that its mapping must have."""
    return {"head": title, "needs": needs}


@dataclass(frozen=True)
class Card:
    """What every card has.

    Attributes
    ----------
    name : str
        Of its file, without the suffix.
    title : str
        What a reader calls the thing.
    """

    FOLDER: ClassVar[str] = "cards"

    name: str = field(metadata=head("name"))
    title: str = field(metadata=head("title"))


def check_cards(cards: Iterable[Card]) -> None:
    """Refuse cards on which something misses.

    Raises
    ------
    TableError
        With every empty field of every card, what a mapping lacks, cells that are no text, and
        names that stand twice.
    """
    there = list(cards)
    names = [f"{one.FOLDER}/{one.name}" for one in there]
    faults = [f"{name}: stands {names.count(name)} times; a card has a name of its own"
              for name in dict.fromkeys(names) if names.count(name) > 1]  # fmt: skip
    for card in there:
        for one in fields(card):
            value, where = getattr(card, one.name), f"{card.FOLDER}/{card.name}: {one.name}"
            faults += _faults(value, where)
            if isinstance(value, Mapping):
                lacking = [key for key in one.metadata["needs"] if key not in value]
                faults += [f"{where} lacks {key!r}" for key in lacking]
    if faults:
        raise TableError("cards", faults)


def as_plain(card: Card) -> dict[str, Any]:
    """A card as mappings, lists and text, by the names of its fields."""
    return {one.name: _plain(getattr(card, one.name)) for one in fields(card)}


def as_markdown(card: Card) -> str:
    """A card as a Markdown file: its title, and one paragraph, list or table per field."""
    parts = [f"# {card.title}"]
    for one in fields(card):
        if one.name not in NO_PARAGRAPH:
            value = getattr(card, one.name)
            parts.append(f"**{one.metadata['head']}**" + _told(value))
    return "\n\n".join(parts) + "\n"


def in_groups(text: str) -> str:
    """Text with its digests in groups of four: eight digits in a row read as a calendar date."""
    return DIGEST.sub(lambda found: " ".join(re.findall(".{1,4}", found[0])), text)


def columns_of(rows: Rows) -> list[str]:
    """Columns of the table that rows of text make, in the order in which they turn up."""
    return list(dict.fromkeys(key for row in rows for key in row))


def write_cards(run: Run, *groups: Sequence[Card]) -> list[str]:
    """Check cards and write each as YAML and as Markdown: the stage ``cards`` of the run.

    Returns
    -------
    list of str
        The files, relative to the stage's folder, sorted.

    Raises
    ------
    TableError
        See `check_cards`.
    StageError
        See `Run.stage`.
    """
    cards = [card for group in groups for card in group]
    check_cards(cards)
    files: dict[str, str] = {}
    for card in cards:
        place = f"{card.FOLDER}/{card.name}"
        files[f"{place}.yaml"] = yaml.safe_dump(
            as_plain(card), sort_keys=False, allow_unicode=True, width=100
        )
        files[f"{place}.md"] = as_markdown(card)
    with run.stage(STAGE, depends_on={"files": digest_of(files)}) as stage:
        if not stage.is_done:
            for name, text in files.items():
                with atomic_path(stage.folder / name) as temporary:
                    temporary.write_text(text, encoding="utf-8")
            stage.finish()
    return sorted(files)


def _faults(value: Any, where: str) -> list[str]:
    """What is empty, or no text, in a value, at any depth."""
    if isinstance(value, Mapping | tuple):
        if not value:
            return [f"{where} is empty; expected something, or a sentence on why there is nothing"]
        items = value.items() if isinstance(value, Mapping) else enumerate(value, start=1)
        return [fault for key, item in items for fault in _faults(item, f"{where}, {key}")]
    if isinstance(value, float) and math.isnan(value):
        return [f"{where} is not a number; write why there is none"]
    if not isinstance(value, str):
        return [f"{where} is {value!r}; expected text"]
    if not value.strip():
        return [f"{where} is empty; expected something, or a sentence on why there is nothing"]
    return []


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _told(value: Any) -> str:
    """Text after the heading of a field: on its line, or as a list or a table below it."""
    if isinstance(value, Mapping):
        return "\n\n" + "\n".join(f"- {key}: {_plainly(item)}" for key, item in value.items())
    if isinstance(value, tuple) and all(isinstance(one, Mapping) for one in value):
        columns = columns_of(value)
        lines = [columns, ["---"] * len(columns)]
        lines += [[row.get(name, "") for name in columns] for row in value]
        return "\n\n" + "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)
    if isinstance(value, tuple):
        return "\n\n" + "\n".join(f"- {_plainly(item)}" for item in value)
    return f": {_plainly(value)}"


def _cell(text: str) -> str:
    return _plainly(text).replace("|", "\\|")


def _plainly(text: str) -> str:
    """Text in which stars and angles are no Markdown."""
    return text.replace("*", "\\*").replace("<", "\\<")
