"""Digests: short names for contents, the same on every machine."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

from psp_core.runs.plain import plain

_BLOCK_BYTES = 1 << 20


def digest_of(value: Any) -> str:
    """Digest a value: equal values, equal digests, whatever the order of their keys.

    Parameters
    ----------
    value : object
        Mappings, sequences, dataclasses, numbers (NumPy too), text, booleans, None.

    Returns
    -------
    str
        SHA-256 in hexadecimal.

    Raises
    ------
    TypeError
        If the value holds anything else.
    """
    text = json.dumps(plain(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_file(path: str | Path) -> str:
    """Digest a file's bytes: SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def digest_of_code(*names: str) -> str:
    """Digest the source of modules or packages, so that a stage notices changed code.

    Parameters
    ----------
    *names : str
        Dotted names, as ``psp_core.phantom``; a package counts with all below it.

    Returns
    -------
    str
        SHA-256 in hexadecimal.

    Raises
    ------
    ModuleNotFoundError
        If there is no such module.
    """
    sources: dict[str, str] = {}
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"no module {name!r} to digest", name=name)
        origin = Path(spec.origin)
        files = sorted(origin.parent.rglob("*.py")) if spec.submodule_search_locations else [origin]
        sources |= {
            f"{name}/{file.relative_to(origin.parent).as_posix()}": digest_of_file(file)
            for file in files
        }
    return digest_of(sources)
