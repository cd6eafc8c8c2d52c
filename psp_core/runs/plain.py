"""Any value of a run as plain JSON types, for files and for digests."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import PurePath
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Turn dataclasses, NumPy values, tuples, sets and paths into JSON types.

    Raises
    ------
    TypeError
        If the value holds a type that has no one spelling in JSON.
    """
    result = value
    if isinstance(value, np.generic | np.ndarray):
        result = value.tolist()
    elif isinstance(value, PurePath):
        result = value.as_posix()
    elif isinstance(value, Mapping):
        result = {_key(key): plain(item) for key, item in value.items()}
    elif isinstance(value, AbstractSet):
        result = sorted(plain(item) for item in value)
    elif isinstance(value, list | tuple):
        result = [plain(item) for item in value]
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        result = {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    elif not (value is None or isinstance(value, str | bool | int | float)):
        raise TypeError(
            f"found a {type(value).__name__}, expected mappings, sequences, dataclasses, numbers, "
            "text or None; convert it first"
        )
    return result


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"found the key {key!r}, expected text; convert it first")
    return key
