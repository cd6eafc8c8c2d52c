"""How far the time since radiotherapy alone separates the classes.

The interval enters the definition of pseudoprogression, so a model that sees it may
only repeat the definition. Larger means later, and later is taken for true progression.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from psp_core.evaluation.classes import CLASSES, is_true_progression
from psp_core.evaluation.intervals import delong_interval
from psp_core.report.formatting import count, with_interval, words


def time_alone_table(
    events: pd.DataFrame,
    *,
    windows_days: Iterable[int],
    confidence_level: float = 0.95,
    minimum_per_class: int = 2,
) -> pd.DataFrame:
    """AUC of time alone: of all events, within each follow-up, within each window.

    Parameters
    ----------
    events : DataFrame
        One event per patient: ``label``, ``days_since_rt``, ``visit_number``;
        unlabelled rows are left out.
    windows_days : iterable of int
        Windows after the end of radiotherapy; a window keeps the events up to that day.
    confidence_level : float, default 0.95
        Of the DeLong intervals.
    minimum_per_class : int, default 2
        With fewer patients of a class the AUC is not estimated.

    Returns
    -------
    DataFrame
        ``score`` (days_since_rt or visit_number), ``events``, ``n_true_progression``,
        ``n_pseudoprogression``, ``auc``, ``lower``, ``upper``, ``note``.
    """
    labelled = events[events["label"].isin(CLASSES)]
    days, visit = labelled["days_since_rt"], labelled["visit_number"]
    selections = [("days_since_rt", "all", days.notna()), ("visit_number", "all", visit.notna())]
    for number in sorted(visit.dropna().unique()):
        selections.append(("days_since_rt", f"at follow-up {number:.0f}", visit == number))
    for window in windows_days:
        selections.append(("days_since_rt", f"within {window} days", days <= window))
    rows = [
        {
            "score": score,
            "events": name,
            **_row(labelled[kept], score, confidence_level, minimum_per_class),
        }
        for score, name, kept in selections
    ]
    return pd.DataFrame(rows)


def format_time_alone(table: pd.DataFrame) -> pd.DataFrame:
    """Write the table of `time_alone_table` as text."""
    estimates = zip(table["auc"], table["lower"], table["upper"], strict=True)
    return pd.DataFrame(
        {
            "score": table["score"].map(words),
            "events": table["events"],
            "true progression": table["n_true_progression"].map(count),
            "pseudoprogression": table["n_pseudoprogression"].map(count),
            "AUC (interval)": [with_interval(*estimate) for estimate in estimates],
        }
    )


def _row(
    events: pd.DataFrame, score: str, confidence_level: float, minimum_per_class: int
) -> dict[str, float | str]:
    """Compute counts and AUC of one selection of events."""
    known = events[events[score].notna()]
    y_true = is_true_progression(known["label"])
    n_positive, n_negative = int(y_true.sum()), int((~y_true).sum())
    row: dict[str, float | str] = {
        "n_true_progression": float(n_positive),
        "n_pseudoprogression": float(n_negative),
        "auc": math.nan,
        "lower": math.nan,
        "upper": math.nan,
        "note": "",
    }
    if min(n_positive, n_negative) < max(1, minimum_per_class):
        return row | {"note": f"not estimable: fewer than {minimum_per_class} of a class"}
    interval = delong_interval(y_true, known[score], confidence_level=confidence_level)
    note = "" if interval.standard_error > 0 else "no interval: the variance is 0 or unknown"
    return row | {
        "auc": interval.auc,
        "lower": interval.lower,
        "upper": interval.upper,
        "note": note,
    }
