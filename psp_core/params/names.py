"""The dotted name of every parameter, and the nearest one to a mistyped name."""

from __future__ import annotations

import dataclasses
import difflib
import typing
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from psp_core.params.sections import Params


def field_names() -> tuple[str, ...]:
    """Give the dotted names of all parameters, in the order of the sections."""
    return tuple(_walk(Params, ""))


def section_names() -> frozenset[str]:
    """Give the dotted names of everything that holds parameters (``phantom.sizes``)."""
    return frozenset(
        name[:position]
        for name in field_names()
        for position, letter in enumerate(name)
        if letter == "."
    )


def matches(key: str) -> list[str]:
    """Give the parameters that a full or shortened dotted key names."""
    names = field_names()
    return [key] if key in names else [name for name in names if name.endswith(f".{key}")]


def value_of(params: Params, key: str) -> Any:
    """The value, or the section, of a dotted name.

    Raises
    ------
    AttributeError
        If there is none of that name.
    """
    return attrgetter(key)(params)


def suggestion(key: str) -> str:
    """Say which valid name is nearest to an unknown one, as the end of a sentence."""
    names = [*field_names(), *sorted(section_names())]
    nearest = difflib.get_close_matches(key, names, n=1, cutoff=0.6)
    if not nearest:
        leaves = {name.rpartition(".")[2]: name for name in reversed(names)}
        leaf = difflib.get_close_matches(key.rpartition(".")[2], leaves, n=1, cutoff=0.7)
        nearest = [leaves[name] for name in leaf]
    if nearest:
        return f"the nearest valid key is {nearest[0]!r}"
    sections = sorted(name for name in section_names() if "." not in name)
    return f"the sections are {', '.join(sections)}"


def _walk(section: type, prefix: str) -> Iterator[str]:
    hints = typing.get_type_hints(section)
    for field in dataclasses.fields(section):
        name = f"{prefix}{field.name}"
        kind = hints[field.name]
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            yield from _walk(kind, f"{name}.")
        else:
            yield name
