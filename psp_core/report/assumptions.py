"""Which settings of a run the papers do not tell, and where the others come from."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from psp_core.params.marks import MARKS, Marked, read_marks
from psp_core.params.names import value_of
from psp_core.params.sections import Params
from psp_core.report.formatting import NOT_KNOWN

ASSUMPTION = "assumption"


def assumed_settings(params_file: str | Path, sections: Collection[str]) -> pd.DataFrame:
    """Settings of some sections that carry the mark *assumption* in the params file.

    Parameters
    ----------
    params_file : path-like
    sections : collection of str
        Dotted names; what lies below them counts.

    Returns
    -------
    DataFrame
        ``setting, value, what it is``. Values as the file has them: overrides of a run are in
        its provenance.
    """
    rows = [
        (one.key, one.value, _meaning(one))
        for one in _assumed(params_file)
        if any(one.key == name or one.key.startswith(f"{name}.") for name in sections)
    ]
    return pd.DataFrame(rows, columns=["setting", "value", "what it is"])


def every_assumption(params_file: str | Path, params: Params) -> pd.DataFrame:
    """Every setting that carries the mark *assumption*, with what a run overrides.

    Parameters
    ----------
    params_file : path-like
    params : Params
        The parameters of the run, overrides applied.

    Returns
    -------
    DataFrame
        ``setting``, ``value`` as the file has it, ``this run`` (a dash where it is the same),
        ``what it is``. An item of a list, as a model, has the list's name and its own text.
    """
    rows = [
        (one.key, one.value, _overridden(one, params), _meaning(one))
        for one in _assumed(params_file)
    ]
    return pd.DataFrame(rows, columns=["setting", "value", "this run", "what it is"])


def mark_counts(params_file: str | Path) -> pd.DataFrame:
    """Count the settings of each section by where they come from, with a last row for all.

    Returns
    -------
    DataFrame
        ``section``, one column per mark of `marks.MARKS`, and ``all``.
    """
    marked = read_marks(Path(params_file))
    sections = [one.key.partition(".")[0] for one in marked]
    table = pd.crosstab(pd.Series(sections), pd.Series([one.mark for one in marked]))
    table = table.reindex(index=list(dict.fromkeys(sections)), columns=list(MARKS), fill_value=0)
    table.loc["all"] = table.sum()
    table = table.assign(all=table.sum(axis=1)).rename_axis(columns=None)
    return table.rename_axis("section").reset_index()


def _assumed(params_file: str | Path) -> list[Marked]:
    return [one for one in read_marks(Path(params_file)) if one.mark == ASSUMPTION]


def _meaning(one: Marked) -> str:
    return "; ".join(filter(None, (one.meaning, one.note)))


def _overridden(one: Marked, params: Params) -> str:
    """Value of the run where it is another than the file's; a dash where it is the same."""
    written, own = _plain(yaml.safe_load(one.value)), _plain(value_of(params, one.key))
    if isinstance(own, list) and not isinstance(written, list):  # an item of a list
        return NOT_KNOWN if str(written) in map(str, own) else "not in it"
    return NOT_KNOWN if own == written else str(own)


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
