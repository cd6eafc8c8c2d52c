"""Which rows of a run are fitted at less than the size that the papers print or imply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from psp_core.params.sections import Params
from psp_core.study.entry import Entry

_ENCODER = {"volume": ("side",), "encoder": ("patch", "width", "depth", "heads")}
_SMALL = {"ablation": ("side", "patch", "width", "depth", "heads")}
OF_SOURCE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "tokens": _ENCODER,
    "untrained_tokens": _ENCODER,
    "small_encoder": _SMALL,
    "ablation_tokens": _SMALL,
}
"""Sizes that a source brings with it, by section."""


def reduced_settings(params: Params, entry: Entry) -> list[str]:
    """Settings of an arm that are smaller, or just other, than at paper size.

    A section says in ``SIZES`` which of its fields are sizes; the defaults of the sections are
    the paper's. An arm that reads an encoder, or its tokens, has the encoder's sizes too.

    Returns
    -------
    list of str
        Dotted keys; empty for an arm at full size.
    """
    names = {entry.params: getattr(type(section_of(params, entry.params)), "SIZES", ())}
    for source in entry.sources.values():
        names |= OF_SOURCE.get(source.partition(":")[0], {})
    return [
        f"{dotted}.{size}"
        for dotted, sizes in names.items()
        for size in sizes
        if getattr(section_of(params, dotted), size) != _default(params, dotted, size)
    ]


def section_of(params: Params, dotted: str) -> Any:
    """A section of the params by its dotted name."""
    section: Any = params
    for part in dotted.split("."):
        section = getattr(section, part)
    return section


def _default(params: Params, dotted: str, name: str) -> Any:
    return next(field.default for field in fields(section_of(params, dotted)) if field.name == name)
