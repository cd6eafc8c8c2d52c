"""Columns that a published sheet calls by a name with stray spaces, capitals or a typo."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import pandas as pd

from psp_core.cohorts.cleaning import nearest_name, normalise_header, shown

# One letter in twenty: a typo in a long header, never another short one.
_TYPO = 0.95


def pick_columns(
    table: pd.DataFrame, wanted: Mapping[str, Sequence[str]], *, optional: Sequence[str] = ()
) -> tuple[pd.DataFrame, list[str]]:
    """Take the columns that are wanted, under names of our own; others are left out.

    Parameters
    ----------
    table : DataFrame of str
        A sheet as it was read.
    wanted : mapping of str to sequence of str
        By our name what the column may be called, the published name first. Capitals,
        spaces, underscores and a typo in a long name do not count; numbers do.
    optional : sequence of str
        Those of our names that may be missing; such a column is empty.

    Returns
    -------
    columns : DataFrame of str
        One column per key of `wanted`, with the index of `table`.
    faults : list of str
        One sentence per column that is missing or there more than once.
    """
    headers = [_plain(str(name)) for name in table.columns]
    counts = Counter(headers)
    spellings = {name: [_plain(spelling) for spelling in wanted[name]] for name in wanted}
    chosen = {
        name: next((plain for plain in plains if plain in counts), "")
        for name, plains in spellings.items()
    }
    for name, plains in spellings.items():
        free = [header for header in counts if header not in chosen.values()]
        chosen[name] = chosen[name] or next(
            (near for plain in plains for near in _misspelt(plain, free)), ""
        )
    faults = []
    columns = pd.DataFrame(index=table.index)
    for name, header in chosen.items():
        first = wanted[name][0]
        if not header:
            columns[name] = ""
            faults += [] if name in optional else [_missing(first, list(table.columns))]
            continue
        columns[name] = table.iloc[:, headers.index(header)]
        if counts[header] > 1:
            faults.append(f"column {first!r} appears more than once")
    return columns, faults


def _plain(name: str) -> str:
    """Return a header without what differs between two copies of a sheet."""
    return normalise_header(name.replace("_", " ").replace("\u2019", "'"))


def _misspelt(name: str, free: Sequence[str]) -> list[str]:
    """Headers that are this name but for a typo; a number in it is no typo."""
    near = get_close_matches(name, free, cutoff=_TYPO)
    return [header for header in near if re.findall(r"\d+", header) == re.findall(r"\d+", name)]


def _missing(name: str, found: Sequence[str]) -> str:
    near = nearest_name(name, found)
    there = f"is it {near!r}?" if near else f"found {', '.join(map(shown, found))}"
    return f"column {name!r} is missing; {there}"
