"""Which figures the fold models of an arm selected, as they were recorded."""

from __future__ import annotations

import pandas as pd

from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run

SELECTED = "selected"  # of a fold model's record: names, the most important first


def selected_by_fold(run: Run, model: str) -> pd.DataFrame:
    """Names selected by each fold model.

    Returns
    -------
    DataFrame
        ``seed, fold, rank`` (from 1) and ``name``; empty where no fold model was fitted, or the
        arm selects nothing.
    """
    store = VolumeStore(run.folder / "fits")
    rows = []
    for key in store.scans():
        of, seed, fold = key.split("/")
        record = store.record(key)
        if of == model and record["status"] == DONE:
            rows += [
                {
                    "seed": int(seed.removeprefix("seed")),
                    "fold": int(fold.removeprefix("fold")),
                    "rank": rank,
                    "name": name,
                }
                for rank, name in enumerate(record.get(SELECTED, []), start=1)
            ]
    return pd.DataFrame(rows, columns=["seed", "fold", "rank", "name"])
