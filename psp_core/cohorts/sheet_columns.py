"""Columns that a published sheet calls by a name with stray spaces, capitals or a typo."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from itertools import zip_longest

import pandas as pd

from psp_core.cohorts.cleaning import nearest_name, normalise_header, shown

# One letter in twenty: a typo in a long header, never another short one; in no word many.
_TYPO = 0.95
_TYPO_IN_WORD = 0.85


def pick_columns(
    table: pd.DataFrame, wanted: Mapping[str, Sequence[str]], *, optional: Sequence[str] = ()
) -> tuple[pd.DataFrame, list[str]]:
    """Take the columns that are wanted, under names of our own; others are left out.

    Parameters
    ----------
    table : DataFrame of str
        A sheet as it was read.
    wanted : mapping of str to sequence of str
        By our name what the column may be called, the published name first; one that
        ends in ``*`` is the beginning of a name. Capitals, spaces, underscores and a typo
        in a long name do not count; numbers and whole words do.
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
        name: next((header for plain in plains for header in _called(plain, counts)), "")
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
        first = wanted[name][0].removesuffix("*")
        if not header:
            columns[name] = ""
            faults += [] if name in optional else [_missing(first, list(table.columns))]
            continue
        columns[name] = table.iloc[:, headers.index(header)]
        starts = [plain for plain in spellings[name] if plain.endswith("*")]
        alike = [] if header in spellings[name] else [_called(start, counts) for start in starts]
        if counts[header] > 1 or any(len(names) > 1 for names in alike):
            faults.append(f"column {first!r} appears more than once")
    return columns, faults


def _plain(name: str) -> str:
    """Return a header without what differs between two copies of a sheet."""
    return normalise_header(name.replace("_", " ").replace("\u2019", "'"))


def _called(name: str, headers: Iterable[str]) -> list[str]:
    """Headers that are this name, or begin with it if it ends in ``*``."""
    start = name.removesuffix("*")
    return [one for one in headers if one == name or (start != name and one.startswith(start))]


def _misspelt(name: str, free: Sequence[str]) -> list[str]:
    """Headers that are this name but for a typo; another number or word in it is no typo."""
    near = get_close_matches(name, free, cutoff=_TYPO)
    return [header for header in near if _is_typo(header, name)]


def _is_typo(header: str, name: str) -> bool:
    pairs = list(zip_longest(header.split(), name.split(), fillvalue=""))
    return re.findall(r"\d+", header) == re.findall(r"\d+", name) and all(
        SequenceMatcher(None, *pair).ratio() >= _TYPO_IN_WORD for pair in pairs
    )


def _missing(name: str, found: Sequence[str]) -> str:
    near = nearest_name(name, found)
    there = f"is it {near!r}?" if near else f"found {', '.join(map(shown, found))}"
    return f"column {name!r} is missing; {there}"
