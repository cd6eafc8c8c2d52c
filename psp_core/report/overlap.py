"""How many people are behind the scans of a pre-training corpus."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from psp_core.report.formatting import words

_DISTINCT, _REPEATED = "#4c72b0", "#dd8452"


def printed_corpus(published: pd.DataFrame) -> pd.DataFrame:
    """Bring `overlap.published_corpus` into the form of `plot_corpus`."""
    return published.assign(repeated=published["also_in_brats2021"])[
        ["collection", "scans", "repeated"]
    ]


def counted_corpus(distinct: pd.DataFrame) -> pd.DataFrame:
    """Bring `overlap.distinct_counts` into the form of `plot_corpus`."""
    return distinct.assign(repeated=distinct["scans"] - distinct["new_people"])[
        ["collection", "scans", "repeated"]
    ]


def plot_corpus(
    corpus: pd.DataFrame, *, title: str, is_bound: bool = False, ax: Axes | None = None
) -> Axes:
    """Draw the scans of each collection, with those of people counted above hatched.

    Parameters
    ----------
    corpus : DataFrame
        ``collection, scans, repeated``; the last row is the whole corpus.
    is_bound : bool, default False
        Whether as many may be distinct at most.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(7.4, 0.9 + 0.42 * len(corpus)), layout="constrained")
    names = [words(name) for name in corpus["collection"]]
    distinct = corpus["scans"] - corpus["repeated"]
    ax.barh(names, distinct, color=_DISTINCT, label="people counted here first")
    ax.barh(
        names,
        corpus["repeated"],
        left=distinct,
        color=_REPEATED,
        hatch="//",
        edgecolor="white",
        label="further scans of people counted before",
    )
    ax.invert_yaxis()
    upper = "at most " if is_bound else ""
    ax.set_xlim(0, 1.28 * max(float(corpus["scans"].max()), 1.0))
    for position, (scans, new) in enumerate(zip(corpus["scans"], distinct, strict=True)):
        which = "people" if position == len(corpus) - 1 else "people not above"
        told = f" {scans:,}" if scans == new else f" {scans:,}, {upper}{new:,} {which}"
        ax.text(float(scans), position, told, va="center", fontsize=8)
    ax.set(xlabel="scans", title=title)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=8, ncols=2, loc="upper left", bbox_to_anchor=(0, -0.28))
    return ax
