"""A grid of small panels: a row for each set of patients, a column for each model."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from psp_core.evaluation.predictions import VALIDATION
from psp_core.report.formatting import words
from psp_core.report.results_table import HELD_OUT

SIZE = (1.9, 1.85)  # inches of a panel
TITLE_WIDTH = 24  # characters above a panel
SET = ("split", "dataset")
Place = tuple[str, str, str]


def grid_of(table: pd.DataFrame, titles: Mapping[str, str]) -> dict[Place, Axes]:
    """Panels by ``split, dataset, model``, the training cohort first, models as in `titles`.

    Parameters
    ----------
    table : DataFrame
        ``model, split, dataset``; models without a title are left out.
    titles : mapping of str to str

    Returns
    -------
    dict of (str, str, str) to Axes
        Empty without a row; a panel without data is not drawn.
    """
    shown = table[table["model"].isin(list(titles))]
    there = set(shown[[*SET, "model"]].itertuples(index=False, name=None))
    sets = sorted({(split, dataset) for split, dataset, _ in there}, key=_order)
    models = [name for name in titles if any(name == model for _, _, model in there)]
    if not there:
        return {}
    size = (SIZE[0] * len(models) + 0.3, SIZE[1] * len(sets) + 0.35)
    figure, axes = plt.subplots(
        len(sets), len(models), figsize=size, layout="constrained", squeeze=False, sharex=True,
        sharey=True,
    )  # fmt: skip
    panels = {}
    for row, (split, dataset) in zip(axes, sets, strict=True):
        for ax, model in zip(row, models, strict=True):
            if (split, dataset, model) not in there:
                figure.delaxes(ax)
                continue
            panels[split, dataset, model] = ax
            ax.spines[["top", "right"]].set_visible(False)
            ax.tick_params(labelsize=7)
            if ax in axes[0]:
                ax.set_title(fill(titles[model], TITLE_WIDTH), fontsize=7.5)
    return panels


def rows_of(table: pd.DataFrame, place: Place) -> pd.DataFrame:
    """Rows of one panel."""
    split, dataset, model = place
    return table[
        (table["split"] == split) & (table["dataset"] == dataset) & (table["model"] == model)
    ]


def set_name(split: str, dataset: str) -> str:
    """What a reader calls a set of patients."""
    return f"{words(dataset)}, {HELD_OUT if split == VALIDATION else 'soft vote'}"


def label_edges(panels: Mapping[Place, Axes], *, x: str, y: str) -> None:
    """Name the axes at the edges of the grid, and the set of each row at its left."""
    for (split, dataset, _), ax in panels.items():
        place = ax.get_subplotspec()
        if place is not None and place.is_first_col():
            ax.set_ylabel(f"{fill(set_name(split, dataset), TITLE_WIDTH)}\n{y}", fontsize=7)
        if place is not None and place.is_last_row():
            ax.set_xlabel(x, fontsize=7.5)


def ordered(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a table shows them: the training cohort first, then sets, models as in `titles`."""
    shown = table[table["model"].isin(list(titles))]
    rank = {name: place for place, name in enumerate(titles)}
    keys = pd.DataFrame(
        {
            "set": [_order(one) for one in shown[list(SET)].itertuples(index=False, name=None)],
            "model": shown["model"].map(rank),
        },
        index=shown.index,
    )
    return shown.loc[keys.sort_values(["set", "model"], kind="stable").index]


def _order(one: tuple[str, str]) -> tuple[bool, bool, str]:
    split, dataset = one
    return split != VALIDATION, dataset != "external", dataset
