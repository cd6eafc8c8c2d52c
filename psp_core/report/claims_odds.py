"""Odds of a category in one class against the other, as effects that a claim is judged on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats.contingency import odds_ratio

from psp_core.study.claims import Effect, as_given

Counts = Mapping[str, tuple[int, int]]  # pseudoprogression and true progression, by category


def odds(
    counts: Mapping[str, Counts],
    asked: Mapping[str, tuple[str, str]],
    *,
    with_pseudoprogression: bool,
    confidence_level: float,
) -> list[Effect]:
    """Log odds ratios with their exact conditional intervals, the claimed direction positive.

    Parameters
    ----------
    counts : mapping of str to counts
        By column.
    asked : mapping of str to (category, other category)
        By column.
    with_pseudoprogression : bool
        Whether the category is claimed to go with pseudoprogression, else with true progression.
    confidence_level : float
        Of the intervals in words.

    Returns
    -------
    list of Effect
        One per column; without bounds where a category or a class is empty.
    """
    effects = []
    for name, (category, other) in asked.items():
        psp, tp = counts[name][category]
        other_psp, other_tp = counts[name][other]
        if not (psp + tp and other_psp + other_tp and psp + other_psp and tp + other_tp):
            unknown = as_given(math.nan, math.nan)
            effects.append(Effect(unknown, f"{name}: one category or class is empty"))
            continue
        rows = [[psp, other_psp], [tp, other_tp]]
        found = odds_ratio(rows if with_pseudoprogression else rows[::-1])
        interval = found.confidence_interval(confidence_level)
        text = (
            f"{category}: {psp}/{psp + other_psp} of pseudoprogressions, {tp}/{tp + other_tp} of "
            f"true progressions; odds ratio {found.statistic:.2f} "
            f"({interval.low:.2f} to {interval.high:.2f})"
        )
        effects.append(Effect(partial(_log_bounds, found), text))
    return effects


def _log_bounds(found: Any, level: float) -> tuple[float, float]:
    interval = found.confidence_interval(level)
    with np.errstate(divide="ignore"):  # an empty cell has no finite odds
        return float(np.log(interval.low)), float(np.log(interval.high))


def counted(rows: pd.DataFrame, name: str) -> Counts:
    """Count the categories of a column of patients with ``y_true``."""
    table = pd.crosstab(rows[name], rows["y_true"]).reindex(columns=[False, True], fill_value=0)
    return _Filled(
        {
            str(category): (int(psp), int(tp))
            for category, psp, tp in zip(table.index, table[False], table[True], strict=True)
        }
    )


def listed(table: pd.DataFrame, name: str) -> Counts:
    """Take the counts of a variable from a table of characteristics."""
    rows = table[table["variable"] == name]
    columns = (rows["category"], rows["pseudoprogression"], rows["true_progression"])
    return _Filled(
        {str(category): (int(psp), int(tp)) for category, psp, tp in zip(*columns, strict=True)}
    )


class _Filled(dict[str, tuple[int, int]]):
    """Counts in which a category that nobody has is 0."""

    def __missing__(self, key: str) -> tuple[int, int]:
        return (0, 0)
