"""Ledgers of the book: YAML files that hold a list of entries, each a mapping with an ``id``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from psp_core.errors import MissingInputError, TableError


def read_entries(path: Path, kind: str) -> list[dict[str, Any]]:
    """Read the entries of a ledger as they stand; what is in them is for the caller to check.

    Parameters
    ----------
    path : Path
    kind : str
        What its entries are, in the plural, for messages.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        If it holds no list of mappings.
    """
    if not path.is_file():
        raise MissingInputError(f"no file of {kind} {path.name}; the book's sources have it")
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise TableError(path.name, [f"expected a list of {kind}, each a mapping"])
    return entries


def repeated_ids(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """One fault per ``id`` that stands more than once, in the order of the ledger."""
    counted = Counter(str(one["id"]) for one in entries if one.get("id"))
    return [f"{name}: stands {count} times" for name, count in counted.items() if count > 1]
