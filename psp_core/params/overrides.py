"""Overrides: a few parameters changed for one run, without another file.

papermill hands them on as text (``-p overrides 'phantom.sizes.train: 3'``) or as
a mapping (``-y 'overrides: {phantom.sizes.train: 3}'``); both come here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from psp_core.params.loading import load_yaml
from psp_core.params.names import matches, section_names, suggestion


def parse_overrides(overrides: Mapping[str, Any] | str | None) -> tuple[dict[str, Any], list[str]]:
    """Resolve overrides to full dotted names.

    A key may be dotted, nested or both, and may leave out leading sections where
    the rest names exactly one parameter.

    Parameters
    ----------
    overrides : mapping, str or None
        Mapping, or YAML text of a mapping; empty text and None mean no override.

    Returns
    -------
    tuple of (dict, list of str)
        Value by full dotted name, and one sentence per fault.
    """
    faults: list[str] = []
    given: Any = overrides
    if isinstance(overrides, str):
        given, faults = load_yaml(overrides)
    if given is None:
        return {}, [_mark(fault) for fault in faults]
    if not isinstance(given, Mapping):
        return {}, [
            f"overrides: found {given!r}, expected dotted keys with values; "
            "write 'phantom.sizes.train: 3', or '{key: value, key: value}' for several"
        ]
    resolved: dict[str, Any] = {}
    for key, value in _flatten(given, ""):
        name, fault = _resolve(key)
        if fault:
            faults.append(fault)
        elif name in resolved:
            faults.append(f"{name!r} is set twice; keep one of them")
        else:
            resolved[name] = value
    return resolved, [_mark(fault) for fault in faults]


def apply_overrides(document: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a params document and set parameters by full dotted name.

    A section that the document lacks is added; one that is not a mapping is
    left alone, for the reader of the document to report.
    """
    result: dict[str, Any] = _copy(document)
    for name, value in values.items():
        *sections, leaf = name.split(".")
        place: Any = result
        for section in sections:
            place = place.setdefault(section, {}) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place[leaf] = value
    return result


def _copy(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _copy(value) for key, value in node.items()}
    return node


def _flatten(node: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from _flatten(value, f"{name}.")
        else:
            yield name, value


def _resolve(key: str) -> tuple[str, str]:
    """Give the full name, or a fault."""
    candidates = matches(key)
    if len(candidates) == 1:
        return candidates[0], ""
    if candidates:
        return "", f"key {key!r} is ambiguous; write one of {', '.join(candidates)}"
    if key in section_names():
        return "", f"{key!r} is a section; set a parameter of it, as '{key}.<parameter>: value'"
    return "", f"unknown key {key!r}; {suggestion(key)}"


def _mark(fault: str) -> str:
    return f"overrides: {fault}"
