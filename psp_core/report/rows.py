"""What a reader calls the rows of a run, and which of them are reduced or not run yet."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from psp_core.params.sections import Params
from psp_core.study.entry import Entry
from psp_core.study.reduced import reduced_settings

REDUCED = "reduced"


def row_titles(params: Params, entries: Mapping[str, Entry]) -> dict[str, str]:
    """Title of each row; one that is fitted at less than paper size says *reduced*."""
    return {
        name: f"{entry.title} ({REDUCED})" if reduced_settings(params, entry) else entry.title
        for name, entry in entries.items()
    }


def reduced_table(params: Params, entries: Mapping[str, Entry]) -> pd.DataFrame:
    """Rows at less than paper size, with the params that say so: ``model, reduced settings``."""
    rows = {entry.title: reduced_settings(params, entry) for entry in entries.values()}
    told = [(title, ", ".join(names)) for title, names in rows.items() if names]
    return pd.DataFrame(told, columns=["model", "reduced settings"])


def tell_waiting(waiting: tuple[str, ...], entries: Mapping[str, Entry]) -> str:
    """A sentence on rows that are not run yet; empty if there is none."""
    if not waiting:
        return ""
    titles = "; ".join(entries[name].title for name in waiting)
    return (
        f"**Not run yet** ({len(waiting)} of {len(entries)} rows; they take longer, and stand here "
        f"once the whole study is done): {titles}."
    )
