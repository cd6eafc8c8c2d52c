"""YAML text to plain values, strictly: a key that stands twice is a fault."""

from __future__ import annotations

from typing import Any

import yaml

_TEXT = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"


def load_yaml(text: str) -> tuple[Any, list[str]]:
    """Read YAML text into mappings, lists, text, numbers and booleans.

    Parameters
    ----------
    text : str
        One YAML document.

    Returns
    -------
    tuple of (object, list of str)
        The document (None if the text cannot be parsed or is empty), and one
        sentence per fault of the text itself.
    """
    loader = _StrictLoader(text)
    try:
        document = loader.get_single_data()
    except yaml.YAMLError as error:
        return None, [*loader.faults, _syntax_fault(error)]
    finally:
        loader.dispose()
    return document, loader.faults


class _StrictLoader(yaml.SafeLoader):
    """Safe loader that notes doubled and non-text keys and leaves dates as text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own attribute, replaced not mutated
        first: [(tag, regexp) for tag, regexp in rules if tag != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.faults: list[str] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        first_line: dict[str, int] = {}
        kept = []
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value
            if key_node.tag == _TEXT and key in first_line:
                self.faults.append(
                    f"line {line}: key {key!r} stands twice, first in line {first_line[key]}; "
                    "keep one of them"
                )
                continue
            if key_node.tag not in {_TEXT, _MERGE}:
                self.faults.append(f"line {line}: a key must be text, found {key!r}")
            first_line[str(key)] = line
            kept.append((key_node, value_node))
        node.value = kept
        return super().construct_mapping(node, deep)


def _syntax_fault(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}: "
    problem = getattr(error, "problem", None) or "unreadable text"
    return f"{place}not valid YAML ({problem}); expected one 'key: value' a line"
