"""A params file to frozen dataclasses: strict, and all faults at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from psp_core.errors import ConfigError, MissingInputError
from psp_core.params.checks import contradictions
from psp_core.params.loading import load_yaml
from psp_core.params.names import suggestion
from psp_core.params.overrides import apply_overrides, parse_overrides
from psp_core.params.sections import Params

_ADAPTER = TypeAdapter(Params)


def read_params(path: str | Path, overrides: Mapping[str, Any] | str | None = None) -> Params:
    """Read one study's parameters.

    Parameters
    ----------
    path : path-like
        YAML file with one mapping per section.
    overrides : mapping, str or None, default None
        Parameters to change: a mapping or YAML text with dotted keys
        (``phantom.sizes.train: 3``). A key may be shortened where it names
        exactly one parameter.

    Returns
    -------
    Params
        Frozen sections; lists of the file are tuples.

    Raises
    ------
    MissingInputError
        If there is no such file.
    ConfigError
        If the file or the overrides have unknown, doubled or missing keys, wrong
        types, or impossible or contradictory values; it lists all of them.
    """
    path = Path(path)
    document, faults = load_yaml(_text_of(path))
    values, override_faults = parse_overrides(overrides)
    if isinstance(document, dict):
        document = apply_overrides(document, values)
        faults += _document_faults(document)
    elif not faults:
        faults.append(f"found {_described(document)}, expected sections, as 'study:' and its keys")
    if faults or override_faults:
        raise ConfigError(path.name, [*faults, *override_faults])
    params = _ADAPTER.validate_json(_as_json(document))
    if contradicted := list(contradictions(params)):
        raise ConfigError(path.name, contradicted)
    return params


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(path.name, ["not UTF-8 text; expected a YAML file"]) from error
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        there = sorted(other.name for other in path.parent.glob("*.yaml"))
        raise MissingInputError(
            f"no params file {path.name!r} in folder {path.parent.name or '.'!r} "
            f"(YAML files there: {', '.join(there) or 'none'}); "
            "a relative path counts from the folder the program was started in"
        ) from error


def _as_json(document: dict[Any, Any]) -> str:
    return json.dumps(document, default=str, skipkeys=True)


def _document_faults(document: dict[Any, Any]) -> list[str]:
    """Validate through JSON, so that strict types still take a list for a tuple."""
    try:
        _ADAPTER.validate_json(_as_json(document))
    except ValidationError as error:
        return list(_sentences(error))
    return []


def _sentences(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        name = ".".join(str(part) for part in fault["loc"])
        found = fault["input"]
        if fault["type"] == "unexpected_keyword_argument":
            yield f"unknown key {name!r}; {suggestion(name)}"
        elif fault["type"] == "missing":
            yield f"{name} is missing; add it"
        elif fault["type"] == "dataclass_type":
            yield f"{name}: found {_described(found)}, expected a section with keys"
        else:
            yield f"{name}: found {_described(found)}, {_expected(fault['msg'])}{_hint(found)}"


def _expected(message: str) -> str:
    message = message.replace("String should match", "Input should be text that matches")
    for start in ("Input should be a valid ", "Input should be "):
        if message.startswith(start):
            rest = message.removeprefix(start)
            article = "a valid " if start.endswith("valid ") else ""
            amount = "a value " if rest.startswith(("greater", "less")) else ""
            return f"expected {article}{amount}{rest}"
    return message


def _described(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {value!r}"
    return "nothing" if value is None else json.dumps(value, default=str)


def _hint(value: Any) -> str:
    """Explain why YAML read a number as text."""
    if not isinstance(value, str):
        return ""
    try:
        float(value)
    except ValueError:
        return ""
    if "e" in value.lower() and "." not in value:
        return "; YAML takes a power of ten for a number only with a point and a sign, as 1.0e-4"
    return "; write the number without quotation marks"
