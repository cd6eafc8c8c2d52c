"""Which settings of a run the papers do not tell."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from psp_core.params.marks import read_marks

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
    marked = read_marks(Path(params_file))
    rows = [
        (one.key, one.value, "; ".join(filter(None, (one.meaning, one.note))))
        for one in marked
        if one.mark == ASSUMPTION
        and any(one.key == name or one.key.startswith(f"{name}.") for name in sections)
    ]
    return pd.DataFrame(rows, columns=["setting", "value", "what it is"])
