"""Single variables of time on real patients, and what chance makes of them at printed counts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from psp_core.cohorts.timing_selections import Selection
from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.bootstrap import win_matrix
from psp_core.evaluation.classes import CLASSES, is_true_progression
from psp_core.evaluation.separated import separated_bounds
from psp_core.params.published_counts import PUBLISHED_COUNTS
from psp_core.report.time_alone import estimate_time_alone

SCORES = ("days_since_rt", "visit_number")
QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
DRAW_COLUMNS = (
    *("set", "n_true_progression", "n_pseudoprogression"),
    *("patients", "median", "lower", "upper"),
)


def single_variables(
    selections: Iterable[Selection],
    *,
    confidence_level: float = 0.95,
    minimum_per_class: int = 5,
) -> pd.DataFrame:
    """AUC of the days alone in every analysis, and of the visit's number where it varies.

    Returns
    -------
    DataFrame
        ``rule``, ``patients``, ``window_days``, ``without_class``, ``score``, and the columns
        of `time_alone.estimate_time_alone`. Where the classes are fully separated all bounds
        are those of `separated.separated_bounds`, and ``note`` says so.
    """
    rows = []
    for one in selections:
        visits = one.rows["visit_number"]
        varies = len(visits) > 0 and bool((visits != visits.iloc[0]).any())
        for score in SCORES if varies else SCORES[:1]:
            row = estimate_time_alone(one.rows, score, confidence_level, minimum_per_class)
            rows.append(
                {
                    "rule": one.rule,
                    "patients": one.patients,
                    "window_days": one.window_days,
                    "without_class": float(one.without_class),
                    "score": score,
                    **_exact_if_separated(row, confidence_level),
                }
            )
    return pd.DataFrame(rows)


def days_by_visit(selections: Iterable[Selection], *, minimum_per_class: int = 5) -> pd.DataFrame:
    """Median and quartiles of the days of each class, per analysis of a visit.

    Parameters
    ----------
    selections : iterable of Selection
        Only those of events at one follow-up, of patients at risk at one, and of all events of
        a label rule count.
    minimum_per_class : int, default 5
        A class of fewer patients has no figure: it could tell of single patients.

    Returns
    -------
    DataFrame
        ``rule``, ``patients``, ``label``, ``n`` and the keys of `QUARTILES`.
    """
    rows = []
    for one in selections:
        if not math.isnan(one.window_days):
            continue
        for label in CLASSES:
            days = one.rows.loc[one.rows["label"] == label, "days_since_rt"].dropna()
            told = dict.fromkeys(QUARTILES, math.nan)
            if len(days) >= max(1, minimum_per_class):
                told = {name: float(days.quantile(share)) for name, share in QUARTILES.items()}
            rows.append(
                {
                    "rule": one.rule,
                    "patients": one.patients,
                    "label": label,
                    "n": float(len(days)),
                    **told,
                }
            )
    return pd.DataFrame(rows)


def at_printed_counts(
    selections: Sequence[Selection],
    *,
    draws: int,
    seed: int,
    targets: Sequence[float] = (),
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """AUC of the days alone in random parts of the table that have a paper's own counts.

    Parameters
    ----------
    selections : sequence of Selection
        Those with fewer patients of a class than a count are left out for it.
    draws : int
        Random parts per row, drawn without replacement within each class.
    seed : int
    targets : sequence of float
        Printed AUCs; the share of the parts that reach each is told.
    confidence_level : float, default 0.95
        Of the range over the parts.

    Returns
    -------
    DataFrame
        ``set``, ``n_true_progression``, ``n_pseudoprogression`` (`published_counts`),
        ``patients``, ``median``, ``lower`` and ``upper`` over the parts, and ``reach_<target>``.
        No row where no selection is large enough. A range over parts is no interval of an
        estimate: it tells what the counts alone do.

    Raises
    ------
    UndefinedMetricError
        If there is no draw.
    """
    if draws < 1:
        raise UndefinedMetricError(f"{draws} draws; expected at least one part of the table")
    outside = (1 - confidence_level) / 2
    rows = []
    for name, counts in PUBLISHED_COUNTS.items():
        for one in selections:
            dated = one.rows[one.rows["days_since_rt"].notna()]
            truth = is_true_progression(dated["label"])
            if truth.sum() < counts[0] or (~truth).sum() < counts[1]:
                continue
            wins = win_matrix(truth, dated["days_since_rt"])
            rng = np.random.default_rng([seed, *counts])
            areas = np.array([_part(wins, counts, rng) for _ in range(draws)])
            lower, median, upper = np.quantile(areas, [outside, 0.5, 1 - outside])
            rows.append(
                {
                    "set": name,
                    "n_true_progression": float(counts[0]),
                    "n_pseudoprogression": float(counts[1]),
                    "patients": one.patients,
                    "median": float(median),
                    "lower": float(lower),
                    "upper": float(upper),
                    **{f"reach_{one:.3f}": float((areas >= one).mean()) for one in targets},
                }
            )
    columns = [*DRAW_COLUMNS, *(f"reach_{one:.3f}" for one in targets)]
    return pd.DataFrame(rows, columns=columns)


def _part(wins: np.ndarray, counts: tuple[int, int], rng: np.random.Generator) -> float:
    chosen = [rng.choice(n, k, replace=False) for n, k in zip(wins.shape, counts, strict=True)]
    return float(wins[np.ix_(*chosen)].mean())


def _exact_if_separated(row: dict[str, float | str], confidence_level: float) -> dict[str, object]:
    if row["auc"] not in (0.0, 1.0):
        return dict(row)
    lower, upper = separated_bounds(
        float(row["auc"]),
        n_positive=int(row["n_true_progression"]),
        n_negative=int(row["n_pseudoprogression"]),
        confidence_level=confidence_level,
    )
    bounds = {"lower": lower, "upper": upper, "logit_lower": lower, "logit_upper": upper}
    return {**row, **bounds, "note": "classes fully separated: exact bounds"}
