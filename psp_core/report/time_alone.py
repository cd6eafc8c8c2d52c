"""How far the time since radiotherapy alone separates the classes.

The interval enters the definition of pseudoprogression, so a model that sees it may
only repeat the definition. Larger means later, and later is taken for true progression.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from psp_core.evaluation.classes import CLASSES, is_true_progression
from psp_core.evaluation.intervals import delong_interval, logit_delong_interval
from psp_core.report.formatting import NOT_KNOWN, count, with_interval, words

SMALLEST_FOR_INTERVAL = 5  # patients per class; a variance of fewer values is no basis
ESTIMATES = ("auc", "lower", "upper", "logit_lower", "logit_upper")


def time_alone_table(
    events: pd.DataFrame,
    visits: pd.DataFrame,
    *,
    windows_days: Iterable[int],
    confidence_level: float = 0.95,
    minimum_per_class: int = 5,
) -> pd.DataFrame:
    """AUC of time alone: of all events, within each follow-up, within each window.

    Parameters
    ----------
    events : DataFrame
        One event per patient: ``subject_id``, ``label``, ``days_since_rt``,
        ``visit_number``; unlabelled rows are left out.
    visits : DataFrame
        All follow-ups of these patients, with and without event: ``subject_id``,
        ``visit_number``, ``days_since_rt``. Follow-up 1 of every patient is scored
        too: its day is known before any event and cannot leak the label.
    windows_days : iterable of int
        A window keeps the events up to that day, those before the end of
        radiotherapy included.
    confidence_level : float, default 0.95
        Of the intervals.
    minimum_per_class : int, default 5
        With fewer patients of a class the AUC is not estimated; with fewer than
        `SMALLEST_FOR_INTERVAL` it has no interval.

    Returns
    -------
    DataFrame
        ``score`` (days_since_rt or visit_number), ``events``, ``n_true_progression``,
        ``n_pseudoprogression``, ``auc``, ``lower`` and ``upper`` (DeLong),
        ``logit_lower`` and ``logit_upper`` (DeLong on the logit scale), ``note``.
    """
    labelled = events[events["label"].isin(CLASSES)]
    days, visit = labelled["days_since_rt"], labelled["visit_number"]
    first = visits[visits["visit_number"] == 1].set_index("subject_id")["days_since_rt"]
    at_first = labelled.assign(days_since_rt=labelled["subject_id"].map(first))
    selections = [
        ("days_since_rt", "all", labelled),
        ("visit_number", "all", labelled),
        ("days_since_rt", "follow-up 1 of all, event or not", at_first),
    ]
    for number in sorted(visit.dropna().unique()):
        selections.append(
            ("days_since_rt", f"event at follow-up {number:.0f}", labelled[visit == number])
        )
    for window in windows_days:
        selections.append(
            ("days_since_rt", f"event within {window} days", labelled[days <= window])
        )
    return pd.DataFrame(
        {
            "score": score,
            "events": name,
            **estimate_time_alone(kept, score, confidence_level, minimum_per_class),
        }
        for score, name, kept in selections
    )


def format_time_alone(table: pd.DataFrame) -> pd.DataFrame:
    """Write the table of `time_alone_table` as text."""
    rows = table.to_dict("records")
    return pd.DataFrame(
        {
            "score": table["score"].map(words),
            "patients": table["events"],
            "true progression": table["n_true_progression"].map(count),
            "pseudoprogression": table["n_pseudoprogression"].map(count),
            "AUC (DeLong)": [with_interval(r["auc"], r["lower"], r["upper"]) for r in rows],
            "logit-DeLong": [
                NOT_KNOWN
                if math.isnan(r["logit_lower"])
                else f"{r['logit_lower']:.3f} to {r['logit_upper']:.3f}"
                for r in rows
            ],
        }
    )


def estimate_time_alone(
    events: pd.DataFrame, score: str, confidence_level: float, minimum_per_class: int
) -> dict[str, float | str]:
    """Counts and AUC of one selection of events; see `time_alone_table`.

    Parameters
    ----------
    events : DataFrame
        ``label``, one of both classes, and the column `score`; rows without a score are left
        out.
    score : str
        Larger is taken for true progression.
    confidence_level : float
    minimum_per_class : int

    Returns
    -------
    dict
        ``n_true_progression``, ``n_pseudoprogression``, `ESTIMATES` (NaN where there is none)
        and ``note``, which says why.
    """
    known = events[events[score].notna()]
    y_true = is_true_progression(known["label"])
    n_positive, n_negative = int(y_true.sum()), int((~y_true).sum())
    smaller = min(n_positive, n_negative)
    row: dict[str, float | str] = {
        "n_true_progression": float(n_positive),
        "n_pseudoprogression": float(n_negative),
        **dict.fromkeys(ESTIMATES, math.nan),
        "note": "",
    }
    if smaller < max(1, minimum_per_class):
        return row | {"note": f"not estimable: fewer than {minimum_per_class} of a class"}
    wald = delong_interval(y_true, known[score], confidence_level=confidence_level)
    row["auc"] = wald.auc
    if smaller < SMALLEST_FOR_INTERVAL:
        return row | {"note": f"no interval: fewer than {SMALLEST_FOR_INTERVAL} of a class"}
    if not wald.standard_error > 0:
        return row | {"note": "no interval: the variance is 0"}
    logit = logit_delong_interval(y_true, known[score], confidence_level=confidence_level)
    bounds = (wald.auc, wald.lower, wald.upper, logit.lower, logit.upper)
    return row | dict(zip(ESTIMATES, bounds, strict=True))
