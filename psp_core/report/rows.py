"""What a reader calls the rows of a run, and which of them are reduced or not run yet."""

from __future__ import annotations

from collections.abc import Container, Mapping

import pandas as pd

from psp_core.params.sections import Params
from psp_core.study.catalogue import CATALOGUE, find_entries
from psp_core.study.entry import Entry
from psp_core.study.experiments import EXPERIMENTS
from psp_core.study.protocols import PUBLISHED
from psp_core.study.reduced import reduced_settings

REDUCED = "reduced"


def row_titles(params: Params, entries: Mapping[str, Entry]) -> dict[str, str]:
    """Title of each row; one that is fitted at less than paper size says *reduced*."""
    return {
        name: f"{entry.title} ({REDUCED})" if reduced_settings(params, entry) else entry.title
        for name, entry in entries.items()
    }


def titles_of_study(
    params: Params,
    there: Container[str],
    *,
    experiments: tuple[str, ...] = EXPERIMENTS,
    catalogue: Mapping[str, Entry] = CATALOGUE,
) -> dict[str, str]:
    """Titles (`row_titles`) of the models of some experiments, page by page, each once.

    Parameters
    ----------
    params : Params
    there : container of str
        Models that have predictions; others are left out.
    experiments : tuple of str, default all
        Sections of the params that name the models.
    catalogue : mapping of str to Entry, default that of the study
    """
    names = dict.fromkeys(
        name for one in experiments for name in getattr(params, one).models if name in there
    )
    return row_titles(params, find_entries(tuple(names), catalogue))


def tell_protocol(params: Params) -> str:
    """Sentences on who decides what in this run, see `study.protocols`."""
    if params.classification.protocol == PUBLISHED:
        return (
            "**Protocol of this run: published.** The held-out fold decides: networks stop where "
            "its AUC is highest, and variables are selected on it. Scores are not calibrated. The "
            "threshold is 0.5 or, for Jang's CNN-LSTM, chosen on the test set itself. So figures "
            "of held-out folds are optimistic, and their intervals do not hold; so are rates of "
            "that CNN-LSTM on a test set."
        )
    return (
        "**Protocol of this run: closed.** The training patients of a fold decide everything: "
        "the model after its last step, its calibration and its threshold. Held-out patients "
        "decide nothing."
    )


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
