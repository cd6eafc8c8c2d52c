"""The ledger of deviations: what a paper said, what is done here, why, and how to do as it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from psp_core.audit.entries import read_entries, repeated_ids
from psp_core.errors import ConfigError, TableError
from psp_core.params import read_params
from psp_core.report.claims import PAPERS
from psp_core.report.pointers import code_fault
from psp_core.study.catalogue import CATALOGUE

SOURCES = Path(__file__).resolve().parents[2]
LEDGER = SOURCES / "book" / "papers" / "deviations.yaml"
BASE = "params/full.yaml"
"""Study at the sizes of the papers: settings of the ledger are tried on it."""
WAYS = ("settings", "models", "cannot")
_TEXTS = ("id", "paper", "topic", "said", "place", "did", "why")


@dataclass(frozen=True)
class Deviation:
    """One point in which this compendium does not do as a paper does, or as far as it tells.

    Attributes
    ----------
    id : str
    paper : str
        A key of `claims.PAPERS`.
    topic : str
    said, place : str
        The paper's words in quotation marks, or a paraphrase without, and where they stand.
    did, why : str
    where : tuple of str
        Files of the compendium, as ``path`` or ``path::name`` of something at its top level.
    settings : mapping of str to object
        Dotted settings of the params with which it is done as the paper says.
    models : tuple of str
        Models of the catalogue that do as the paper says, and stand beside ours.
    cannot : str
        Why it cannot be done as the paper says, or why there is nothing to set.
    """

    id: str
    paper: str
    topic: str
    said: str
    place: str
    did: str
    why: str
    where: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    cannot: str = ""


def read_deviations(path: Path = LEDGER, *, sources: Path = SOURCES) -> tuple[Deviation, ...]:
    """Read the ledger and follow every pointer in it.

    Parameters
    ----------
    path : Path
    sources : Path
        Folder of the compendium, where pointers start.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault: fields that miss, are empty or unknown, an id that stands twice, an
        unknown paper, a file or a name in it that is not there, a setting that the params do
        not have or that is impossible, a model that the catalogue does not have, and entries
        with none, or several, of `WAYS`.
    """
    entries = read_entries(path, "deviations")
    faults = [fault for place, one in enumerate(entries)
              for fault in _faults(place, one, sources)]  # fmt: skip
    faults += repeated_ids(entries)
    faults += _setting_faults(entries, sources / BASE)
    if faults:
        raise TableError(path.name, faults)
    return tuple(_made(one) for one in entries)


def format_deviations(ledger: Iterable[Deviation], paper: str) -> pd.DataFrame:
    """Table of one paper: topic, what it said, what is done here, why, and the way back."""
    rows = [one for one in ledger if one.paper == paper]
    return pd.DataFrame(
        {
            "topic": one.topic,
            "the paper said": f"{one.said} ({one.place})",
            "we did": one.did,
            "why": one.why,
            "as the paper": _way_back(one),
            "where": ", ".join(one.where),
        }
        for one in rows
    )


def deviation_counts(ledger: Iterable[Deviation]) -> pd.DataFrame:
    """Count by paper: deviations, and how each could be undone."""
    table = pd.DataFrame(
        {
            "paper": PAPERS[one.paper],
            "deviations": 1,
            "a setting undoes it": bool(one.settings),
            "both stand as models": bool(one.models),
            "cannot be undone, or nothing to set": bool(one.cannot),
        }
        for one in ledger
    )
    return table.groupby("paper", sort=False).sum().astype(int).reset_index()


def _made(entry: Mapping[str, Any]) -> Deviation:
    plain: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    return Deviation(**plain)


def _way_back(one: Deviation) -> str:
    if one.settings:
        return ", ".join(f"{key}: {_written(value)}" for key, value in one.settings.items())
    return f"models: {', '.join(one.models)}" if one.models else f"no: {one.cannot}"


def _written(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True).removesuffix("\n...\n").strip()


def _faults(place: int, entry: Mapping[str, Any], sources: Path) -> list[str]:
    name = entry.get("id") or f"deviation {place + 1}"
    known = [one.name for one in fields(Deviation)]
    faults = [f"{name}: {one!r} misses or is empty" for one in (*_TEXTS, "where")
              if not entry.get(one)]  # fmt: skip
    faults += [f"{name}: {one!r} is no field of a deviation" for one in entry if one not in known]
    faults += [f"{name}: {one!r} is {entry[one]!r}; expected text" for one in (*_TEXTS, "cannot")
               if one in entry and not isinstance(entry[one], str)]  # fmt: skip
    if entry.get("paper") and entry["paper"] not in PAPERS:
        faults.append(f"{name}: paper {entry['paper']!r}; expected {' or '.join(PAPERS)}")
    ways = [one for one in WAYS if entry.get(one)]
    if len(ways) != 1:
        found = " and ".join(ways) or "none of them"
        faults.append(f"{name}: found {found}; expected one of {', '.join(WAYS)}")
    told = [code_fault(sources, str(pointer)) for pointer in _list_of(entry, "where")]
    faults += [f"{name}: {fault}" for fault in told if fault]
    faults += [f"{name}: the catalogue has no model {one!r}" for one in _list_of(entry, "models")
               if one not in CATALOGUE]  # fmt: skip
    if not isinstance(entry.get("settings", {}), dict):
        faults.append(f"{name}: 'settings' is {entry['settings']!r}; expected dotted keys")
    return faults


def _list_of(entry: Mapping[str, Any], name: str) -> list[Any]:
    value = entry.get(name) or []
    return value if isinstance(value, list) else [value]


def _setting_faults(entries: Iterable[Mapping[str, Any]], base: Path) -> list[str]:
    """Try settings on the params at the papers' sizes: all together, else entry by entry."""
    asked = [one for one in entries if one.get("settings") and isinstance(one["settings"], dict)]
    merged = {key: value for one in asked for key, value in one["settings"].items()}
    if not merged or not _refused(base, merged):
        return []
    return [
        f"{one.get('id')}: {fault}" for one in asked for fault in _refused(base, one["settings"])
    ]


def _refused(base: Path, settings: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        read_params(base, settings)
    except ConfigError as error:
        return error.faults
    return ()
